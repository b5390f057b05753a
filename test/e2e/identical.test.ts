import {
  Client,
  Connection,
  WorkflowExecutionAlreadyStartedError,
  WorkflowIdConflictPolicy,
  WorkflowIdReusePolicy,
} from '@temporalio/client'
import { Client as Postgres } from 'pg'
import { mintTradeId } from '../../src/core/ids'
import type { BoxPlan, Reservation } from '../../src/core/trade/plan'
import { millis } from '../../src/core/units'
import { createLedger } from '../../src/stores/postgres/ledger'
import { openDatabase } from '../../src/stores/postgres/pool'
import { systemClock } from '../../src/wiring/clock'
import { patiently } from '../integration/ledger/support/trades'
import { LogBook } from '../stores/doubles'
import { Rig } from './faults/rig'
import { expectBalanced } from './stack'

/** An unknown Kalshi order is proven absent only 35 s after its not-after (E12). */
jest.setTimeout(300_000)
const RECOVERY_MS = 150_000
const HUNDRED = 100
/** More than the trade takes: the same margin stands as long as the test. */
const DEPTH = 1_000
/** Between its legs for as long, so that everything below meets it there. */
const HELD_MS = 3_000
const NEVER = new AbortController().signal
const PAIR = 'same'

/** The same plan under an identity of its own: what another process would have made of the same look. */
function twin(plan: BoxPlan): BoxPlan {
  const tradeId = mintTradeId(millis(Date.now()), Math.floor(Math.random() * 2 ** 32))
  return JSON.parse(JSON.stringify(plan).replaceAll(plan.tradeId, tradeId)) as BoxPlan
}

describe('a hundred identical opportunities: one trade (E1, E5, E6, E7)', () => {
  const rig = new Rig([PAIR], { cool_down_ms: '3600000', max_contracts_per_trade: "'10'" })
  let database: Postgres
  let plan: BoxPlan

  beforeAll(async () => {
    await rig.up()
    database = new Postgres({ connectionString: rig.stack.endpoints().databaseUrl })
    await database.connect()
  })
  afterAll(async () => {
    await database.end()
    await rig.down()
  })

  /** The same margin told again and again, in one burst of frames. */
  const seenAgain = (): Promise<void> => {
    const touch = { venue: 'kalshi', type: 'external_order', ticker: rig.listing(PAIR).ticker, side: 'bid', price: '0.01', count: '1' }
    return rig.stack.post(Array.from({ length: HUNDRED }, () => touch))
  }
  /** How a hundred starts of one workflow id end, all at once. */
  async function starts(): Promise<{ readonly started: number; readonly running: number }> {
    const connection = await Connection.connect({ address: rig.stack.endpoints().temporal.address })
    try {
      const { workflow } = new Client({ connection })
      const start = async (): Promise<boolean> => {
        const args = [twin(plan)]
        const id = { taskQueue: 'trading-main', workflowId: `box-${plan.opportunity.subject}`, args }
        const policies = {
          workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
          workflowIdConflictPolicy: WorkflowIdConflictPolicy.FAIL,
        }
        return workflow.start('box', { ...id, ...policies }).then(
          () => true,
          (error: unknown) => {
            if (error instanceof WorkflowExecutionAlreadyStartedError) return false
            throw error
          },
        )
      }
      const all = await Promise.all(Array.from({ length: HUNDRED }, start))
      return { started: all.filter(Boolean).length, running: all.filter((each) => !each).length }
    } finally {
      await connection.close()
    }
  }
  /** How many of a hundred reserves of it are granted, all at once, with both sessions proven. */
  async function granted(): Promise<number> {
    const clock = systemClock()
    const ledgers = openDatabase(rig.stack.endpoints().databaseUrl, new LogBook())
    try {
      const ledger = createLedger(ledgers, () => ({ kalshi: clock.nowMs(), forecastex: clock.nowMs() }), clock)
      const reserve = (each: BoxPlan, run: string): Promise<Reservation> => patiently(() => ledger.reserve(each, run, NEVER))
      const answers = await Promise.all(Array.from({ length: HUNDRED }, (_, n) => reserve(twin(plan), `run-${n}`)))
      return answers.filter(({ kind }) => kind === 'granted').length
    } finally {
      await ledgers.end()
    }
  }
  /** Trades whose bytes left. */
  async function sent(): Promise<readonly string[]> {
    await rig.wire.look().catch(() => rig.wire.look()) // a kept connection may have been closed meanwhile
    return [...new Set([...rig.wire.ids()].map((id) => id.split('-')[1] ?? ''))]
  }

  it('while it runs: by a hundred frames, a hundred starts of its workflow and a hundred reserves', async () => {
    await rig.kalshi('fault', { name: 'delay', ms: HELD_MS, method: 'POST', ticker: rig.listing(PAIR).ticker })
    const offered = rig.offer(PAIR, DEPTH)
    await Promise.all([offered, offered.then(seenAgain)])
    await rig.stack.until('the trade', RECOVERY_MS, async () => (await sent()).length > 0)
    const [tradeId] = await sent()
    const { rows } = await database.query<{ plan: BoxPlan }>('select plan from trade where trade_id = $1', [tradeId])
    plan = (rows[0] as { plan: BoxPlan }).plan
    const [reserved, started] = await Promise.all([granted(), starts(), seenAgain()])
    expect({ reserved, ...started }).toEqual({ reserved: 0, started: 0, running: HUNDRED })
    expect(await sent()).toEqual([tradeId])
  })

  it('by the process that is started again after a kill -9 between its legs, which sees the same margin', async () => {
    process.kill(rig.stack.pidOf('streaming'), 'SIGKILL')
    const trades = await sent()
    await rig.ended(trades[0] ?? '', RECOVERY_MS)
    await seenAgain()
    expect(await sent()).toEqual(trades)
  })

  it('after its end: frames, starts and reserves are refused by the cool-down, and no byte leaves', async () => {
    const trades = await sent()
    await Promise.all([seenAgain(), starts()])
    expect(await granted()).toBe(0)
    await rig.stack.until('all to have ended', RECOVERY_MS, async () => (await rig.trades()).every(({ outcome }) => outcome !== null))
    expect((await rig.trades()).filter(({ outcome }) => outcome !== 'refused').map(({ tradeId }) => tradeId)).toEqual(trades)
    expect(await sent()).toEqual(trades)
  })

  it('the ledger equals both venues (I9)', async () => {
    const all = await sent()
    expect(all).toHaveLength(1)
    const [tradeId = ''] = all
    await rig.answerAll()
    await rig.stack.until('the trade to be realised', RECOVERY_MS, async () => (await rig.trade(tradeId))?.pnlKind === 'realised')
    await expectBalanced(rig.stack)
    expect(rig.wire.sentTwice()).toEqual([])
  })
})

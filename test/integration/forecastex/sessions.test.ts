import { marketId, orderId, parseOrderId } from '../../../src/core/ids'
import { money, NO_MONEY } from '../../../src/core/units'
import { openLots } from '../../../src/stores/postgres/proof/verify'
import { settleMarket } from '../../../src/stores/postgres/settlement'
import { differences, type Traded } from '../../venues/forecastex/faults/check'
import { collectLate, openSession, step, type Session } from '../../venues/forecastex/faults/session'
import { OPENING_CASH } from '../../venues/forecastex/faults/world'
import { freshLedger, NEVER, WIDE, type TestLedger } from '../ledger/support/ledger'
import { boxPlan, open } from '../ledger/support/trades'

/** A long run: CROSSBOOK_SESSIONS=1000 CROSSBOOK_SESSIONS_FROM=1. */
const SESSIONS = Number(process.env['CROSSBOOK_SESSIONS'] ?? 50)
const FIRST_SEED = Number(process.env['CROSSBOOK_SESSIONS_FROM'] ?? 1)
const AT_ONCE = 6
/** A session takes seconds, most of them spent waiting for a limit of the adapter. */
const LIMIT_MS = 60_000 + SESSIONS * 5_000
const FIRST_CONTRACT = 810_001

/** Each session's trade reserves its share, and none ends before the last. */
const ledger = freshLedger('sound', '1000000')

/** A thousand trades lose more than one may. */
const SUM = money('100000000')
const UNLIMITED = {
  ...WIDE,
  version: 'sessions',
  maxDailyLoss: SUM,
  maxWeeklyLoss: SUM,
  maxUnpairedPremiumTotal: SUM,
  maxConsecutiveLosses: 1_000_000,
}

interface Held {
  readonly cashMicros: number
  readonly yes: number
  readonly no: number
}

/** What the ledger has of one session: its trade's cash at ForecastEx, and its lots. */
async function inLedger({ database }: TestLedger, tradeId: string, market: string): Promise<Held> {
  const cash = await database.query<{ amount: number }>(
    `select coalesce(sum(p.amount_micros), 0)::bigint as amount from posting p join transfer t on t.id = p.transfer_id
     where t.trade_id = $1 and p.account in ('cash:forecastex', 'reserved:forecastex')`,
    [tradeId],
  )
  const lots = (await openLots(database)).filter((lot) => lot.venue === 'forecastex' && lot.market === market)
  const held = (outcome: string): number => lots.reduce((sum, lot) => (lot.outcome === outcome ? sum + lot.quantity / 100 : sum), 0)
  return { cashMicros: Number(cash.rows[0]?.amount), yes: held('yes'), no: held('no') }
}
function atExchange({ world }: Session): Held {
  const { cash, positions } = world.exchange()
  const held = (conId: number): number => positions.find((position) => position.con_id === conId)?.size ?? 0
  return { cashMicros: money(cash) - OPENING_CASH * 1_000_000, yes: held(world.yes), no: held(world.no) }
}

/** Each fill once, however often (I13). */
async function book({ ledger: books }: TestLedger, seed: number, { order, final }: Traded): Promise<void> {
  const { tradeId } = parseOrderId(order.clientOrderId)
  // exchanges of their own give the same numbers
  const fills = final.fills.map((fill) => ({ ...fill, account: `account-${seed}` }))
  await books.book(tradeId, { ...order, tradeId }, fills, null, NEVER)
}

/** One session from its first order to its settlement. @returns what is wrong, empty when nothing is. */
async function run(world: TestLedger, seed: number): Promise<readonly string[]> {
  const yes = FIRST_CONTRACT + seed * 2
  const market = String(yes)
  const plan = boxPlan({
    id: `s${seed}`,
    subject: `s${seed}`,
    kalshi: `K${seed}`,
    forecastex: market,
    kalshiCost: '1',
    forecastexCost: '500',
  })
  await open(world, plan)
  const session = await openSession(seed, yes)
  try {
    const orders = 4 + session.chance.below(6)
    for (let n = 1; n <= orders; n += 1) await book(world, seed, await step(session, orderId(plan.tradeId, 'c', n + 3)))
    await collectLate(session)
    for (const traded of session.traded) await book(world, seed, traded)
    const found = [
      ...differences(session.world, session.traded, session.disguised),
      ...(await compare('traded', world, session, plan.tradeId)),
    ]
    const result = session.chance.pick(['yes', 'no'] as const)
    session.world.venue.apply({ type: 'settle', con_id: yes, result })
    await settleMarket(world.database, 'forecastex', marketId(market), result === 'yes' ? money('1') : NO_MONEY, world.nowMs, NEVER)
    return [...found, ...(await compare('settled', world, session, plan.tradeId))]
  } catch (error) {
    return [`seed ${seed}: ${(error as Error).stack}; ${session.told.join('; ')}`]
  } finally {
    await session.world.close()
  }
}

async function compare(when: string, world: TestLedger, session: Session, tradeId: string): Promise<readonly string[]> {
  const ours = JSON.stringify(await inLedger(world, tradeId, String(session.world.yes)))
  const theirs = JSON.stringify(atExchange(session))
  return ours === theirs ? [] : [`${when}: the ledger has ${ours}, the exchange ${theirs}; ${session.told.join('; ')}`]
}

describe('random sessions at ForecastEx', () => {
  it(
    `I9 I13 end with our ledger equal to the account at the exchange: seeds ${FIRST_SEED} to ${FIRST_SEED + SESSIONS - 1}`,
    async () => {
      const world = ledger()
      world.limits = UNLIMITED
      const seeds = Array.from({ length: SESSIONS }, (_, n) => FIRST_SEED + n)
      const wrong: string[] = []
      const work = async (): Promise<void> => {
        for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift())
          wrong.push(...(await run(world, seed)).map((what) => `seed ${seed}: ${what}`))
      }
      await Promise.all(Array.from({ length: AT_ONCE }, work))
      expect(wrong).toEqual([])
    },
    LIMIT_MS,
  )
})

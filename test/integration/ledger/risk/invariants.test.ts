import type { BoxPlan } from '../../../../src/core/trade/plan'
import { formatMoney, formatQuantity, money, ONE_CONTRACT, quantity } from '../../../../src/core/units'
import { chance, type Chance } from '../../../saga/chance'
import { freshLedger, NEVER, WIDE } from '../support/ledger'
import { book, boxPlan, close, resultOf } from '../support/trades'
import { apart } from './support'

const SEEDS = [1, 2, 3]
const STEPS = 40
/** Three first legs of the worked example (43.72 each) fit, a fourth does not. */
const UNPAIRED_MAX = money('150')
const FIRST_BOUND = money('43.72')
const SECOND_BOUND = money('55')
const CURE = money('5')
const WHOLE = 100
const CENT = 10_000

const ledger = freshLedger()

/** A running trade as the test itself knows it: contracts booked of each leg, null before. */
interface Running {
  readonly plan: BoxPlan
  first: number | null
  second: number | null
}

/** What nothing answers: the whole bound of a first leg until it is booked, then its unanswered contracts at 0.42. */
const unpairedOf = ({ first, second }: Running): number => (first === null ? FIRST_BOUND : (first - (second ?? 0)) * 420_000)

async function reservedOf({ plan }: Running): Promise<Record<string, number>> {
  const read = await ledger().database.query<{ account: string; amount: number }>(
    `select account, sum(amount_micros) as amount from posting p join transfer t on t.id = p.transfer_id
     where t.trade_id = $1 and account like 'reserved:%' group by account`,
    [plan.tradeId],
  )
  return Object.fromEntries(read.rows.map(({ account, amount }) => [account, amount]))
}

/** I7: what is still to be sent, and the dearest cure, are covered. */
async function expectCovered(trade: Running): Promise<void> {
  const { 'reserved:kalshi': kalshi = 0, 'reserved:forecastex': forecastex = 0 } = await reservedOf(trade)
  expect(kalshi).toBeGreaterThanOrEqual(trade.first === null ? FIRST_BOUND : 0)
  expect(forecastex).toBeGreaterThanOrEqual((trade.second === null ? SECOND_BOUND : 0) + CURE)
}

async function reserveAnother(running: Running[], n: number): Promise<'granted' | 'refused'> {
  const plan = boxPlan({ ...apart(n), cure: '5', seenAtMs: ledger().nowMs })
  const { kind } = await ledger().ledger.reserve(plan, 'run', NEVER)
  if (kind === 'granted') running.push({ plan, first: null, second: null })
  return kind
}

const contracts = (count: number): string => formatQuantity(quantity(count * ONE_CONTRACT))

/** Books the next leg of a trade, or ends it. */
async function goOn(running: Running[], trade: Running, luck: Chance): Promise<void> {
  const [a, b] = trade.plan.legs
  if (trade.first === null) {
    trade.first = 1 + luck.upTo(WHOLE - 1)
    return book(ledger(), a.order, { contracts: contracts(trade.first) })
  }
  if (trade.second === null) {
    trade.second = luck.of(0.5) ? trade.first : 1 + luck.upTo(trade.first - 1)
    return book(ledger(), b.order, { contracts: contracts(trade.second), at: '0.54', fee: formatMoney(money(trade.second * CENT)) })
  }
  running.splice(running.indexOf(trade), 1)
  const parts = { locked: contracts(trade.second), held: contracts(trade.first - trade.second) }
  await close(ledger(), resultOf(trade.plan, trade.first === trade.second ? 'locked' : 'held', parts))
}

describe('any order of trades', () => {
  it.each(SEEDS)('I7 I8 every grant is covered, and what stands unpaired stays within its limit (seed %d)', async (seed) => {
    ledger().limits = { ...WIDE, maxUnpairedPremiumTotal: UNPAIRED_MAX }
    const luck = chance(seed)
    const running: Running[] = []
    const answers = new Set<string>()
    for (let step = 1; step <= STEPS; step++) {
      const held = (await ledger().column(
        "select coalesce(sum(cost_micros), 0) from lot l join trade t using (trade_id) where t.outcome = 'held' and l.venue = 'kalshi'",
      )) as number[]
      const before = running.reduce((sum, trade) => sum + unpairedOf(trade), 0)
      if (running.length === 0 || luck.of(0.4)) {
        const answer = await reserveAnother(running, step)
        answers.add(answer)
        if (answer === 'granted') expect(before + FIRST_BOUND).toBeLessThanOrEqual(UNPAIRED_MAX)
        else expect(before + (held[0] ?? 0) + FIRST_BOUND).toBeGreaterThan(UNPAIRED_MAX)
      } else await goOn(running, running[luck.upTo(running.length)] as Running, luck)
      for (const trade of running) await expectCovered(trade)
    }
    expect([...answers].sort()).toEqual(['granted', 'refused'])
  })
})

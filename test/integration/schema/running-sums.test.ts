import { mulberry32 } from '../../../src/core/random'
import { tradingDayStart, tradingWeekStart } from '../../../src/core/risk/trading-day'
import { marketId } from '../../../src/core/ids'
import type { BoxPlan, EdgePlan } from '../../../src/core/trade/plan'
import { money } from '../../../src/core/units'
import { settleMarket } from '../../../src/stores/postgres/settlement'
import { verifyLedger } from '../../../src/stores/postgres/proof/verify'
import { freshLedger, NEVER } from '../ledger/support/ledger'
import { book, boxPlan, close, cureOf, lockedBox, resultOf } from '../ledger/support/trades'
import { edgePlan } from '../ledger/risk/support'
import { restoreSummingFunctions, riskState } from './support/before'

const ledger = freshLedger('sound', '100000')
/** More with CROSSBOOK_SEEDS: a history of a hundred steps takes some seconds. */
const SEEDS = Number(process.env['CROSSBOOK_SEEDS'] ?? 2)
const STEPS = 100
const PAIRS = 6
const HOUR_MS = 3_600_000
const LABELS = ['missed', 'locked', 'held', 'unwound'] as const

interface Running {
  readonly plan: BoxPlan | EdgePlan
  filled: boolean
}

/** Trades of boxes and edges on markets that share events, over days, settled or not, with events that change. */
class History {
  readonly #running: Running[] = []
  #n = 0

  constructor(readonly random: () => number) {}

  below = (limit: number): number => this.random() % limit
  pick = <T>(list: readonly T[]): T => list[this.below(list.length)] as T

  async step(): Promise<void> {
    const steps = [
      this.reserve,
      this.reserve,
      this.reserve,
      this.fill,
      this.fill,
      this.close,
      this.close,
      this.settle,
      this.list,
      this.wait,
    ]
    await this.pick(steps).call(this)
  }

  async reserve(): Promise<void> {
    const pair = this.below(PAIRS)
    const seenAtMs = ledger().nowMs
    const terms = {
      ...{ id: `t${this.#n++}`, subject: `s${pair}`, kalshi: `K${pair}`, forecastex: `${800 + pair}`, seenAtMs },
      ...{ contracts: `${1 + this.below(30)}`, kalshiCost: '20', forecastexCost: '25' },
    }
    const plan = this.below(3) ? boxPlan(terms) : edgePlan({ ...terms, subject: terms.kalshi }, this.pick(['nba', 'nfl']))
    const { kind } = await ledger().ledger.reserve(plan, 'run', NEVER)
    if (kind === 'granted') this.#running.push({ plan, filled: false })
  }

  async fill(): Promise<void> {
    const trade = this.#running.find(({ filled }) => !filled)
    if (!trade) return
    trade.filled = true
    const legs = this.below(3) ? trade.plan.legs : trade.plan.legs.slice(0, 1)
    for (const { order } of legs)
      await book(ledger(), order, { fee: '0.02', contracts: this.below(2) ? String(order.quantity / 100) : '0.37' })
  }

  async close(): Promise<void> {
    const [trade] = this.#running.splice(this.below(this.#running.length || 1), 1)
    if (!trade) return
    const label = trade.filled ? this.pick(LABELS.slice(1)) : 'missed'
    const kept = label === 'locked' ? { locked: '0.37' } : label === 'held' ? { held: '0.37' } : {}
    await close(ledger(), { ...resultOf(boxPlan(), label, kept), tradeId: trade.plan.tradeId })
  }

  async settle(): Promise<void> {
    const pair = this.below(PAIRS)
    const [venue, market] = this.pick([['kalshi', `K${pair}`] as const, ['forecastex', `${800 + pair}`] as const])
    if (this.#running.some(({ plan }) => plan.legs.some(({ order }) => order.market === market))) return
    await settleMarket(ledger().database, venue, marketId(market), money(this.pick(['0', '1'])), ledger().nowMs, NEVER)
  }

  async list(): Promise<void> {
    await ledger().database.query(
      `insert into listing (venue, market, event, series, status, body, fetched_ms) values ('kalshi', $1, $2, 'S', 'open', '{}', 1)
       on conflict (venue, market) do update set event = excluded.event`,
      [`K${this.below(PAIRS)}`, this.pick(['E1', 'E2', 'K1', 'K2'])],
    )
  }

  wait(): Promise<void> {
    ledger().clock.advance(this.pick([1_000, 20 * 60_000, HOUR_MS, 30 * HOUR_MS]))
    return Promise.resolve()
  }

  /** Any pair of markets, from any moment: the beginnings of day and week, and ones that are no full hour. */
  question(): readonly unknown[] {
    const [one, other] = [this.below(PAIRS), this.below(PAIRS)]
    const { nowMs } = ledger()
    const [day, week] = this.below(2)
      ? [tradingDayStart(nowMs), tradingWeekStart(nowMs)]
      : [nowMs - this.below(20 * HOUR_MS), nowMs - 20 * HOUR_MS - this.below(100 * HOUR_MS)]
    const markets = this.below(4) ? [`K${one}`, `${800 + one}`] : [`K${one}`, `${800 + other}`]
    const sport = this.pick([null, 'nba', 'nfl'])
    const from = [nowMs - 60_000, day, week, ['cash:kalshi', 'cash:forecastex']]
    return ['t0', `s${one}`, sport === null ? 'box' : 'edge', 'sim', sport, ['kalshi', 'forecastex'], markets, ...from]
  }
}

describe('the sums that a reserve reads', () => {
  it.each(Array.from({ length: SEEDS }, (_, n) => 1 + n))('are what its rows sum to, after any history (seed %i)', async (seed) => {
    await restoreSummingFunctions(ledger())
    const random = mulberry32(seed)
    const history = new History(() => random())
    for (let step = 0; step < STEPS; step += 1) {
      await history.step()
      const question = history.question()
      const told = { seed, step, question }
      expect({ ...told, state: await riskState(ledger(), 'sums', question) }).toEqual({
        ...told,
        state: await riskState(ledger(), 'rows', question),
      })
    }
    const [opened] = await ledger().column('select count(*) from trade_result where change_micros <> 0')
    expect(opened).toBeGreaterThan(3)
    await ledger().database.query('drop schema before cascade')
  })
})

describe('a sum that somebody has changed', () => {
  const plan = boxPlan({ id: 't2', subject: 'u4', kalshi: 'KXU4', forecastex: '761' })
  beforeEach(async () => {
    await lockedBox(ledger())
    await ledger().ledger.reserve(plan, 'run', NEVER)
    await book(ledger(), plan.legs[0].order, {})
    await book(ledger(), cureOf(plan, { action: 'sell', venue: 'kalshi', outcome: 'yes', contracts: '50', limit: '0.40' }), {})
    await close(ledger(), resultOf(plan, 'held', { held: '50' }))
  })
  it.each([
    ['market_exposure', 'quantity', 'exposure of kalshi KXU4 is kept as 5001, its lots are 5000'],
    ['open_stake', 'amount_micros', 'what ended trades of box may lose is kept as 21000001, they say 21000000'],
    ['result_hour', 'change_micros', expect.stringMatching(/^results of box in the hour 1795280400000 are kept as/)],
    ['opening_hour', 'openings', 'openings in the hour 1795280400000 are kept as 3, they are 2'],
  ])('is found by ledger verify: %s', async (table, column, violation) => {
    const only = table === 'market_exposure' ? `where market = 'KXU4' and venue = 'kalshi'` : ''
    await ledger().database.query(`update ${table} set ${column} = ${column} + 1 ${only}`)
    expect((await verifyLedger(ledger().database)).violations).toEqual([violation])
    await ledger().database.query(`update ${table} set ${column} = ${column} - 1 ${only}`)
  })
})

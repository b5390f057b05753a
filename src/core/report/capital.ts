import type { TradeId } from '../ids'
import { floorDiv, millis, moneyOf, type Millis, type Money } from '../units'
import { column, figure, type Findings, type Table } from './document'
import type { LotEvent } from './lots'
import { nakedOf, type Naked } from './naked'
import { groupBy, PPM, ratioOf, sumOf } from './quantiles'
import { knownOr, type Recorded } from './record'
import { daysOf, type Span } from './span'
import { violationsOf, type ReportedTrade } from './trade'
import { useIn, type CapitalMove, type Use } from './use'

export interface CapitalInput {
  readonly span: Span
  readonly nowMs: Millis
  /** Opened in the span. */
  readonly trades: readonly ReportedTrade[]
  /** Of all trades and times. */
  readonly moves: readonly CapitalMove[]
  readonly events: readonly LotEvent[]
  readonly deposits: Money
  /** When the second leg of a trade was answered, in ms, as the record has it. */
  readonly answered: Recorded<ReadonlyMap<TradeId, Millis>>
}

const DAY_MS = 86_400_000
const YEAR_DAYS = 365
/** µ$ × ms of a dollar tied up for a day, for figures that a person reads. */
const DOLLAR_DAY = BigInt(DAY_MS)
const BASIS_POINTS_TO_PPM = 100

const NOBODY: ReadonlyMap<TradeId, Millis> = new Map()

/** What a trade tied up over its life, and what that earned. */
interface TradeUse {
  readonly trade: ReportedTrade
  readonly use: Use
  /** µ$ × ms, with at least a day of the most (market-math §3.3: T is at least one day). */
  readonly area: bigint
  readonly heldMs: number
}

/** Simple return a year in 1e-6, rounded down: result ÷ (capital × time); null: no capital was tied up. */
export const yearlyPpm = (result: number, area: bigint): number | null =>
  area <= 0n ? null : Number(floorDiv(BigInt(result) * BigInt(YEAR_DAYS * DAY_MS) * BigInt(PPM), area))

function useOf(trade: ReportedTrade, moves: readonly CapitalMove[], nowMs: Millis): TradeUse {
  const use = useIn(moves, { fromMs: millis(Math.min(trade.startedMs, moves[0]?.atMs ?? trade.startedMs)), toMs: nowMs })
  const ended = use.atEnd === 0 ? (use.steps.at(-1)?.atMs ?? trade.startedMs) : nowMs
  const least = BigInt(use.peak) * BigInt(DAY_MS)
  return { trade, use, area: use.area > least ? use.area : least, heldMs: Math.max(0, ended - trade.startedMs) }
}

export function capitalFindings({ span, nowMs, trades, moves, events, deposits, answered }: CapitalInput): Findings {
  const whole = spanOfUse(span, moves)
  const use = useIn(moves, whole)
  const [movesOf, eventsOf] = [groupBy(moves, ({ tradeId }) => tradeId), groupBy(events, ({ tradeId }) => tradeId)]
  const uses = trades.map((trade) => useOf(trade, movesOf.get(trade.tradeId) ?? [], nowMs))
  const done = uses.filter(({ trade }) => trade.kind === 'realised' && trade.endedMs !== null)
  const naked = trades.flatMap(({ plan, tradeId }) =>
    plan.strategy === 'box'
      ? [nakedOf(plan, eventsOf.get(tradeId) ?? [], knownOr(answered, NOBODY).get(tradeId) ?? null, millis(Math.min(nowMs, span.toMs)))]
      : [],
  )
  const [earned, area] = [sumOf(done, ({ trade }) => trade.ledger), done.reduce((sum, each) => sum + each.area, 0n)]
  const edges = trades.filter(({ plan }) => plan.strategy === 'edge').length
  return {
    figures: [
      figure('average', 'in use, on average', 'money', use.average),
      figure('peak', 'in use, most', 'money', use.peak),
      figure('atEnd', 'in use, at the end', 'money', use.atEnd),
      figure('dollarDays', 'dollars × days', 'money', moneyOf(floorDiv(use.area, DOLLAR_DAY))),
      figure('shareOfDeposits', 'average in use, of what was deposited', 'ratio', ratioOf(use.average, deposits)),
      figure('done', 'trades with nothing at stake any more', 'count', done.length),
      figure('earned', 'their results', 'money', earned),
      figure('yearly', 'a year, on what they tied up', 'ratio', yearlyPpm(earned, area)),
      figure(
        'naked',
        'naked dollar-seconds',
        'dollarSeconds',
        sumOf(naked, ({ dollarSeconds }) => dollarSeconds),
      ),
      figure(
        'nakedPeak',
        'most unpaired premium of a trade',
        'money',
        naked.reduce((most, { peak }) => Math.max(most, peak), 0),
      ),
    ],
    tables: [daysTable(whole, moves), tradesTable(uses, naked)],
    charts: [
      { kind: 'steps', title: 'Capital in use', unit: 'money', steps: use.steps, untilMs: whole.toMs },
      {
        kind: 'bars',
        title: 'Naked dollar-seconds by trade',
        unit: 'dollarSeconds',
        bars: naked
          .filter(({ dollarSeconds }) => dollarSeconds > 0)
          .map(({ tradeId, dollarSeconds }) => ({ label: tradeId, value: dollarSeconds })),
      },
    ],
    notes: [
      'In use is what is reserved and what contracts have cost; fees that were paid are in use no more.',
      'The yearly return is of trades with nothing at stake any more, at least a day each: what is locked until a payout is not in it, nor is idle cash.',
      'Naked dollar-seconds are at most so many: what ForecastEx tells in whole seconds counts against us, up to a second of the premium, unless the record has when a second leg was answered.',
      ...('unknown' in answered ? [`When second legs were answered is not known: ${answered.unknown}.`] : []),
      ...(edges === 0 ? [] : [`${edges} trades have one leg by plan: nothing of them counts as naked.`]),
    ],
    violations: trades.flatMap(violationsOf),
  }
}

/** Without what was before there was anything: an average over it would say nothing. */
const spanOfUse = ({ fromMs, toMs }: Span, moves: readonly CapitalMove[]): Span => ({
  fromMs: millis(Math.max(fromMs, Math.min(moves[0]?.atMs ?? toMs, toMs - 1))),
  toMs,
})

function daysTable(span: Span, moves: readonly CapitalMove[]): Table {
  return {
    name: 'days',
    title: 'By trading day',
    columns: [
      column('day', 'day', 'text'),
      column('average', 'average', 'money'),
      column('peak', 'most', 'money'),
      column('atEnd', 'at its end', 'money'),
    ],
    rows: daysOf(span).map(({ day, ...part }) => {
      const { average, peak, atEnd } = useIn(moves, part)
      return [day, average, peak, atEnd]
    }),
  }
}

function tradesTable(uses: readonly TradeUse[], naked: readonly Naked[]): Table {
  const nakedOfTrade = new Map<TradeId, Naked>(naked.map((each) => [each.tradeId, each]))
  return {
    name: 'trades',
    title: 'By trade',
    columns: [
      column('trade', 'trade', 'text'),
      column('pair', 'pair', 'text'),
      column('kind', 'kind', 'text'),
      column('peak', 'most in use', 'money'),
      column('held', 'for', 'duration'),
      column('result', 'result', 'money'),
      column('yearly', 'a year', 'ratio'),
      column('planned', 'a year, as planned', 'ratio'),
      column('nakedPeak', 'most unpaired', 'money'),
      column('nakedFor', 'unpaired for', 'duration'),
      column('naked', 'naked dollar-seconds', 'dollarSeconds'),
    ],
    rows: uses.map(({ trade, use, area, heldMs }) => {
      const { annualReturn } = trade.plan.opportunity
      const bare = nakedOfTrade.get(trade.tradeId)
      return [
        ...[trade.tradeId, trade.pair, trade.kind, use.peak, heldMs, trade.ledger],
        ...[
          trade.kind === 'realised' ? yearlyPpm(trade.ledger, area) : null,
          annualReturn === undefined ? null : annualReturn * BASIS_POINTS_TO_PPM,
        ],
        ...[bare?.peak ?? null, bare?.forMs ?? null, bare?.dollarSeconds ?? null],
      ]
    }),
  }
}

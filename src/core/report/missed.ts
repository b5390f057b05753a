import { floorMulDiv, money, notional, ONE_DOLLAR, type Money } from '../units'
import { column, figure, unknownFindings, type Findings, type Table, type Value } from './document'
import { groupBy, sumOf } from './quantiles'
import type { Recorded, SeenMargin } from './record'

/** How a pair's two markets ended: what one YES contract pays; null: not told yet, or nowhere on record. */
export interface PairEnd {
  readonly pair: string
  /** YES at one is NO at the other. */
  readonly isOpposite: boolean
  readonly kalshiYes: Money | null
  readonly forecastexYes: Money | null
}
export interface MissedInput {
  readonly margins: Recorded<readonly SeenMargin[]>
  readonly ends: readonly PairEnd[]
  /** What one YES paid, by the market of an edge; those that are not in it have not ended, or nobody was told. */
  readonly yesPaid: ReadonlyMap<string, Money>
}
interface Missed extends SeenMargin {
  readonly end: Pick<PairEnd, 'kalshiYes' | 'forecastexYes'> | null
  /** What the box or the edge would have come to by its end; null: not known. */
  readonly value: Money | null
}

const DOLLAR_MICROS = 1_000_000

/**
 * What one pair of a box paid, in micro-dollars: A holds YES at Kalshi and what pays at ForecastEx when that does not, B the others.
 * null: a market has not ended, or the direction is not one.
 */
export function paidPerPair({ isOpposite, kalshiYes, forecastexYes }: PairEnd, direction: SeenMargin['direction']): number | null {
  if (kalshiYes === null || forecastexYes === null || (direction !== 'A' && direction !== 'B')) return null
  const ofKalshi = direction === 'A' ? kalshiYes : DOLLAR_MICROS - kalshiYes
  const holdsYes = (direction === 'A') === isOpposite
  return ofKalshi + (holdsYes ? forecastexYes : DOLLAR_MICROS - forecastexYes)
}

/** Its net edge where the pair paid the dollar that was counted on, and what it paid more or less than that for all of its contracts. */
function valueOf({ direction, size, netEdge }: SeenMargin, end: PairEnd | null): Money | null {
  const paid = end === null ? null : paidPerPair(end, direction)
  if (paid === null || size === null || netEdge === null) return null
  const counted = notional(ONE_DOLLAR, size)
  return money(netEdge + floorMulDiv(paid, counted, DOLLAR_MICROS) - counted)
}

/** What the side of an edge paid for all of its contracts, less what these would have cost at most: at their limit, fees at their bound. */
function edgeValueOf({ direction, size, capital }: SeenMargin, yes: Money | null): Money | null {
  if (yes === null || size === null || capital === null) return null
  const paid = direction === 'yes' ? yes : DOLLAR_MICROS - yes
  return money(floorMulDiv(paid, notional(ONE_DOLLAR, size), DOLLAR_MICROS) - capital)
}

/** An edge has one leg, and counts on no dollar: it is judged by the end of its market alone. */
export const isEdge = ({ direction }: Pick<SeenMargin, 'direction'>): boolean => direction === 'yes' || direction === 'no'

export function missedFindings({ margins, ends, yesPaid }: MissedInput): Findings {
  if ('unknown' in margins) return unknownFindings(`What was missed is not known: ${margins.unknown}.`)
  const endOf = new Map(ends.map((end) => [end.pair, end]))
  const refused = margins.known
    .filter(({ outcome }) => outcome === 'refused')
    .map((margin): Missed => {
      if (isEdge(margin)) {
        const yes = yesPaid.get(margin.pair) ?? null
        return { ...margin, end: { kalshiYes: yes, forecastexYes: null }, value: edgeValueOf(margin, yes) }
      }
      const end = endOf.get(margin.pair) ?? null
      return { ...margin, end, value: valueOf(margin, end) }
    })
  const sized = refused.filter(({ netEdge }) => netEdge !== null)
  const settled = refused.filter(({ value }) => value !== null)
  const gates = gatesTable(refused)
  return {
    figures: [
      figure('seen', 'opportunities seen', 'count', margins.known.length),
      figure('refused', 'of them refused', 'count', refused.length),
      figure('sized', 'of those, with a size and an edge', 'count', sized.length),
      figure(
        'edge',
        'their net edge, at their best look',
        'money',
        sumOf(sized, ({ netEdge }) => netEdge ?? 0),
      ),
      figure('settled', 'of those, settled', 'count', settled.length),
      figure('value', 'what these would have come to', 'money', settled.length === 0 ? null : sumOf(settled, ({ value }) => value ?? 0)),
      figure(
        'waiting',
        'net edge of those not settled yet',
        'money',
        sumOf(
          sized.filter(({ value }) => value === null),
          ({ netEdge }) => netEdge ?? 0,
        ),
      ),
    ],
    tables: [rowsTable(refused), gates],
    charts: [
      {
        kind: 'bars',
        title: 'Net edge refused, by check or gate',
        unit: 'money',
        bars: gates.rows.map((row) => ({ label: String(row[0]), value: row[3] as number })),
      },
    ],
    notes: notesOf(refused),
    violations: [],
  }
}

function notesOf(refused: readonly Missed[]): readonly string[] {
  const unsized = refused.filter(({ netEdge }) => netEdge === null).length
  const untold = refused.filter(({ netEdge, value }) => netEdge !== null && value === null).length
  return [
    ...(untold === 0
      ? []
      : [
          `Of ${untold} refused opportunities it is not known yet what they would have paid: a market of theirs has not ended, or its result is on no record.`,
        ]),
    ...(unsized === 0 ? [] : [`${unsized} were refused before they had a size: what they were worth is not known.`]),
    'An edge is that of the best look, at the prices of that moment and filled whole: an upper bound of what was lost, for quotes go and orders fill in part.',
    'Each opportunity is counted under the first check or gate that refused it; without that one the next might have. One that comes again is counted again.',
  ]
}

function rowsTable(refused: readonly Missed[]): Table {
  return {
    name: 'missed',
    title: 'Refused opportunities',
    columns: [
      column('seen', 'first seen', 'time'),
      column('pair', 'pair or market', 'text'),
      column('direction', 'direction', 'text'),
      column('reason', 'refused by', 'text'),
      column('lasted', 'lasted', 'duration'),
      column('size', 'contracts', 'quantity'),
      column('edge', 'net edge', 'money'),
      column('capital', 'capital', 'money'),
      column('kalshiYes', 'Kalshi YES paid', 'money'),
      column('forecastexYes', 'ForecastEx YES paid', 'money'),
      column('value', 'came to', 'money'),
    ],
    rows: refused.map(({ firstMs, pair, direction, reason, durationMs, size, netEdge, capital, end, value }): readonly Value[] => [
      ...[firstMs, pair, direction, reason, durationMs, size, netEdge, capital],
      ...[end?.kalshiYes ?? null, end?.forecastexYes ?? null, value],
    ]),
  }
}

/** What each check and gate kept from being taken, the dearest first. */
function gatesTable(refused: readonly Missed[]): Table {
  const rows = [...groupBy(refused, ({ reason }) => reason)].map(([reason, own]): readonly Value[] => {
    const settled = own.filter(({ value }) => value !== null)
    const losses = settled.filter(({ value }) => (value ?? 0) < 0).length
    return [
      ...[reason, own.length, own.filter(({ netEdge }) => netEdge !== null).length, sumOf(own, ({ netEdge }) => netEdge ?? 0)],
      ...[settled.length, settled.length === 0 ? null : sumOf(settled, ({ value }) => value ?? 0), losses],
    ]
  })
  return {
    name: 'gates',
    title: 'By check or gate',
    columns: [
      column('reason', 'check or gate', 'text'),
      column('refused', 'refused', 'count'),
      column('sized', 'with an edge', 'count'),
      column('edge', 'net edge', 'money'),
      column('settled', 'settled', 'count'),
      column('value', 'came to', 'money'),
      column('saved', 'of them losses', 'count'),
    ],
    rows: rows.toSorted((a, b) => (b[3] as number) - (a[3] as number)),
  }
}

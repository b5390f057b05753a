import { formatMoney, formatPrice, formatQuantity } from '../../../core/units'
import { STAGES, type Cycle } from '../../../operator/pipeline/cycle'
import { table } from '../../render'

const SIGNALS_SHOWN = 20

export interface Written {
  readonly written: number
  readonly removed: number
}

export function cycleText(
  { statistics, signals, held }: Cycle,
  { written, removed }: Written,
  missing: readonly string[],
  readMs: number,
): string {
  const { scanned, listed, mapped, lookedAt, withOdds, withConsensus, none, signals: tiers, refused, stageMs, totalMs } = statistics
  const counts = (of: Readonly<Record<string, number>>): string =>
    Object.entries(of)
      .map(([name, n]) => `${name} ${n}`)
      .join(', ') || 'none'
  const ms = (value: number): string => `${Math.round(value * 10) / 10} ms`
  return [
    `scanned ${scanned} of ${listed} markets: ${mapped.confirmed} confirmed, ${mapped.review} for review, ${mapped.none} without a game`,
    `looked at ${lookedAt}: ${withOdds} with odds, ${withConsensus} with a consensus; ${none} without an edge`,
    `signals: ${counts(tiers)}`,
    `refused: ${counts(refused)}`,
    `mappings: ${written} written, ${removed} taken out`,
    `${STAGES.map((stage) => `${stage} ${ms(stageMs[stage])}`).join(', ')}; cycle ${ms(totalMs)}, read ${ms(readMs)}`,
    ...missing.map((sentence) => `missing: ${sentence}`),
    ...(signals.length === 0 ? [] : ['', signalTable(signals.slice(0, SIGNALS_SHOWN))]),
    ...(held.length === 0 ? [] : ['', heldTable(held)]),
  ].join('\n')
}

const signalTable = (signals: Cycle['signals']): string =>
  table(
    ['market', 'action', 'net edge (c)', 'contracts', 'at most', 'confidence', 'refused by'],
    signals.map(({ signal: { kalshi, action, edge, position, confidence }, validation }) => [
      kalshi.ticker,
      action,
      edge.cents,
      position.recommended_contracts,
      position.max_price ?? '–',
      confidence === null ? '–' : `${confidence.tier} ${confidence.score}`,
      validation.reason ?? '',
    ]),
    [2, 3, 4],
  )

/** Held to settlement, unless somebody pays more now than the books think it worth at the most: then a person may sell. */
const heldTable = (held: Cycle['held']): string =>
  table(
    ['held', 'side', 'contracts', 'now', 'net bid ($)'],
    held.map(({ held: { market, outcome, quantity }, exit }) => [
      market,
      outcome,
      formatQuantity(quantity),
      exit.kind === 'exit'
        ? `bid above its worth: ${formatQuantity(exit.quantity)} at ${formatPrice(exit.limit)} or more`
        : `hold: ${exit.reason}`,
      exit.netBid === null ? '–' : formatMoney(exit.netBid),
    ]),
    [2, 4],
  )

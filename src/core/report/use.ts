import type { TradeId } from '../ids'
import { exact, floorDiv, millis, money, NO_MONEY, type Millis, type Money } from '../units'
import type { Span } from './span'

/** A change of what trades tie up: cash reserved, and contracts at cost. */
export interface CapitalMove {
  readonly tradeId: TradeId
  readonly atMs: Millis
  readonly amount: Money
}
/** Capital over a span. */
export interface Use {
  /** µ$ × ms. */
  readonly area: bigint
  readonly average: Money
  readonly peak: Money
  readonly atStart: Money
  readonly atEnd: Money
  /** Each time at which it changed, with what it was from then on; the first is the start of the span, or of use if that is later. */
  readonly steps: readonly { readonly atMs: Millis; readonly value: Money }[]
}

/** @param moves oldest first */
export function useIn(moves: readonly CapitalMove[], { fromMs, toMs }: Span): Use {
  let [inUse, area, sinceMs]: [number, bigint, number] = [0, 0n, fromMs]
  const steps: { atMs: Millis; value: Money }[] = []
  for (const { atMs, amount } of moves) {
    if (atMs >= toMs) break
    if (atMs > fromMs) {
      area += BigInt(inUse) * BigInt(atMs - sinceMs)
      sinceMs = atMs
    }
    inUse = exact(inUse + amount)
    const stepMs = millis(Math.max(atMs, fromMs))
    if (steps.at(-1)?.atMs === stepMs) steps.pop() // several moves of one moment, or before the span, are one
    steps.push({ atMs: stepMs, value: money(inUse) })
  }
  area += BigInt(inUse) * BigInt(toMs - sinceMs)
  const [first] = steps
  const atStart = first?.atMs === fromMs ? first.value : NO_MONEY
  const peak = steps.reduce((most, { value }) => Math.max(most, value), 0)
  return { area, average: money(Number(floorDiv(area, BigInt(toMs - fromMs)))), peak: money(peak), atStart, atEnd: money(inUse), steps }
}

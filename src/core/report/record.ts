import type { Venue } from '../ids'
import type { Money, Quantity } from '../units'

/** Something of the record of what was seen (QuestDB), which is written beside the trading and may be away: then why it is not known. */
export type Recorded<T> = { readonly known: T } | { readonly unknown: string }
export const knownOr = <T>(recorded: Recorded<T>, without: T): T => ('known' in recorded ? recorded.known : without)

/** A margin of a pair, or an edge of a market, from first sight to end; figures are of the look with the largest net edge, null: none was sized. */
export interface SeenMargin {
  readonly firstMs: number
  readonly durationMs: number
  /** An edge's market. */
  readonly pair: string
  /** Of a box, or the side that an edge would have bought. */
  readonly direction: 'A' | 'B' | 'both' | 'yes' | 'no'
  readonly outcome: string
  /** The first check or gate that refused a look; 'none' where none did. */
  readonly reason: string
  /** Every reason with the looks it refused: "cool-down 3, calendar 1". */
  readonly refusals: string
  readonly size: Quantity | null
  readonly netEdge: Money | null
  /** What it would have cost at most. */
  readonly capital: Money | null
}
export interface TimedStep {
  readonly measure: string
  readonly tradeId: string | null
  readonly micros: number
}
export interface TickedMinutes {
  readonly venue: Venue
  /** Minutes in which the venue changed some top of book, and the first and the last of them; null: there is none. */
  readonly minutes: number
  readonly firstMs: number | null
  readonly lastMs: number | null
}

const COUNTED = /^(.+) (\d+)$/

/** Looks by the reason that refused them, most first. */
export function refusedLooks(margins: readonly Pick<SeenMargin, 'refusals'>[]): readonly (readonly [reason: string, looks: number])[] {
  const counts = new Map<string, number>()
  for (const { refusals } of margins)
    for (const each of refusals.split(', ')) {
      const [, reason, looks] = COUNTED.exec(each) ?? []
      if (reason !== undefined) counts.set(reason, (counts.get(reason) ?? 0) + Number(looks))
    }
  return [...counts].toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
}

import type { Ladder } from '../../src/replay/replay'

/** One line of a recording. */
export interface Recorded {
  readonly recv_ms: number
  readonly event: {
    readonly type: string
    readonly seq?: number
    readonly msg: {
      readonly market_ticker: string
      readonly yes_dollars_fp?: readonly (readonly [string, string])[]
      readonly no_dollars_fp?: readonly (readonly [string, string])[]
      readonly side: 'yes' | 'no'
      readonly price_dollars: string
      readonly delta_fp: string
    }
  }
}
/** Of each outcome, hundredths of a contract by 1e-4 dollars. */
interface Sides {
  readonly yes: Map<number, number>
  readonly no: Map<number, number>
}

const units = (decimal: string, scale: number): number => Math.round(Number(decimal) * scale)

/** The books of a recording by the venue's document alone: two maps a market, changes added up, empty levels removed. */
export function booksOf(lines: readonly string[]): ReadonlyMap<string, { readonly yesBids: Ladder; readonly yesAsks: Ladder }> {
  const books = new Map<string, Sides>()
  for (const line of lines) {
    const { type, msg } = (JSON.parse(line) as Recorded).event
    if (type === 'orderbook_snapshot') {
      const side = (levels: readonly (readonly [string, string])[] = []): Map<number, number> =>
        new Map(levels.map(([dollars, size]) => [units(dollars, 1e4), units(size, 100)]))
      books.set(msg.market_ticker, { yes: side(msg.yes_dollars_fp), no: side(msg.no_dollars_fp) })
    }
    if (type === 'orderbook_delta') change(books.get(msg.market_ticker)?.[msg.side], msg)
  }
  return new Map(
    [...books].map(([market, { yes, no }]) => [market, { yesBids: ladder(yes, (bid) => bid), yesAsks: ladder(no, (bid) => 1e4 - bid) }]),
  )
}

function change(side: Map<number, number> | undefined, { price_dollars, delta_fp }: Recorded['event']['msg']): void {
  const at = units(price_dollars, 1e4)
  const size = (side?.get(at) ?? 0) + units(delta_fp, 100)
  if (size === 0) side?.delete(at)
  else side?.set(at, size)
}

/** The highest bid is the best, also when it is an ask in the other outcome's terms. */
const ladder = (side: ReadonlyMap<number, number>, inYesTerms: (bid: number) => number): Ladder =>
  [...side].toSorted(([a], [b]) => b - a).map(([bid, size]) => [(inYesTerms(bid) / 1e4).toFixed(4), (size / 100).toFixed(2)])

import { mulberry32, streamSeed } from '../../core/random'
import { price, quantity, type Price, type Quantity } from '../../core/units'

/** How far behind Kalshi the other side is. */
const LAG_MS = { least: 1_000, most: 5_000 } as const
/** Between two of its quotes. */
const PAUSE_MS = { least: 2_000, most: 10_000 } as const
/** What both outcomes cost together, in cents. */
const TOGETHER = { least: 101, most: 103 } as const
/** Whole contracts. */
const SIZE = { least: 5, most: 100 } as const
const HIGHEST_CENTS = 99
const PER_CENT = 100
const PER_CONTRACT = 100

export const LONGEST_LAG_MS = LAG_MS.most

export interface InventedQuote {
  readonly yes: { readonly price: Price; readonly quantity: Quantity }
  readonly no: { readonly price: Price; readonly quantity: Quantity }
}

/** A maker nobody has ever seen: follows Kalshi's middle some seconds late, and asks a little more than a dollar for both outcomes. By seed, in integers. */
export class InventedQuotes {
  readonly #draw: () => number
  nextMs: number

  /** @param name of the market, so that each has a stream of its own */
  constructor(seed: string, name: string, startMs: number) {
    this.#draw = mulberry32(streamSeed(`${seed}|recordings|${name}`))
    this.nextMs = startMs + this.#between(PAUSE_MS)
  }

  /**
   * The quote of {@link nextMs}, which passes to the next one.
   * @param midAt Kalshi's middle at a time, in cents; null: there was none
   * @returns null: it quotes nothing
   */
  next(midAt: (ms: number) => number | null): InventedQuote | null {
    const seenMs = this.nextMs - this.#between(LAG_MS)
    const together = this.#between(TOGETHER)
    const above = this.#between({ least: 0, most: together - PER_CENT })
    const [ofYes, ofNo] = [this.#between(SIZE), this.#between(SIZE)]
    this.nextMs += this.#between(PAUSE_MS)
    const mid = midAt(seenMs)
    if (mid === null) return null
    const yes = Math.min(HIGHEST_CENTS, Math.max(together - HIGHEST_CENTS, mid + above))
    return { yes: asked(yes, ofYes), no: asked(together - yes, ofNo) }
  }

  #between({ least, most }: { readonly least: number; readonly most: number }): number {
    return least + (this.#draw() % (most - least + 1))
  }
}

const asked = (cents: number, contracts: number): InventedQuote['yes'] => ({
  price: price(cents * PER_CENT),
  quantity: quantity(contracts * PER_CONTRACT),
})

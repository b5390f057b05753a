import type { Venue } from '../ids'
import { mulberry32, streamSeed } from '../random'
import {
  money,
  NO_MONEY,
  NO_QUANTITY,
  notional,
  ONE_CONTRACT,
  ONE_DOLLAR,
  price,
  quantity,
  wholeContracts,
  type Money,
  type Price,
  type Quantity,
} from '../units'
import { ASSUMED_WAYS, PESSIMISTIC, type FillAssumptions } from './fill-model'
import type { Fill, OrderIntent } from './order'
import type { Mode } from './plan'

/** The account that a paper venue keeps. */
export const PAPER_ACCOUNT = 'paper'

/** Modes whose venues are only looked at: both accounts are our own, and no order could leave. `observe` trades not even there. */
export const isOnPaper = (mode: Mode): boolean => mode === 'paper' || mode === 'observe'

/** One way. There and back within the 3 s of an order's activity, with a second to spare: beyond it every paper order would be unknown. */
export const LONGEST_WAY_MS = 1_000

/** How a paper venue fills (docs/paper.md). Rates are in 1e-4. */
export interface PaperModel extends FillAssumptions {
  /** That an order meets its book at all. */
  readonly fillRate: number
  /** How often the prices have moved away from an order when it arrives, and by how much at the most. */
  readonly slippage: { readonly rate: number; readonly most: Price }
  /** How often an order is let have only a part of what it asks for, and which share of it: any between these. */
  readonly part: { readonly rate: number; readonly least: number; readonly most: number }
  /** From bytes to the book, and from there to the answer: a table of quantiles in ms (`waitOf`). */
  readonly way: Readonly<Record<Venue, readonly number[]>>
}

const ALWAYS = 10_000
const NEVER = 0
const NO_SLIPPAGE = { rate: NEVER, most: price(0) } as const
const ALL_OF_IT = { rate: NEVER, least: ALWAYS, most: ALWAYS } as const
const CENT = 100
/** Nothing was known of the books of the first systems: all that is displayed is there. */
const AS_DISPLAYED = { depthFactor: ALWAYS, phantom: NEVER, waits: 'drawn' } as const
const aboutMs = (least: number, most: number): PaperModel['way'] => ({ kalshi: [least, most], forecastex: [least, most] })

/**
 * Presets by name. `pessimistic` is market-math §7 item (6). The others have the first systems' figures (seed-behaviour §3.13); never a fill above the
 * limit, beyond the book, without fees, or better than displayed, whatever they said.
 */
export const PAPER_PRESETS = {
  pessimistic: { ...PESSIMISTIC, fillRate: ALWAYS, slippage: NO_SLIPPAGE, part: ALL_OF_IT, way: ASSUMED_WAYS },
  'first-default': {
    ...AS_DISPLAYED,
    ...{ fillRate: 9_500, slippage: { rate: ALWAYS, most: price(CENT) }, part: { rate: 1_000, least: 3_000, most: 9_000 } },
    way: aboutMs(40, 60),
  },
  'first-realistic': {
    ...AS_DISPLAYED,
    ...{ fillRate: 8_500, slippage: { rate: ALWAYS, most: price(2 * CENT) }, part: { rate: 2_000, least: 3_000, most: 9_000 } },
    way: aboutMs(80, 120),
  },
  'first-optimistic': {
    ...AS_DISPLAYED,
    ...{ fillRate: 9_900, slippage: NO_SLIPPAGE, part: { rate: 500, least: 3_000, most: 9_000 } },
    way: aboutMs(16, 24),
  },
  'first-plan': {
    ...AS_DISPLAYED,
    ...{ fillRate: 8_500, slippage: { rate: 1_000, most: price(2 * CENT) }, part: { rate: 1_500, least: 3_000, most: 8_000 } },
    way: aboutMs(10, 50),
  },
} as const satisfies Readonly<Record<string, PaperModel>>
export type PaperPreset = keyof typeof PAPER_PRESETS

/** What chance does to one order: null, it meets nothing; else how many whole contracts it may have, and how far prices have moved away from it. */
export interface Chance {
  readonly quantity: Quantity
  readonly slippage: Price
}

const DRAWS = 2 ** 32

/** Of the run's seed and the order's id, a stream for each purpose: one more order shifts nobody else's (market-math §7, determinism). */
export function chanceOf({ clientOrderId, quantity: wanted }: OrderIntent, model: PaperModel, seed: string): Chance | null {
  const draw = (purpose: string): number => mulberry32(streamSeed(`${seed}|${clientOrderId}|${purpose}`))()
  const happens = (rate: number, purpose: string): boolean => draw(purpose) * ALWAYS < rate * DRAWS
  const between = (least: number, most: number, purpose: string): number => least + Math.floor(((most - least + 1) * draw(purpose)) / DRAWS)
  if (!happens(model.fillRate, 'fill')) return null
  const { slippage, part } = model
  const cents = happens(slippage.rate, 'slips') ? between(0, slippage.most / CENT, 'slippage') : 0
  const share = happens(part.rate, 'parts') ? between(part.least, part.most, 'part') : ALWAYS
  // of one contract no part can be had
  const had = wholeContracts(quantity(Math.floor((wanted * share) / ALWAYS)))
  return { quantity: share === ALWAYS ? wanted : quantity(Math.max(had, Math.min(wanted, ONE_CONTRACT))), slippage: price(cents * CENT) }
}

/** What a fill makes of a venue's one net position in a market, and of the purse. */
export interface Moved {
  /** In 1e-2 YES contracts; negative: NO. */
  readonly net: Quantity
  /** Its price and its fee; above zero for a sale of what is held. */
  readonly paid: Money
  /** A dollar for each pair of both outcomes that a purchase completes (execution.md §8). */
  readonly netted: Money
}

/** A sale is a purchase of the other outcome against what is held. @throws RangeError for a sale of what is not held, or a fill without its fee. */
export function movedBy(net: Quantity, { outcome, action, price: at, quantity: size, fee }: Fill): Moved {
  if (fee === null) throw new RangeError('a paper fill has its fee')
  const isYes = (outcome === 'yes') === (action === 'buy')
  const pairs = isYes === net < 0 ? quantity(Math.min(Math.abs(net), size)) : NO_QUANTITY
  const after = quantity(net + (isYes ? size : -size))
  if (action === 'buy') return { net: after, paid: money(-notional(at, size) - fee), netted: notional(ONE_DOLLAR, pairs) }
  if (pairs < size) throw new RangeError(`a paper account sells what it holds: ${pairs} of ${size}`)
  return { net: after, paid: money(notional(at, size) - fee), netted: NO_MONEY }
}

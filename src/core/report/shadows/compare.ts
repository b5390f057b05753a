import type { ClientOrderId, TradeId, Venue } from '../../ids'
import { LONGEST_WAY_MS } from '../../trade/paper'
import type { ShadowReason } from '../../trade/shadow'
import { floorMulDiv, money, notional, ONE_CONTRACT, type Millis, type Money, type Price, type Quantity } from '../../units'
import { groupBy, quantileOf, ratioOf, sumOf } from '../quantiles'
import { isIn, type Span } from '../span'
import type { FilledOrder } from '../trade'

/** An order that was sent, as the ledger has it. */
export interface SentOrder extends Omit<FilledOrder, 'lastMs'> {
  readonly clientOrderId: ClientOrderId
  readonly tradeId: TradeId
  readonly strategy: 'box' | 'edge'
  /** Nothing about it can change. */
  readonly isFinal: boolean
  /** Of its trade. */
  readonly startedMs: Millis
}
/** Its twin on paper, as the record has it. */
export interface Shadow {
  readonly clientOrderId: string
  readonly venue: Venue
  readonly preset: string
  readonly limit: Price
  readonly quantity: Quantity
  readonly sentMs: number
  /** null: nothing is said. */
  readonly filled: Quantity | null
  readonly cost: Money
  readonly fee: Money
  readonly why: ShadowReason | null
  readonly waitMicros: number
  /** From its order's bytes to the venue's answer; null: not measured. */
  readonly answeredMicros: number | null
}
/** Both halves of one order. */
export interface Compared extends SentOrder {
  readonly shadow: Shadow
  /** Of the twin. */
  readonly paper: Quantity
  /** How much dearer the order was than its twin, for what both filled; below zero: cheaper. */
  readonly dearer: Money
  /** What both filled. */
  readonly common: Quantity
  /** The same of fees. */
  readonly dearerFees: Money
  /** What they disagree about, in dollars: contracts that only one of them had, at the limit, and what those of both cost more or less. */
  readonly apart: Money
}
export interface Comparison {
  /** Of all orders that have one: whatever is said of their fills, what was measured was. */
  readonly twins: readonly Shadow[]
  readonly compared: readonly Compared[]
  /** Of these nothing can be said yet, or any more: the order has no end, or what it took was not known in time. */
  readonly undecided: readonly string[]
  /** Sent, and no twin is on record. */
  readonly onlyReal: readonly string[]
  /** Twins of orders that the ledger does not know. */
  readonly onlyPaper: readonly string[]
}

const shareOf = (whole: Money, part: Quantity, of: Quantity): number => (of === 0 ? 0 : floorMulDiv(whole, part, of))

function comparedOf(order: SentOrder, shadow: Shadow, paper: Quantity): Compared {
  const common = Math.min(order.filled, paper) as Quantity
  // of a sale dearer is what brought less
  const sign = order.action === 'buy' ? 1 : -1
  const dearer = money(sign * (shareOf(order.notional, common, order.filled) - shareOf(shadow.cost, common, paper)) + 0)
  const dearerFees = money(shareOf(order.fees, common, order.filled) - shareOf(shadow.fee, common, paper))
  const unlike = notional(shadow.limit, Math.abs(order.filled - paper) as Quantity)
  return { ...order, shadow, paper, common, dearer, dearerFees, apart: money(unlike + Math.abs(dearer) + Math.abs(dearerFees)) }
}

/**
 * Joins orders with their twins by id: orders of trades that were opened in the span, and twins of it. A twin that was sent in the span and belongs to an older trade is
 * neither here nor missing.
 */
export function compare(orders: readonly SentOrder[], shadows: readonly Shadow[], span: Span): Comparison {
  const twins = new Map(shadows.map((shadow) => [shadow.clientOrderId, shadow]))
  const known = new Set<string>(orders.map(({ clientOrderId }) => clientOrderId))
  const compared: Compared[] = []
  const had: Shadow[] = []
  const undecided: string[] = []
  const onlyReal: string[] = []
  for (const order of orders.filter(({ startedMs }) => isIn(span, startedMs))) {
    const shadow = twins.get(order.clientOrderId)
    if (shadow === undefined) {
      onlyReal.push(order.clientOrderId)
      continue
    }
    had.push(shadow)
    if (shadow.filled === null || !order.isFinal) undecided.push(order.clientOrderId)
    else compared.push(comparedOf(order, shadow, shadow.filled))
  }
  const onlyPaper = shadows.flatMap(({ clientOrderId, sentMs }) => (known.has(clientOrderId) || !isIn(span, sentMs) ? [] : [clientOrderId]))
  return {
    compared: compared.toSorted((a, b) => b.apart - a.apart || (a.clientOrderId < b.clientOrderId ? -1 : 1)),
    ...{ twins: had, undecided, onlyReal, onlyPaper },
  }
}

export const SHADOW_GROUPS = ['venue', 'strategy', 'market'] as const
export type ShadowGroup = (typeof SHADOW_GROUPS)[number]

/** What some orders and their twins came to. */
export interface Sums {
  readonly orders: number
  readonly sent: Quantity
  readonly real: Quantity
  readonly paper: Quantity
  /** Of what was sent, in 1e-6; null: nothing was. */
  readonly realRate: number | null
  readonly paperRate: number | null
  /** Of one contract that both had; null: there is none. */
  readonly dearer: Money | null
  readonly realFee: Money | null
  readonly paperFee: Money | null
  readonly dearerFees: Money | null
}
/** Of one contract, rounded down; null: there is none. */
export const perContract = (sum: number, of: number): Money | null => (of === 0 ? null : money(floorMulDiv(sum, ONE_CONTRACT, of)))

export function sumsOf(all: readonly Compared[]): Sums {
  const sent = sumOf(all, ({ shadow }) => shadow.quantity) as Quantity
  const real = sumOf(all, ({ filled }) => filled) as Quantity
  const paper = sumOf(all, (each) => each.paper) as Quantity
  const common = sumOf(all, (each) => each.common)
  return {
    ...{ orders: all.length, sent, real, paper, realRate: ratioOf(real, sent), paperRate: ratioOf(paper, sent) },
    dearer: perContract(
      sumOf(all, ({ dearer }) => dearer),
      common,
    ),
    realFee: perContract(
      sumOf(all, ({ fees }) => fees),
      real,
    ),
    paperFee: perContract(
      sumOf(all, ({ shadow }) => shadow.fee),
      paper,
    ),
    dearerFees: perContract(
      sumOf(all, ({ dearerFees }) => dearerFees),
      common,
    ),
  }
}

export const sumsBy = (by: ShadowGroup, all: readonly Compared[]): readonly (readonly [string, Sums])[] =>
  [...groupBy(all, (each) => each[by])].map(([name, own]) => [name, sumsOf(own)] as const).toSorted(([a], [b]) => (a < b ? -1 : 1))

/** Answers of one venue that a table of waits is measured from (market-math §7, item 6). */
export const WAYS_MIN = 200
/** A table of waits has the least, the most and every tenth between. */
const TENTHS = 10
const TENTH_PERCENT = 10
const MICROS_PER_MS = 1_000

/**
 * Measured quantiles of one way in whole milliseconds, as `paper.way_ms` takes them: half of the time from an order's bytes to its answer,
 * rounded up, and at most what the configuration takes.
 * @param answeredMicros ascending. null: fewer than {@link WAYS_MIN}.
 */
export function wayOf(answeredMicros: readonly number[]): readonly number[] | null {
  if (answeredMicros.length < WAYS_MIN) return null
  const halfMs = (micros: number): number => Math.min(LONGEST_WAY_MS, Math.ceil(micros / 2 / MICROS_PER_MS))
  return Array.from({ length: TENTHS + 1 }, (_, n) => halfMs(quantileOf(answeredMicros, n * TENTH_PERCENT) ?? 0))
}

/** Ascending, of each venue whose orders were answered. */
export const answersBy = (shadows: readonly Shadow[]): ReadonlyMap<string, readonly number[]> =>
  new Map(
    [...groupBy(shadows, ({ venue }) => venue)].map(([venue, own]) => [
      venue,
      own.flatMap(({ answeredMicros }) => answeredMicros ?? []).toSorted((a, b) => a - b),
    ]),
  )

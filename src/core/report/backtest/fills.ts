import { VENUES } from '../../ids'
import { ceilMulDiv } from '../../units'
import { column, type Chart, type Table, type Value } from '../document'
import { PPM, ratioOf, sumOf } from '../quantiles'
import { inBuckets, WITHOUT_BOUND, type Bucket } from './buckets'
import type { PaperOrder, PaperTrade } from './result'

/** By what was wanted of what was displayed at the limit or better, in 1e-6. */
const DEPTHS: readonly Bucket[] = [
  { label: 'up to a quarter', most: PPM / 4 },
  { label: 'up to a half', most: PPM / 2 },
  { label: 'up to all of it', most: PPM },
  { label: 'up to twice as much', most: 2 * PPM },
  { label: 'more than that', most: Number.MAX_SAFE_INTEGER },
  { label: 'nothing was displayed', most: WITHOUT_BOUND },
]

/** Rounded up: a contract more than is displayed is not "all of it". */
const depthOf = ({ wanted, displayed }: PaperOrder): number => (displayed <= 0 ? WITHOUT_BOUND : ceilMulDiv(wanted, PPM, displayed))

const shareOf = (orders: readonly PaperOrder[]): number | null =>
  ratioOf(
    sumOf(orders, ({ filled }) => filled),
    sumOf(orders, ({ wanted }) => wanted),
  )
const byDepth = (orders: readonly PaperOrder[]): ReturnType<typeof inBuckets<PaperOrder>> => inBuckets(DEPTHS, orders, depthOf)

/** How much of what was wanted filled, by how much of the book that was; contracts, not orders, are counted. */
export function fillsTable(trades: readonly PaperTrade[]): Table {
  const orders = trades.flatMap((trade) => trade.orders)
  const rows = VENUES.flatMap((venue) =>
    byDepth(orders.filter((order) => order.venue === venue))
      .filter(({ own }) => own.length > 0)
      .map(({ label, own }): readonly Value[] => [
        ...[venue, label, own.length, sumOf(own, ({ wanted }) => wanted), sumOf(own, ({ displayed }) => displayed)],
        ...[sumOf(own, ({ filled }) => filled), shareOf(own)],
      ]),
  )
  return {
    name: 'fills',
    title: 'Filled, by what was wanted of what was displayed',
    columns: [
      column('venue', 'venue', 'text'),
      column('depth', 'wanted of displayed', 'text'),
      column('orders', 'orders', 'count'),
      column('wanted', 'wanted', 'quantity'),
      column('displayed', 'displayed', 'quantity'),
      column('filled', 'filled', 'quantity'),
      column('share', 'filled of wanted', 'ratio'),
    ],
    rows,
  }
}

export function fillsChart(trades: readonly PaperTrade[]): Chart {
  const orders = trades.flatMap((trade) => trade.orders)
  const pairs = byDepth(orders)
    .filter(({ own }) => own.length > 0)
    .map(({ label, own }) => {
      const at = (venue: PaperOrder['venue']): number | null => shareOf(own.filter((order) => order.venue === venue))
      return { label, values: [at('kalshi'), at('forecastex')] as const }
    })
  return {
    kind: 'pairs',
    title: 'Filled of wanted, by what was wanted of what was displayed',
    unit: 'ratio',
    names: ['Kalshi', 'ForecastEx'],
    pairs,
    whole: PPM,
  }
}

export function ordersTable(trades: readonly PaperTrade[]): Table {
  return {
    name: 'orders',
    title: 'Orders',
    columns: [
      column('trade', 'trade', 'text'),
      column('leg', 'leg', 'text'),
      column('venue', 'venue', 'text'),
      column('market', 'market', 'text'),
      column('sent', 'sent', 'time'),
      column('arrivedAfter', 'arrived after', 'duration'),
      column('wanted', 'wanted', 'quantity'),
      column('displayed', 'displayed', 'quantity'),
      column('filled', 'filled', 'quantity'),
      column('share', 'filled of wanted', 'ratio'),
    ],
    rows: trades.flatMap(({ tradeId, orders }) =>
      orders.map((order): readonly Value[] => [
        ...[tradeId, order.leg, order.venue, order.market, order.sentMs, order.arrivedMs - order.sentMs],
        ...[order.wanted, order.displayed, order.filled, shareOf([order])],
      ]),
    ),
  }
}

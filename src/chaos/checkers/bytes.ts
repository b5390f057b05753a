import { isOurOrderId, parseOrderId } from '../../core/ids'
import { grouped, hasStruck, type Case, type SentOrder } from './case'
import type { Terms } from '../evidence/evidence'
import type { Violation } from './violation'

/** I1: one id stands for one intention, and its bytes leave at most once. */
export function onceEach(of: Case): readonly Violation[] {
  const { orders, evidence } = of
  const duplicates = evidence.alarms
    .filter(({ name, atMs }) => name === 'duplicate order id on first send' && atMs >= evidence.startedMs)
    .map(({ detail }): Violation => ({ invariant: 'I1', detail: `a venue has seen an id before it was sent: ${detail}` }))
  return [...orders.flatMap(sentOnce), ...orders.flatMap(oneIntention), ...duplicates, ...unwitnessed(of)]
}

/**
 * A record that a kill ends may lack its last moments: captures are flushed each quarter of a second, the venues' log is read as often. A holder that
 * sleeps past its lease is killed by its stack.
 */
const TORN_MS = 5_000

/** Silence proves nothing: what a venue has was seen to arrive there, and what arrived is in a capture. */
function unwitnessed({ orders, evidence: { venues, tables }, struck }: Case): readonly Violation[] {
  const torn = (atMs: number | null, ...killed: readonly string[]): boolean =>
    struck.some(
      ({ kind, name, atMs: at }) =>
        (kind === 'kill' || (kind === 'stop' && name === 'holder')) &&
        killed.includes(name) &&
        (atMs === null || (at >= atMs && at - atMs < TORN_MS)),
    )
  const seen = new Set(orders.map(({ clientOrderId }) => clientOrderId))
  const unseen = venues.flatMap((venue) =>
    venue.orders.flatMap(({ clientOrderId: id, createdMs }): readonly Violation[] => {
      if (!isOurOrderId(id) || seen.has(id) || torn(createdMs, 'sim')) return []
      const { tradeId } = parseOrderId(id)
      return tables.drills.includes(tradeId)
        ? []
        : [{ invariant: 'I1', tradeId, detail: `${id} is at ${venue.venue} and nobody saw it leave` }]
    }),
  )
  const uncaptured = orders.flatMap(({ clientOrderId, tradeId, sent, atMs }): readonly Violation[] =>
    sent.length > 0 || torn(atMs, 'holder', 'standby')
      ? []
      : [{ invariant: 'I1', tradeId, detail: `${clientOrderId} arrived at its venue, and no capture has it` }],
  )
  return [...unseen, ...uncaptured]
}

function sentOnce({ clientOrderId, tradeId, sent, arrived }: SentOrder): readonly Violation[] {
  return [sent, arrived].flatMap((sightings) =>
    sightings.length <= 1
      ? []
      : [
          {
            invariant: 'I1',
            tradeId,
            detail: `${clientOrderId} was sent ${sightings.length} times: ${sightings.map(({ by, atMs }) => `${by} at ${atMs}`).join(', ')}`,
          },
        ],
  )
}

const isSame = (a: Terms, b: Terms): boolean =>
  a.venue === b.venue && a.market === b.market && a.sign === b.sign && a.yesPrice === b.yesPrice && a.quantity === b.quantity

/** All bytes of an id say the same, and what the tables say it stands for: in the second leg and the reserved cure a ceiling (E2). */
function oneIntention({ clientOrderId, tradeId, sent, arrived, intent }: SentOrder): readonly Violation[] {
  const [first, ...others] = [...sent, ...arrived]
  if (!first) return []
  const differing = others.filter((each) => !isSame(first, each))
  const wrong = differing.map((each) => `${textOf(first)} by ${first.by} and ${textOf(each)} by ${each.by}`)
  if (intent) {
    const isYes = intent.outcome === 'yes'
    const sign = isYes === (intent.action === 'buy') ? 1 : -1
    const own = isYes ? first.yesPrice : 10_000 - first.yesPrice
    const within = intent.action === 'buy' ? own <= intent.limit : own >= intent.limit
    const agrees = first.venue === intent.venue && first.market === intent.market && first.sign === sign
    if (!agrees || !within || first.quantity > intent.quantity)
      wrong.push(
        `${textOf(first)} where ${intent.action} ${intent.quantity} ${intent.outcome} of ${intent.market} at ${intent.limit} was intended`,
      )
  }
  return wrong.map((detail) => ({ invariant: 'I1', tradeId, detail: `${clientOrderId} stands for ${detail}` }))
}

const textOf = ({ venue, market, sign, yesPrice, quantity }: Terms): string =>
  `${sign > 0 ? '+' : '−'}${quantity} YES of ${venue} ${market} at ${yesPrice}`

/** I2: an order is only sent when every earlier one of its account and market is over at the venue. */
export function oneUnresolved({ orders, struck }: Case): readonly Violation[] {
  const mayFillLate = hasStruck(struck, 'late_fill_after_cancel')
  return [...grouped(orders, ({ venue, market }) => `${venue} ${market}`).values()].flatMap((inMarket) =>
    inMarket.flatMap((earlier, place) =>
      inMarket.slice(place + 1).flatMap((later): readonly Violation[] => {
        const detail = stillOpen(earlier, later, mayFillLate)
        return detail === null ? [] : [{ invariant: 'I2', tradeId: later.tradeId, detail }]
      }),
    ),
  )
}

/** @param mayFillLate the venue executes an order that it has reported as ended (fault late_fill_after_cancel): it was resolved by its own word. */
function stillOpen(earlier: SentOrder, later: SentOrder, mayFillLate: boolean): string | null {
  const name = `${earlier.clientOrderId} was not over when ${later.clientOrderId} was sent at ${later.atMs}`
  const { atVenue } = earlier
  if (atVenue !== null && atVenue.endedMs === null) return `${name}: it still rests`
  if (atVenue?.endedMs !== undefined && atVenue.endedMs !== null && atVenue.endedMs > later.atMs)
    return `${name}: it ended at ${atVenue.endedMs}`
  const late = earlier.fills.find(({ atMs }) => atMs > later.atMs)
  return late && !mayFillLate ? `${name}: it filled at ${late.atMs}` : null
}

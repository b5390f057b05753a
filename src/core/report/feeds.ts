import type { Venue } from '../ids'
import { FEED_STATE_BELIEVED_MS, type FeedState } from '../market/liveness'
import { column, type Table } from './document'
import { groupBy, ratioOf } from './quantiles'
import type { Span } from './span'

/** From when on a feed stood so, as the process that trades a shard has recorded it. */
export interface FeedMoment {
  readonly venue: Venue
  readonly shard: string
  readonly state: FeedState
  readonly atMs: number
}
export interface Uptime {
  readonly venue: Venue
  readonly shard: string
  /** For how long somebody watched. What is missing of the span nobody knows: no process ran, or its record was away. */
  readonly watchedMs: number
  /** Of that: every connection up and heard in time. */
  readonly connectedMs: number
  /** How often it was connected and then was not; and the longest time until it was again, or until nobody watched. */
  readonly losses: number
  readonly longestMs: number
}

/**
 * How long each feed was connected in a span. A state lasts until the next one of its shard, and is believed for half a minute: what nobody told of is
 * neither up nor down.
 * @param moments in the order of their times, beginning before the span where a state was told there that may still hold.
 */
export function uptimeIn(moments: readonly FeedMoment[], span: Span): readonly Uptime[] {
  const feeds = groupBy(moments, ({ venue, shard }) => `${venue} ${shard}`)
  return [...feeds.values()]
    .flatMap((own) => uptimeOf(own, span))
    .toSorted((a, b) => compare(a.venue, b.venue) || compare(a.shard, b.shard))
}
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

function uptimeOf(moments: readonly FeedMoment[], { fromMs, toMs }: Span): readonly Uptime[] {
  const [first] = moments
  if (!first) return []
  let [watchedMs, connectedMs, losses, longestMs, awayMs] = [0, 0, 0, 0, 0]
  let before: FeedState = 'ended'
  moments.forEach(({ state, atMs }, n) => {
    const believedMs = atMs + FEED_STATE_BELIEVED_MS
    const nextMs = moments[n + 1]?.atMs ?? Infinity
    const lasted = state === 'ended' ? 0 : Math.max(0, Math.min(nextMs, believedMs, toMs) - Math.max(atMs, fromMs))
    watchedMs += lasted
    if (state === 'connected') connectedMs += lasted
    const isAway = state === 'unconfirmed' || state === 'disconnected'
    awayMs = isAway ? awayMs + lasted : 0
    longestMs = Math.max(longestMs, awayMs)
    if (before === 'connected' && isAway && atMs >= fromMs) losses += 1
    before = nextMs > believedMs ? 'ended' : state
    if (before === 'ended') awayMs = 0
  })
  return watchedMs === 0 ? [] : [{ venue: first.venue, shard: first.shard, watchedMs, connectedMs, losses, longestMs }]
}

export const uptimeTable = (feeds: readonly Uptime[]): Table => ({
  name: 'uptime',
  title: 'How long feeds were connected',
  columns: [
    column('venue', 'venue', 'text'),
    column('shard', 'shard', 'text'),
    column('watched', 'watched', 'duration'),
    column('connected', 'connected', 'duration'),
    column('share', 'share', 'ratio'),
    column('losses', 'losses', 'count'),
    column('longest', 'longest', 'duration'),
  ],
  rows: feeds.map(({ venue, shard, watchedMs, connectedMs, losses, longestMs }) => [
    ...[venue, shard, watchedMs, connectedMs, ratioOf(connectedMs, watchedMs), losses, longestMs],
  ]),
})

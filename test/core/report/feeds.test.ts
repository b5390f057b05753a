import { FEED_STATE_BELIEVED_MS, type FeedState } from '../../../src/core/market/liveness'
import { mulberry32 } from '../../../src/core/random'
import { uptimeIn, type FeedMoment } from '../../../src/core/report/feeds'
import { millis } from '../../../src/core/units'

const SPAN = { fromMs: millis(100_000), toMs: millis(200_000) }
const told = (atMs: number, state: FeedState, shard = 'a', venue: FeedMoment['venue'] = 'kalshi'): FeedMoment => ({
  venue,
  shard,
  state,
  atMs,
})
const figures = (...moments: readonly FeedMoment[]): readonly (readonly number[])[] =>
  uptimeIn(moments, SPAN).map(({ watchedMs, connectedMs, losses, longestMs }) => [watchedMs, connectedMs, losses, longestMs])
/** Told anew in time: from `fromMs` up to, and without, `toMs`. */
const lasting = (state: FeedState, fromMs: number, toMs: number): readonly FeedMoment[] =>
  Array.from({ length: Math.ceil((toMs - fromMs) / 10_000) }, (_, n) => told(fromMs + n * 10_000, state))

describe('how long a feed was connected', () => {
  it('is all of a span in which nothing else was told, from before it to after it', () => {
    expect(figures(...lasting('connected', 90_000, 230_000))).toEqual([[100_000, 100_000, 0, 0]])
  })

  it('is less by a loss, which ends when it vouches for its books again', () => {
    const lost = [told(125_000, 'disconnected'), told(126_500, 'unconfirmed')]
    expect(figures(...lasting('connected', 90_000, 125_000), ...lost, ...lasting('connected', 127_000, 210_000))).toEqual([
      [100_000, 98_000, 1, 2_000],
    ])
  })

  it('knows two losses from one that is told twice', () => {
    const away = [told(110_000, 'disconnected'), told(111_000, 'disconnected')]
    const again = [told(113_000, 'connected'), told(114_000, 'unconfirmed'), told(114_500, 'connected')]
    expect(figures(told(100_000, 'connected'), ...away, ...again)).toEqual([[46_500, 43_000, 2, 3_000]])
  })

  it('is not known where nobody told: a process that was killed is believed for half a minute, and is no loss', () => {
    expect(figures(told(100_000, 'connected'), told(180_000, 'unconfirmed'), told(181_000, 'connected'))).toEqual([
      [FEED_STATE_BELIEVED_MS + 20_000, FEED_STATE_BELIEVED_MS + 19_000, 0, 1_000],
    ])
  })

  it('ends with the process that watched it, at once', () => {
    expect(figures(told(100_000, 'connected'), told(110_000, 'ended'), told(115_000, 'unconfirmed'), told(115_500, 'connected'))).toEqual([
      [10_000 + 500 + FEED_STATE_BELIEVED_MS, 10_000 + FEED_STATE_BELIEVED_MS, 0, 500],
    ])
  })

  it('counts no loss from before the span, and what of it lasts into it', () => {
    expect(figures(told(98_000, 'connected'), told(99_000, 'disconnected'), told(101_000, 'connected'))).toEqual([
      [33_000, 32_000, 0, 1_000],
    ])
    expect(figures(told(99_000, 'connected'), told(100_000, 'disconnected'), told(101_000, 'connected'))).toEqual([
      [33_000, 32_000, 1, 1_000],
    ])
  })

  it('is told for each venue and shard, in their order; nothing where nobody watched', () => {
    const moments = [told(100_000, 'connected', 'b'), told(100_000, 'connected', 'a'), told(100_000, 'connected', 'a', 'forecastex')]
    expect(uptimeIn([...moments, told(60_000, 'connected', 'c')], SPAN).map(({ venue, shard }) => `${venue} ${shard}`)).toEqual([
      'forecastex a',
      'kalshi a',
      'kalshi b',
    ])
    expect(figures()).toEqual([])
  })
})

const RUNS = 300
it.each([20_261_123, Date.now() % 1_000_000])(`agrees with asking at every moment (${RUNS} runs from seed %d)`, (seed) => {
  for (let run = seed; run < seed + RUNS; run++) {
    const next = mulberry32(run)
    const below = (limit: number): number => next() % limit
    let atMs = 60_000
    const moments: FeedMoment[] = []
    while (atMs < 240_000) {
      moments.push(told(atMs, (['connected', 'connected', 'unconfirmed', 'disconnected', 'ended'] as const)[below(5)] ?? 'ended'))
      atMs += 1_000 * (1 + below(below(4) === 0 ? 60 : 8))
    }
    const stateAt = (ms: number): FeedState => {
      const last = moments.findLast((each) => each.atMs <= ms)
      return last === undefined || ms >= last.atMs + FEED_STATE_BELIEVED_MS ? 'ended' : last.state
    }
    const seconds = Array.from({ length: 100 }, (_, n) => stateAt(SPAN.fromMs + n * 1_000))
    const watched = 1_000 * seconds.filter((state) => state !== 'ended').length
    const connected = 1_000 * seconds.filter((state) => state === 'connected').length
    expect([run, figures(...moments)[0]?.slice(0, 2) ?? [0, 0]]).toEqual([run, [watched, connected]])
  }
})

import { marketId, subjectId } from '../../../src/core/ids'
import { millis, quantity } from '../../../src/core/units'
import type { ToldEdgeMarket } from '../../../src/streaming/edges/edge-desk'
import { HOUR_MS, later } from '../../core/edge/fixture'
import { askedOf, BUF, EVENT, GAME, gameAt, LAC, LiveRig, replayed } from './live-rig'

const told = (rig: LiveRig, what: string): readonly unknown[] =>
  rig.frames.flatMap(({ venue, payload }) => (venue === 'house' && Array.isArray(payload) && payload[0] === what ? [payload[1]] : []))

describe('markets on games', () => {
  it('are watched once the source of odds has told of their game, and not before', async () => {
    const rig = new LiveRig()
    await rig.refresh()
    expect([rig.live.state().watched, rig.subscribed.size, rig.live.state().listed]).toEqual([0, 0, 2])
    rig.odds()
    await rig.refresh()
    expect([...rig.subscribed]).toEqual([BUF, LAC])
    expect(rig.live.state()).toMatchObject({ watched: 2, listed: 2, confirmed: 1, review: 0, games: 1, odds: 1, oddsAgeMs: 0 })
    expect(told(rig, 'edges')).toMatchObject([
      [{ id: BUF, kalshi: BUF, volume: quantity('6000'), mapping: { kalshiEvent: EVENT, oddsEventId: 'e1' } }, { id: LAC }],
    ])
    expect(told(rig, 'listing')).toMatchObject([{ market: BUF }, { market: LAC }])
  })

  it('are told again only where something has changed, and their volumes now and then', async () => {
    const rig = new LiveRig()
    rig.odds()
    await rig.refresh()
    for (let minute = 0; minute < 9; minute++) {
      rig.pass(60_000)
      rig.asked = [askedOf(BUF, 'Buffalo', {}, String(7_000 + minute)), GAME[1] ?? askedOf(LAC, 'Los Angeles C')]
      rig.odds()
      await rig.refresh()
    }
    expect([told(rig, 'edges').length, told(rig, 'listing').length]).toEqual([1, 2])
    rig.pass(60_000)
    await rig.refresh()
    expect(told(rig, 'edges')).toHaveLength(2)
    expect(told(rig, 'edges')[1]).toMatchObject([{ volume: quantity('7008') }, {}])
  })

  it('are given up when the game begins, but for a book that somebody else needs', async () => {
    const rig = new LiveRig()
    rig.needed.add(LAC)
    rig.odds()
    await rig.refresh()
    rig.pass(27 * HOUR_MS)
    await rig.refresh()
    expect([rig.live.state().watched, [...rig.subscribed], told(rig, 'edges').at(-1)]).toEqual([0, [LAC], []])
  })

  it('are given up when the source moves the game, as far as a person has to look', async () => {
    const rig = new LiveRig()
    rig.odds()
    await rig.refresh()
    rig.pass(30_000)
    rig.odds(gameAt(rig.clock.nowMs(), { commenceMs: later(120 * HOUR_MS) }))
    await rig.refresh()
    expect(rig.live.state()).toMatchObject({ watched: 0, confirmed: 0, review: 1 })
  })

  it('stay as they are while Kalshi does not answer, which is said once', async () => {
    const rig = new LiveRig()
    rig.odds()
    await rig.refresh()
    rig.isDown = true
    rig.pass(3_700_000)
    await rig.refresh()
    expect([rig.live.state().watched, new Set(rig.log.messages('warn')).size]).toEqual([2, 1])
  })

  it('that close are listed no more', async () => {
    const rig = new LiveRig()
    rig.asked = [askedOf(BUF, 'Buffalo', { status: 'closed' }), askedOf(LAC, 'Los Angeles C', { closeMs: later(-1) })]
    await rig.refresh()
    expect(rig.live.state().listed).toBe(0)
  })
})

describe('B7 odds that are told', () => {
  const ready = async (): Promise<LiveRig> => {
    const rig = new LiveRig()
    rig.odds()
    await rig.refresh()
    rig.quote('0.49', '0.50')
    rig.pass(6_000)
    return rig
  }

  it('become a trade in the turn in which they come, and one only', async () => {
    const rig = await ready()
    rig.odds()
    rig.pass(6_000)
    rig.odds()
    expect(rig.started).toMatchObject([{ strategy: 'edge', legs: [{ order: { market: BUF, outcome: 'yes' } }] }])
  })

  it('twice, by the stream and by the hashes, are one telling', async () => {
    const rig = await ready()
    const game = gameAt(rig.clock.nowMs())
    rig.odds(game)
    rig.odds(game)
    rig.odds(gameAt(millis(game.fetchedMs - 30_000)))
    expect([rig.live.state().odds, rig.frames.filter(({ venue }) => venue === 'odds').length]).toEqual([2, 2])
  })

  it('are decided alike by a replay of the capture', async () => {
    const rig = await ready()
    rig.odds(gameAt(rig.clock.nowMs(), {}, 1.75))
    rig.pass(6_000)
    rig.quote('0.48', '0.51')
    rig.pass(6_000)
    rig.odds()
    expect(rig.started).toHaveLength(1)
    expect(replayed(rig.frames)).toEqual(rig.started)
  })

  it('age: what showed an edge shows none any more, without a change', async () => {
    const rig = await ready()
    rig.odds()
    expect(rig.live.state()).toMatchObject({ showing: 1, opportunities: { open: 1 } })
    rig.pass(200_000)
    rig.shard.edges?.sweep(rig.clock.nowMs())
    expect(rig.live.state()).toMatchObject({ showing: 0, opportunities: { open: 0, taken: 1 }, unjudged: { 'odds fetched lately': 1 } })
  })
})

describe('what shows an edge', () => {
  it('is looked at again a bounded number at a time, and all of it in turn', () => {
    const rig = new LiveRig()
    const edges = rig.shard.edges
    const markets = Array.from({ length: 100 }, (_, i) => askedOf(marketId(`KXNFLGAME-26NOV22G${i}-BUF`), 'Buffalo'))
    const told = markets.map(({ listing: { market } }): ToldEdgeMarket => ({
      ...{ id: subjectId(market), kalshi: market, title: '', volume: quantity('9000') },
      mapping: {
        ...{ kalshiEvent: market.slice(0, -4), oddsEventId: 'e1', status: 'confirmed', sport: 'americanfootball_nfl', league: 'NFL' },
        ...{ startMs: later(27 * HOUR_MS), yesTeams: { [market]: 'Buffalo Bills' }, tie: { value: 0.5 }, reasons: [] },
      },
    }))
    edges?.watch(told, rig.clock.nowMs())
    for (const { listing } of markets) {
      rig.markets.tell(listing)
      rig.book(listing.market)
    }
    rig.pass(6_000)
    rig.odds()
    expect(rig.live.state()).toMatchObject({ showing: 100, looks: 200 })
    const looks = [1, 2, 3].map(() => {
      edges?.sweep(rig.clock.nowMs())
      return edges?.counters.looks
    })
    expect(looks).toEqual([240, 280, 320])
  })
})

import { subjectId, tradeId } from '../../../src/core/ids'
import { millis, money, type Millis } from '../../../src/core/units'
import type { Episode } from '../../../src/streaming/opportunities/episode'
import { Opportunities } from '../../../src/streaming/opportunities/opportunities'
import { opportunityRow } from '../../../src/streaming/opportunities/row'
import { NOW, PAIR } from '../../core/box/fixture'
import { found, refused } from './looks'

const at = (ms: number): Millis => millis(NOW + ms)
const OTHER = { ...PAIR, id: subjectId('other') }
const NONE = { ms: 0, confirmations: 0 }

class Watcher {
  readonly episodes: Episode[] = []
  readonly seen: Opportunities

  constructor(persistence = NONE) {
    this.seen = new Opportunities({ persistence, onEnded: (episode) => this.episodes.push(episode) })
  }
}

describe('an opportunity', () => {
  it('goes from first sight to end, with its best and its last look', () => {
    const { seen, episodes } = new Watcher()
    seen.found(PAIR, found('A', money('1'), '10'), at(0))
    seen.found(PAIR, found('A', money('3'), '30'), at(100))
    seen.found(PAIR, found('A', money('3'), '40'), at(150)) // the first of equals is the best
    seen.refused(PAIR, refused('A'), at(200))
    seen.found(PAIR, found('A', money('2'), '20'), at(300))
    expect([seen.open, seen.looks, episodes]).toEqual([1, 5, []])
    seen.gone(PAIR, at(450))
    expect(episodes).toMatchObject([
      {
        ...{ direction: 'A', firstSeenMs: NOW, lastSeenMs: NOW + 300, endedMs: NOW + 450, looks: 5, finds: 4, trades: 0 },
        ...{ best: { netEdge: 3_000_000, quantity: 3_000 }, last: { netEdge: 2_000_000, quantity: 2_000 } },
        outcome: { kind: 'refused', reason: 'exit depth' },
      },
    ])
    expect(seen.open).toBe(0)
  })

  it('ends once: what has gone cannot go again', () => {
    const { seen, episodes } = new Watcher()
    seen.found(PAIR, found(), at(0))
    seen.gone(PAIR, at(1))
    seen.gone(PAIR, at(2))
    seen.endAll(at(3))
    expect(episodes).toHaveLength(1)
    seen.found(PAIR, found(), at(4))
    seen.endAll(at(5))
    expect(episodes.map(({ firstSeenMs, endedMs }) => [firstSeenMs - NOW, endedMs - NOW])).toEqual([[0, 1], [4, 5]]) // prettier-ignore
  })

  it('is superseded by the other direction, and by both at once', () => {
    const { seen, episodes } = new Watcher()
    seen.found(PAIR, found('A'), at(0))
    seen.found(PAIR, found('B'), at(10))
    seen.refused(PAIR, refused(null, 'both directions positive'), at(20))
    seen.endAll(at(30))
    expect(episodes.map(({ direction, outcome }) => [direction, outcome.kind])).toEqual([
      ['A', 'superseded'],
      ['B', 'superseded'],
      [null, 'refused'],
    ])
    expect(episodes.map(({ firstSeenMs, endedMs }) => [firstSeenMs - NOW, endedMs - NOW])).toEqual([[0, 10], [10, 20], [20, 30]]) // prettier-ignore
  })

  it('vanishes when nothing refused it and nothing took it', () => {
    const { seen, episodes } = new Watcher()
    seen.found(PAIR, found(), at(0))
    seen.gone(PAIR, at(1))
    expect(episodes).toMatchObject([{ outcome: { kind: 'vanished' } }])
    expect(seen.ended).toEqual({ taken: 0, refused: 0, superseded: 0, vanished: 1 })
  })

  it('is taken by its first trade, whatever refused it before and after', () => {
    const { seen, episodes } = new Watcher()
    seen.refused(PAIR, refused(), at(0))
    seen.found(PAIR, found(), at(1))
    seen.take(PAIR, tradeId('t1'))
    seen.found(PAIR, found(), at(2))
    seen.refuse(PAIR, 'pair not in flight')
    seen.found(PAIR, found(), at(3))
    seen.take(PAIR, tradeId('t2'))
    seen.found(PAIR, found('B'), at(4))
    expect(episodes).toMatchObject([{ trades: 2, outcome: { kind: 'taken', tradeId: 't1' } }])
    expect([...(episodes[0]?.refusals ?? [])]).toEqual([['exit depth', 1], ['pair not in flight', 1]]) // prettier-ignore
    expect(seen.ended).toMatchObject({ taken: 1, superseded: 0 })
  })

  it('is one of its pair: another pair has its own, and refusals are counted over all', () => {
    const { seen, episodes } = new Watcher()
    seen.refused(PAIR, refused(), at(0))
    seen.refused(OTHER, refused(), at(1))
    seen.gone(OTHER, at(2))
    expect(episodes.map(({ pair }) => pair.id)).toEqual(['other'])
    expect([seen.open, [...seen.refusals]]).toEqual([1, [['exit depth', 2]]])
  })
})

describe('an edge has to persist', () => {
  it('so long: refused until then, by event time', () => {
    const { seen } = new Watcher({ ms: 200, confirmations: 0 })
    expect(seen.found(PAIR, found(), at(0))?.verdict()).toMatchObject({ check: 'edge persists', actual: '0 ms, 0 confirmations' })
    expect(seen.found(PAIR, found(), at(199))?.gate).toBe('edge persists')
    expect(seen.found(PAIR, found(), at(200))).toBeNull()
    expect([...seen.refusals]).toEqual([['edge persists', 2]])
  })

  it('or confirmed so often, whichever comes first', () => {
    const { seen } = new Watcher({ ms: 200, confirmations: 2 })
    expect([0, 1, 2].map((ms) => seen.found(PAIR, found(), at(ms))?.gate ?? null)).toEqual(['edge persists', 'edge persists', null])
  })

  it.each<[string, (seen: Opportunities) => unknown]>([
    ['goes', (seen) => seen.gone(PAIR, at(150))],
    ['is refused by a check', (seen) => seen.refused(PAIR, refused('A'), at(150))],
    ['turns round', (seen) => seen.found(PAIR, found('B'), at(150))],
  ])('and anew when it %s', (_how, happens) => {
    const { seen } = new Watcher({ ms: 200, confirmations: 0 })
    seen.found(PAIR, found(), at(0))
    happens(seen)
    expect(seen.found(PAIR, found(), at(250))?.gate).toBe('edge persists')
    expect(seen.found(PAIR, found(), at(450))).toBeNull()
  })

  it('a trade does not begin it anew', () => {
    const { seen } = new Watcher({ ms: 200, confirmations: 0 })
    seen.found(PAIR, found(), at(0))
    seen.found(PAIR, found(), at(200))
    seen.take(PAIR, tradeId('t1'))
    expect(seen.found(PAIR, found(), at(201))).toBeNull()
  })
})

describe('the row of the record', () => {
  const rowOf = (happens: (seen: Opportunities) => void): ReturnType<typeof opportunityRow> | undefined => {
    const { seen, episodes } = new Watcher()
    happens(seen)
    seen.endAll(at(1_000))
    return episodes[0] && opportunityRow(episodes[0], 'sim', seen.looks)
  }

  it('tells the best look with its losses, capital and return', () => {
    const row = rowOf((seen) => seen.found(PAIR, { ...found(), annualReturn: 2_520, lockedDays: 19 }, at(0)))
    expect(row).toMatchObject({ subject: PAIR.id, direction: 'A', n: 1, outcome: 'vanished', reason: 'none', refusals: '', tradeId: null })
    expect(row).toMatchObject({ firstSeenMs: NOW, lastSeenMs: NOW, endedMs: NOW + 1_000 })
    const { worst, capital } = found()
    expect(row?.best).toMatchObject({ annualReturn: 2_520, lockedDays: 19, capital, unwindLoss: worst.modelledLoss })
  })

  it('tells the refusals, the first one first, and nothing that nobody knew', () => {
    const row = rowOf((seen) => {
      seen.refused(PAIR, refused(null, 'both directions positive'), at(0))
      seen.refused(PAIR, refused(null, 'certificate approved'), at(1))
      seen.refused(PAIR, refused(null, 'certificate approved'), at(2))
    })
    expect(row).toMatchObject({ direction: 'both', reason: 'both directions positive', best: null, last: null })
    expect(row?.refusals).toBe('both directions positive 1, certificate approved 2')
  })

  it('a refused look that was sized tells its figures, without capital', () => {
    const row = rowOf((seen) => seen.refused(PAIR, refused('B', 'expected value', money('-0.5')), at(0)))
    expect(row).toMatchObject({ direction: 'B', best: { netEdge: -500_000, capital: null, lockedDays: null }, last: { quantity: 8_000 } })
  })
})

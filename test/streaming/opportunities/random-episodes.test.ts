import type { Direction } from '../../../src/core/box/finding'
import { subjectId } from '../../../src/core/ids'
import { mulberry32 } from '../../../src/core/random'
import { millis, money } from '../../../src/core/units'
import type { Episode } from '../../../src/streaming/opportunities/episode'
import { Opportunities } from '../../../src/streaming/opportunities/opportunities'
import { NOW, PAIR } from '../../core/box/fixture'
import { found, refused } from './looks'

const SEEDS = Number(process.env['CROSSBOOK_SEEDS'] ?? 100)
const STEPS = 400
const PAIRS = Array.from({ length: 4 }, (_, i) => ({ ...PAIR, id: subjectId(`pair-${i}`) }))
const DIRECTIONS: readonly (Direction | null)[] = ['A', 'B', null]

interface Told {
  readonly pair: string
  readonly ms: number
  readonly direction: Direction | null
  readonly isFind: boolean
}
interface Story {
  readonly episodes: readonly Episode[]
  readonly told: readonly Told[]
  readonly seen: Opportunities
  /** Looks that `persistence` or a check refused. */
  readonly refused: number
}

/** Looks, ends and turns of four pairs in any order; everything has ended at the end. */
function story(seed: number): Story {
  const random = mulberry32(seed)
  const upTo = (n: number): number => random() % n
  const episodes: Episode[] = []
  const told: Told[] = []
  const persistence = { ms: upTo(3) * 10, confirmations: upTo(3) }
  const seen = new Opportunities({ persistence, onEnded: (episode) => episodes.push(episode) })
  let refusals = 0
  let ms = NOW as number
  for (let step = 0; step < STEPS; step++) {
    ms += upTo(5)
    const pair = PAIRS[upTo(PAIRS.length)] ?? PAIR
    const direction = DIRECTIONS[upTo(6)] ?? 'A'
    const what = upTo(10)
    if (what === 0) seen.gone(pair, millis(ms))
    else if (what === 1 && upTo(20) === 0) seen.endAll(millis(ms))
    else {
      const isFind = what > 4 && direction !== null
      told.push({ pair: pair.id, ms, direction, isFind })
      if (isFind) refusals += seen.found(pair, found(direction, money(upTo(100) * 1_000)), millis(ms)) ? 1 : 0
      else {
        seen.refused(pair, refused(direction), millis(ms))
        refusals++
      }
    }
  }
  seen.endAll(millis(ms))
  return { episodes, told, seen, refused: refusals }
}

const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0)

/** Whether each look of a pair lies in exactly one episode, of its direction, and episodes of a pair follow one another. */
function faults({ episodes, told }: Story): readonly string[] {
  const found: string[] = []
  for (const { id } of PAIRS) {
    const of = episodes.filter(({ pair }) => pair.id === id)
    let looks = told.filter(({ pair }) => pair === id)
    let beforeMs = 0
    for (const { firstSeenMs, lastSeenMs, endedMs, looks: count, finds, direction } of of) {
      const own = looks.slice(0, count)
      looks = looks.slice(count)
      if (firstSeenMs < beforeMs) found.push(`${id} overlaps at ${firstSeenMs}`)
      if (own[0]?.ms !== firstSeenMs || own.at(-1)?.ms !== lastSeenMs || endedMs < lastSeenMs)
        found.push(`${id} has other times at ${firstSeenMs}`)
      if (own.some((look) => look.direction !== direction)) found.push(`${id} mixes directions at ${firstSeenMs}`)
      if (own.filter(({ isFind }) => isFind).length !== finds) found.push(`${id} has other finds at ${firstSeenMs}`)
      beforeMs = endedMs
    }
    if (looks.length > 0) found.push(`${id} has looks in no episode`)
  }
  return found
}

it(`whatever is seen in whatever order (${SEEDS} seeds): each look is in one episode, none overlaps, each ends once`, () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const told = story(seed)
    expect({ seed, faults: faults(told) }).toEqual({ seed, faults: [] })
    const { episodes, seen } = told
    expect({ seed, looks: sum(episodes.map(({ looks }) => looks)) }).toEqual({ seed, looks: told.told.length })
    expect({ seed, ended: sum(Object.values(seen.ended)), open: seen.open }).toEqual({ seed, ended: episodes.length, open: 0 })
    const refusals = sum(episodes.flatMap((episode) => [...episode.refusals.values()]))
    expect({ seed, refusals, total: sum(seen.refusals.values()) }).toEqual({ seed, refusals: told.refused, total: told.refused })
  }
})

it('the same events make the same episodes', () => {
  expect(story(7).episodes).toEqual(story(7).episodes)
})

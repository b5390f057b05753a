import type { GameMapping } from '../../../../src/core/edge/games/game'
import { matchGames } from '../../../../src/core/edge/games/match'
import { QUESTIONS } from './questions'
import { STARTS } from './starts'

const outcome = ({ status, oddsEventId, reasons }: GameMapping): string =>
  status === 'confirmed' ? (oddsEventId ?? '') : `${status}: ${reasons.join('; ')}`

describe('look-alikes are right or refused', () => {
  it.each([...STARTS, ...QUESTIONS])('%s', (_what, markets, games, expected) => {
    const found = matchGames(markets.flat(), games)
    expect(found.map(({ kalshiEvent }) => kalshiEvent).sort()).toEqual(Object.keys(expected).sort())
    for (const mapping of found) {
      const wanted = expected[mapping.kalshiEvent] ?? ''
      if (typeof wanted === 'string') expect(outcome(mapping)).toBe(wanted)
      else {
        expect(mapping.status).toBe(wanted[0])
        expect(outcome(mapping)).toMatch(wanted[1])
      }
    }
  })
})

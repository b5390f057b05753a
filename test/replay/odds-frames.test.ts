import type { Frame } from '../../src/core/market/event'
import { millis } from '../../src/core/units'
import { gamesOf } from '../../src/replay/odds-frames'
import { gameAt } from '../streaming/edges/live-rig'

const NOW = millis(Date.UTC(2026, 10, 22, 12))
const frame = (payload: unknown): Frame => ({
  ...{ n: 7, recvMs: NOW, monoNs: 0n, venue: 'odds', conn: 0, dir: 'in' },
  payload: payload as Frame['payload'],
})
const game = gameAt(NOW)

it('reads a game as the streaming process was told it, as it was told', () => {
  const untold = { ...game, commenceMs: null, lines: [{ book: 'fanduel', outcomes: [], updatedMs: null }] }
  expect(gamesOf(frame(JSON.parse(JSON.stringify(['game', game]))))).toEqual([game])
  expect(gamesOf(frame(['game', untold]))).toEqual([untold])
  expect(gamesOf(frame(Buffer.from(JSON.stringify(['game', game]))))).toEqual([game])
})

it.each<[string, unknown, RegExp]>([
  ['another word', ['games', game], /frame 7 is of the odds and tells no game: 0: /],
  ['a field that is unknown here', ['game', { ...game, score: 1 }], /frame 7 .* 1: Unrecognized key/],
  [
    'odds that are no number',
    ['game', { ...game, lines: [{ ...game.lines[0], outcomes: [{ name: 'x', odds: '1.7' }] }] }],
    /1\.lines\.0\.outcomes\.0\.odds/,
  ],
  ['a start that is no time', ['game', { ...game, commenceMs: 0.5 }], /1\.commenceMs/],
  ['nothing', [], /tells no game/],
])('refuses %s, and names the frame', (_what, payload, said) => {
  expect(() => gamesOf(frame(payload))).toThrow(said)
})

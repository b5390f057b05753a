import { manualClock } from '../../src/sim/clock'
import type { IbkrVenue } from '../../src/sim/ibkr/port'
import { tapeSection } from '../../src/sim/schema'
import { ibkrPrintCues } from '../../src/sim/tape/cues'
import { Player } from '../../src/sim/tape/player'
import { readPrints } from '../../src/sim/tape/recording'
import { writeScenario } from './support/running'

interface Call {
  readonly atMs: number
  readonly conId: number
  readonly quote: unknown
}

/** Plays lines to a venue that only remembers what it was told. */
function play(lines: readonly object[], more: object = {}): Call[] {
  const folder = writeScenario(
    {},
    { 'tape.ndjson': lines.map((line) => JSON.stringify({ venue: 'forecastex', market: 'UNR', ...line })).join('\n') },
  )
  const section = tapeSection.parse({ venue: 'ibkr', file: 'tape.ndjson', kind: 'prints', quote: { life_ms: 1000 }, ...more })
  const recording = readPrints(`${folder.directory}/tape.ndjson`, 'ibkr')
  folder.remove()
  const clock = manualClock(0)
  const calls: Call[] = []
  const setQuote: IbkrVenue['setQuote'] = (conId, quote) => void calls.push({ atMs: clock.nowMs(), conId, quote })
  const venue = { setQuote } as unknown as IbkrVenue
  const cues = ibkrPrintCues(recording.items, section, () => ({ yes_con_id: 7, no_con_id: 8 }), 10_000, venue, clock)
  const tape = { ...recording, cues, file: 'x', speed: section.speed, loop: false, start: 'now', isWatched: () => true } as const
  new Player(tape, clock, () => undefined).start()
  clock.advance(10_000)
  return calls
}

const gone = { yesAsk: null, noAsk: null }

describe('prints at ForecastEx', () => {
  it('become the asks of both outcomes at the recorded prices, for their lifetime', () => {
    const calls = play([{ recv_ms: 5000, price: '0.59', opposite_price: '0.42', quantity: '10' }])
    expect(calls).toEqual([
      { atMs: 0, conId: 7, quote: { yesAsk: { price: '0.59', size: 10 }, noAsk: { price: '0.42', size: 10 } } },
      { atMs: 1000, conId: 7, quote: gone },
    ])
  })

  it('have the complement to the pair price where one side was recorded, whichever it is', () => {
    const [first] = play([{ recv_ms: 0, side: 'no', price: 0.3, quantity: 4 }])
    expect(first?.quote).toEqual({ yesAsk: { price: '0.70', size: 4 }, noAsk: { price: '0.30', size: 4 } })
  })

  it('are replaced by the next one; speed does not shorten a life', () => {
    const lines = [
      { recv_ms: 0, price: '0.50', quantity: '1' },
      { recv_ms: 1000, price: '0.51', quantity: '1' },
    ]
    expect(play(lines, { speed: 2 }).map(({ atMs, quote }) => [atMs, quote === gone || JSON.stringify(quote).includes('null')])).toEqual([
      [0, false],
      [500, false],
      [1500, true],
    ])
  })
})

import { BookDirectory } from '../../../src/core/market/reference'
import { millis } from '../../../src/core/units'
import { Engine } from '../../../src/streaming/engine'
import { Overseer } from './overseen'

const MINUTE_MS = 60_000

it('a frame that cannot be read is told by its name, once a minute of each venue, however many come', () => {
  const directory = new BookDirectory()
  const engine = new Engine(directory, { onFound: () => undefined, onRefused: () => undefined, onBook: () => undefined })
  const { oversight, log } = new Overseer(engine, directory)
  const hear = (venue: 'kalshi' | 'forecastex', atMs: number): void =>
    oversight.accept({ kind: 'unreadable', venue, cause: 'not JSON', n: 1, conn: 1, recvMs: millis(atMs) })
  for (let n = 0; n < 100; n++) hear('kalshi', 1_000 + n)
  hear('forecastex', 1_100)
  expect(log.lines.filter(({ message }) => message === 'frame unreadable')).toHaveLength(2)
  hear('kalshi', 1_000 + MINUTE_MS)
  expect(log.lines.filter(({ message }) => message === 'frame unreadable')).toHaveLength(3)
  expect(engine.counters.unreadable).toBe(102)
})

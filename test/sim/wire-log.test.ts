import { WireLog } from '../../src/sim/wire-log'

describe('the wire log', () => {
  it('stays small however much is said, and tells the newest with their numbers', () => {
    const log = new WireLog()
    const line = { at_ms: 1, venue: 'kalshi', dir: 'out', conn: 0 } as const
    for (let i = 0; i < 100_000; i++) log.add({ ...line, text: 'fill' })
    expect(log.lines().length).toBe(10_000)
    expect(log.lines(99_998).map(({ n }) => n)).toEqual([99_999, 100_000])
    const page = 'x'.repeat(1_000_000)
    for (let i = 0; i < 2_000; i++) log.add({ ...line, text: page })
    expect(log.lines().reduce((sum, { text }) => sum + text.length, 0)).toBeLessThanOrEqual(16_000_000)
    expect(log.lines().at(-1)?.n).toBe(102_000)
  })

  it('numbers its lines and tells those after a number, so that two equal messages are two', () => {
    const log = new WireLog()
    const line = { at_ms: 1, venue: 'kalshi', dir: 'in', conn: 0, text: 'POST' } as const
    for (let i = 0; i < 3; i++) log.add(line)
    expect(log.lines().map(({ n }) => n)).toEqual([1, 2, 3])
    expect(log.lines(1)).toEqual([
      { n: 2, ...line },
      { n: 3, ...line },
    ])
  })
})

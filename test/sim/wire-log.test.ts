import { WireLog } from '../../src/sim/wire-log'

describe('the wire log', () => {
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

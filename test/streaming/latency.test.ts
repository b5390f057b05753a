import { LatencyWindow } from '../../src/streaming/latency'

describe('the latency window', () => {
  it('knows nothing of no sample', () => expect(new LatencyWindow().quantiles()).toEqual({ p50: null, p90: null, p99: null, count: 0 }))

  it('takes the nearest rank', () => {
    const window = new LatencyWindow()
    for (const ms of [30, 10, 20]) window.add(ms)
    expect(window.quantiles()).toEqual({ p50: 20, p90: 30, p99: 30, count: 3 })
  })

  it('forgets all but the last thousand, and counts all', () => {
    const window = new LatencyWindow()
    for (let ms = 1; ms <= 2_500; ms++) window.add(ms)
    expect(window.quantiles()).toEqual({ p50: 2_000, p90: 2_400, p99: 2_490, count: 2_500 })
  })
})

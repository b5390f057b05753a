import type { Alert } from '../../../src/core/alerts/alert'
import { SEVERITY_OF } from '../../../src/core/alerts/alert'
import { millis } from '../../../src/core/units'
import { FeedWatch } from '../../../src/telemetry/alerts/feeds'

const DOWN_MS = 60_000

function watched() {
  let nowMs = 0
  const raised: Alert[] = []
  const watch = new FeedWatch({
    downMs: DOWN_MS,
    severityOf: (name) => SEVERITY_OF[name],
    raise: (alert) => raised.push(alert),
    clock: { nowMs: () => millis(nowMs), monoNs: () => BigInt(nowMs) * 1_000_000n },
  })
  const look = (state: string, atMs: number): readonly string[] => {
    nowMs = atMs
    watch.look([{ venue: 'kalshi', state }])
    return raised.splice(0).map(({ title, ends }) => `${title}${ends ? ' (ends)' : ''}`)
  }
  return look
}

describe('a feed', () => {
  it('that is down for long is told once, and its end once', () => {
    const look = watched()
    look('connected', 0)
    expect(look('disconnected', 1_000)).toEqual([])
    expect(look('unconfirmed', 60_999)).toEqual([])
    expect(look('unconfirmed', 61_000)).toEqual(['the feed of kalshi is unconfirmed for 60 s'])
    expect(look('disconnected', 200_000)).toEqual([])
    expect(look('connected', 201_000)).toEqual(['the feed of kalshi is up (ends)'])
    expect(look('connected', 202_000)).toEqual([])
  })

  it('that is down for a moment, and again, is not told', () => {
    const look = watched()
    look('connected', 0)
    look('disconnected', 1_000)
    look('connected', 50_000)
    expect(look('disconnected', 51_000)).toEqual([])
    expect(look('disconnected', 110_000)).toEqual([])
  })

  it('that an earlier process told to be down is told to be up by the next one', () => {
    expect(watched()('connected', 0)).toEqual(['the feed of kalshi is up (ends)'])
  })
})

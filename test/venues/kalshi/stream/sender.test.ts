import { millis } from '../../../../src/core/units'
import type { Clock } from '../../../../src/ports/clock'
import type { Connection } from '../../../../src/venues/socket'
import type { Lane } from '../../../../src/venues/kalshi/stream/lane'
import { Sender } from '../../../../src/venues/kalshi/stream/sender'

/** A lane that has so many commands to send. */
const lane = (commands: number, connection: Connection | null = {} as Connection): Lane => {
  let left = commands
  const next = (): object | null => (left-- > 0 ? { id: left, cmd: 'list_subscriptions' } : null)
  return { subscriptions: { next }, connection, isEager: true } as never
}

/** A second of time that passes when it is slept. */
function sending(lanes: readonly Lane[]): { sender: Sender; sent: { lane: number; atMs: number }[]; sleep: () => Promise<void> } {
  let atMs = 0
  const sent: { lane: number; atMs: number }[] = []
  const sleeping: (() => void)[] = []
  const clock: Clock = {
    nowMs: () => millis(atMs),
    monoNs: () => BigInt(atMs) * 1_000_000n,
    sleep: (durationMs) =>
      new Promise((resolve) => {
        sleeping.push(() => {
          atMs += durationMs
          resolve()
        })
      }),
  }
  const sender = new Sender(lanes, clock, (from) => void sent.push({ lane: lanes.indexOf(from), atMs }))
  sender.signal = new AbortController().signal
  const sleep = async (): Promise<void> => {
    sleeping.splice(0).forEach((wake) => wake())
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { sender, sent, sleep }
}

describe('the commands of all connections', () => {
  it('leave one of each in turn, fifty at once and a hundred a second', async () => {
    const { sender, sent, sleep } = sending([lane(200), lane(200), lane(3)])
    sender.send()
    expect(sent.slice(0, 7).map((each) => each.lane)).toEqual([0, 1, 2, 0, 1, 2, 0])
    expect(sent).toHaveLength(50)
    while (sent.length < 403) await sleep()
    expect(sender.sent).toBe(403)
    const inSecond = (fromMs: number): number => sent.filter(({ atMs }) => atMs >= fromMs && atMs < fromMs + 1_000).length
    expect(Math.max(...sent.map(({ atMs }) => inSecond(atMs)))).toBeLessThanOrEqual(150)
    expect(sent.at(-1)?.atMs).toBeGreaterThanOrEqual(3_500)
  })

  it('wait with a lane that is not connected, and cost nothing where there is nothing to send', () => {
    const { sender, sent } = sending([lane(5, null), lane(0), lane(1)])
    sender.send()
    expect(sent.map((each) => each.lane)).toEqual([2])
  })
})

import { marketId } from '../../../../src/core/ids'
import { millis } from '../../../../src/core/units'
import type { Frame } from '../../../../src/core/market/event'
import { decodeFrame, encodeFrame } from '../../../../src/stores/files/frame-line'

const MARKET = 'a b,c=d "e"\\ é 日本 \u2028 🙂'
const frame = (payload: Frame['payload'], monoNs: bigint): Frame => ({
  ...{ n: 7, recvMs: millis(1_795_385_822_691), monoNs, venue: 'kalshi', conn: 1, dir: 'in', payload },
})
const again = (given: Frame): Frame => decodeFrame(encodeFrame(given), 1)

describe('B16 text and times in a capture', () => {
  it.each([
    ['bytes', Buffer.from(JSON.stringify({ market_ticker: MARKET, ts_us: 1_795_385_822_691_123, ts_ns: '1795385822691123456' }))],
    ['arguments of a callback', ['tickPrice', marketId(MARKET), 1_795_385_822_691_123_456n]],
  ] as const)('B16 spaces, commas, equals signs, quotes and unicode come back as they were: %s', (_what, payload) => {
    const line = encodeFrame(frame(payload, 0n))
    expect(line.split('\n')).toHaveLength(1)
    expect(again(frame(payload, 0n)).payload).toEqual(payload)
  })

  it('B16 nanoseconds are not milliseconds: each time keeps its unit and every digit', () => {
    const told = again(frame(['open'], 77_071_918_633_877n))
    expect([told.recvMs, told.monoNs]).toEqual([1_795_385_822_691, 77_071_918_633_877n])
  })
})

import type { Frame } from '../../../src/core/market/event'
import { millis } from '../../../src/core/units'
import { decodeFrame, encodeFrame } from '../../../src/stores/files/frame-line'

const frameWith = (payload: Frame['payload']): Frame => ({
  n: 7,
  recvMs: millis(1_786_085_188_416),
  monoNs: 9_007_199_254_740_993n,
  venue: 'kalshi',
  conn: 3,
  dir: 'in',
  payload,
})
const through = (payload: Frame['payload']): Frame => decodeFrame(encodeFrame(frameWith(payload)), 1)

describe('a capture line', () => {
  it('embeds JSON as it came, byte for byte', () => {
    const text = '{"type":"ticker", "price":1.0,"price":2.50,"name":"\\u00e9é\u2028"}'
    expect(encodeFrame(frameWith(Buffer.from(text)))).toBe(
      `{"n":7,"recv_ms":1786085188416,"mono_ns":"9007199254740993","venue":"kalshi","conn":3,"dir":"in","event":${text}}`,
    )
    expect(through(Buffer.from(text))).toEqual(frameWith(Buffer.from(text)))
  })

  it.each([
    ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x00])],
    ['text that is not JSON', Buffer.from('hello')],
    ['nothing at all', Buffer.alloc(0)],
    ['JSON over several lines', Buffer.from('{\n"a":1}')],
    ['a JSON array, which is not a callback', Buffer.from('[1,2]')],
    ['a message that looks like our own wrapping', Buffer.from('{ "raw_base64":"AA=="}')],
    ['half a message', Buffer.from('{"a":')],
  ])('gives back %s', (_what, bytes) => {
    expect(Buffer.compare(Buffer.from(through(bytes).payload as Uint8Array), bytes)).toBe(0)
    expect(encodeFrame(frameWith(bytes))).not.toContain('\n')
  })

  it('gives back the arguments of a callback, also those JSON cannot say', () => {
    const args = ['tickSize', 4, undefined, 12n, Number.NaN, Number.POSITIVE_INFINITY, null, { bid: 0.5, note: undefined }, new Error('no')]
    const back = through(args).payload as unknown[]
    expect(back.slice(0, 7)).toEqual(args.slice(0, 7))
    expect(back[7]).toEqual({ bid: 0.5 })
    expect(back[8]).toEqual(new Error('no'))
  })
})

describe('a recorded line', () => {
  it('becomes an inbound Kalshi frame numbered by its line', () => {
    const frame = decodeFrame('{"recv_ms": 1786085188416, "event": {"type":"ok", "id":4}}', 12)
    expect(frame).toEqual({ ...frameWith(Buffer.from('{"type":"ok", "id":4}')), n: 12, conn: 1, monoNs: 1_786_085_188_416_000_000n })
  })

  it('is understood with its keys in another order', () => {
    expect(decodeFrame('{"event":{"a":1},"recv_ms":5}', 1).payload).toEqual(Buffer.from('{"a":1}'))
  })

  it.each([
    ['not json', /is not JSON/],
    ['[1]', /not an object with an "event"/],
    ['{"recv_ms":1}', /not an object with an "event"/],
    ['{"event":{}}', /no whole number "recv_ms"/],
    ['{"recv_ms":1.5,"event":{}}', /no whole number "recv_ms"/],
    ['{"n":1,"recv_ms":1,"mono_ns":"1","venue":"mars","conn":1,"dir":"in","event":{}}', /unknown venue "mars"/],
    ['{"n":1,"recv_ms":1,"mono_ns":"1","venue":"odds","conn":1,"dir":"up","event":{}}', /neither "in" nor "out"/],
    ['{"n":1,"recv_ms":1,"mono_ns":"1","venue":"odds","conn":1,"dir":"in","event":{]}', /is not JSON/],
  ])('is refused when it is %s', (line, message) => {
    expect(() => decodeFrame(line, 1)).toThrow(message)
  })
})

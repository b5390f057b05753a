import { parseStream, readStream } from '../../../../src/venues/kalshi/wire/stream'
import { agreed, scanned } from './agreement'
import { sample, SAMPLES } from './samples'

const HOT = ['delta', 'own delta', 'snapshot', 'answered snapshot', 'empty snapshot', 'trade', 'block']
const text = sample('delta').toString()
const bytes = (frame: string): Buffer => Buffer.from(frame)
const once = (frame: string): object => scanned(() => void agreed(bytes(frame)))

describe('the scanner', () => {
  it.each(Object.keys(SAMPLES))('agrees with the general parser and with a plain reading on: %s', (name) => {
    expect(agreed(sample(name)).kind).not.toBe('unreadable')
  })

  it.each(HOT)('reads by itself: %s', (name) => {
    expect(scanned(() => void readStream(sample(name)))).toEqual({ scanned: 1, left: {} })
  })

  it('leaves every other kind to the general parser, and counts it as such', () => {
    const cold = Object.keys(SAMPLES).filter((name) => !HOT.includes(name) && name !== 'older trade')
    const { scanned: itself, left } = scanned(() => {
      for (const name of cold) readStream(sample(name))
    })
    expect([itself, left]).toEqual([0, { kind: cold.length }])
  })

  it('walks the keys in any order, the type behind the body too', () => {
    const { type, sid, seq, msg } = SAMPLES.delta as { type: string; sid: number; seq: number; msg: object }
    const turned = JSON.stringify({ msg: Object.fromEntries(Object.entries(msg).reverse()), seq, sid, type })
    expect(once(turned)).toEqual({ scanned: 1, left: {} })
    expect(readStream(bytes(turned))).toEqual(parseStream(bytes(text)))
  })

  it('passes by fields that it does not know, and blanks', () => {
    expect(once(text.replace('"sid":1', '"sending_ts_ms":1795273200567,"x":null,"y":-1.50,"z":true,"ü":"ü","sid":1'))).toEqual({
      scanned: 1,
      left: {},
    })
    expect(once(JSON.stringify(SAMPLES.delta, null, 2) + '\n')).toEqual({ scanned: 1, left: {} })
  })

  it.each([
    ['escape', text.replace('"no"', '"\\u006eo"')],
    ['escape', text.replace('"side"', '"s\\u0069de"')],
    ['nested', text.replace('"sid":1', '"x":{"y":1},"sid":1')],
    ['nested', text.replace('"0.4800"', '["0.4800"]')],
    ['number', text.replace('"0.4800"', '"0.48"')],
    ['number', text.replace('"0.4800"', '"1.0001"')],
    ['number', text.replace('"-40.00"', '"4e1"')],
    ['number', text.replace('"seq":2', '"seq":2.0')],
    ['number', text.replace('"seq":2', '"seq":02')],
    ['number', text.replace('"seq":2', '"seq":null')],
    ['number', text.replace('"seq":2', '"seq":1234567890123456')],
    ['duplicate', text.replace('"sid":1', '"sid":1,"sid":1')],
    ['duplicate', text.replace('"side":"no"', '"side":"no","side":"yes"')],
    ['missing', text.replace('"side":"no"', '"sidf":"no"')],
    ['missing', text.replace('KXFED-26DEC-T4.25', 'KXFÉD')],
    ['shape', `${text}x`],
    ['shape', `\ufeff${text}`],
    ['shape', text.slice(0, -1)],
    ['shape', text.replace('"no"', '"maybe"')],
    ['shape', text.padEnd(70_000)],
    ['shape', ''],
  ])('leaves to the general parser, as "%s": %s', (reason, frame) => {
    expect(once(frame)).toEqual({ scanned: 0, left: { [reason]: 1 } })
  })
})

describe('numbers', () => {
  it.each([
    ['0.0000', 0],
    ['0.0001', 1],
    ['0.4800', 4_800],
    ['1.0000', 10_000],
    ['-0.0000', 0],
    ['00.4800', 4_800],
  ])('a price of "%s" is %i', (written, units) => {
    expect(agreed(bytes(text.replace('0.4800', written)))).toMatchObject({ kind: 'delta', price: units })
  })

  it.each([
    ['0.00', 0],
    ['-0.00', 0],
    ['0.01', 1],
    ['-40.00', -4_000],
    ['123456789.87', 12_345_678_987],
    ['9999999999999.99', 999_999_999_999_999],
    ['90071992547409.91', 9_007_199_254_740_991],
  ])('a change of "%s" is %i', (written, hundredths) => {
    expect(agreed(bytes(text.replace('-40.00', written)))).toMatchObject({ kind: 'delta', change: hundredths })
  })

  it.each(['90071992547409.92', '0.001', '', '-', '1e2', ' 1.00', '1,00', '٤.٠٠'])(
    'a change of "%s" is refused, not rounded',
    (written) => {
      expect(agreed(bytes(text.replace('-40.00', written))).kind).toBe('unreadable')
    },
  )
})

describe('what the scanner has learned', () => {
  const other = JSON.stringify({ ...SAMPLES.delta, sending_ts_ms: 1 })

  it('does not matter to what a frame says: a new field, and back, and in turn', () => {
    const order = [...Array<string>(20).fill(text), ...Array<string>(20).fill(other), ...Array<string>(20).fill(text)]
    const inTurn = Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? text : other))
    for (const frame of [...order, ...inTurn]) expect(once(frame)).toEqual({ scanned: 1, left: {} })
  })

  it('does not let pass what follows a layout and is no JSON', () => {
    for (let i = 0; i < 20; i++) agreed(bytes(text))
    for (let end = 0; end < text.length; end++) expect(agreed(bytes(text.slice(0, end))).kind).toBe('unreadable')
    for (const wrong of [text.replace('"seq":2', '"seq":2x'), text.replace('Z"', 'Z\\"'), text.replace('Z"', 'Z\n"'), `${text} {`])
      expect(agreed(bytes(wrong)).kind).toBe('unreadable')
  })

  it('tells tickers apart that share their bytes but for one, or their beginning', () => {
    const names = Array.from({ length: 5_000 }, (_, i) => `KX${'A'.repeat(i % 37)}-${i}`)
    for (const name of [...names, ...names]) expect(agreed(bytes(text.replace('KXFED-26DEC-T4.25', name)))).toMatchObject({ market: name })
  })
})

import { mulberry32 } from '../../../../src/core/random'

type Chance = () => number
const NUMBERS: readonly string[] = [
  ...['0', '-0', '1', '-1', '1.0', '1e3', '1E+2', '1.5', '01', '.5', '1.', '+1', '9007199254740991', '9007199254740993', '1e400'],
  ...['123456789012345678901234567890', '-9007199254740993', 'NaN', 'Infinity', '0x10'],
]
const FIXED: readonly string[] = [
  ...[
    '0.4800',
    '0.48',
    '.48',
    '0.48000',
    '0.480001',
    '00.4800',
    '-0.0000',
    '-0.4800',
    '1.0000',
    '1.0001',
    '10000.0000',
    '4.8e-1',
    '0,48',
    '',
  ],
  ...[
    '0.4800 ',
    ' 0.4800',
    '+0.4800',
    '1.00',
    '-40.00',
    '0.001',
    '90071992547409.91',
    '90071992547409.92',
    '99999999999999999999.00',
    '٠.٤٨٠٠',
  ],
]
const VALUES: readonly string[] = [
  ...NUMBERS,
  ...FIXED.map((text) => `"${text}"`),
  ...[
    'null',
    'true',
    'false',
    'truex',
    '[]',
    '{}',
    '[["0.5000","1.00"]]',
    '[["0.5000"]]',
    '[["0.5000","1.00","x"]]',
    '[[0.5,1]]',
    '{"a":[1]}',
  ],
  ...['"yes"', '"no"', '"bid"', '"YES"', '"orderbook_delta"', '"orderbook_snapshot"', '"trade"', '"ticker"', '"ok"', '"later_kind"'],
  ...['"\\u0079es"', '"KX\\"A"', '"KXÉ"', '"𝟘"', '"\u2028"', '"a\tb"', '"\\ud800"', '"\u0000"', '"\ufeffx"'],
]
const KEYS: readonly string[] = [
  ...['type', 'sid', 'seq', 'id', 'msg', 'sending_ts_ms', 'market_ticker', 'price_dollars', 'delta_fp', 'side', 'ts_ms', 'yes_dollars_fp'],
  ...[
    'no_dollars_fp',
    'trade_id',
    'yes_price_dollars',
    'count_fp',
    'taker_book_side',
    'is_block_trade',
    'new_field',
    '__proto__',
    'constructor',
  ],
  ...['s\\u0069de', 'Side', 'sidé', ''],
]

/** A frame of the venue's, made wrong or unusual in one or a few ways. The same seed makes the same frames. */
export class Mutator {
  readonly #chance: Chance

  constructor(seed: number) {
    const next = mulberry32(seed)
    this.#chance = () => next() / 2 ** 32
  }

  pick<T>(of: readonly T[]): T {
    return of[Math.floor(this.#chance() * of.length)] as T
  }

  mutated(frame: string): Uint8Array {
    let text = frame
    for (let left = 1 + Math.floor(this.#chance() * 2); left > 0; left--) text = this.#textually(text)
    const bytes = Buffer.from(text)
    return this.#chance() < 0.3 ? this.#bytewise(bytes) : bytes
  }

  #textually(text: string): string {
    switch (Math.floor(this.#chance() * 8)) {
      case 0:
        return this.#value(text, this.pick(VALUES))
      case 1:
        return this.#value(text, `"${this.pick(FIXED)}"`)
      case 2:
        return this.#value(text, this.pick(NUMBERS))
      case 3: // a field more, known or not, once more or for the first time
        return this.#inserted(text, `"${this.pick(KEYS)}":${this.pick(VALUES)}`)
      case 4:
        return reordered(text, this.#chance)
      case 5: // blanks where JSON allows them, and where it does not
        return text.replaceAll(this.pick([',', ':', '{', '"']), (found) =>
          this.#chance() < 0.3 ? found + this.pick([' ', '\n', '\t', '\u00a0']) : found,
        )
      case 6: // one field less
        return this.#value(text, '', true)
      default:
        return text
    }
  }

  /** Another value for one of the fields, or none at all. */
  #value(text: string, value: string, isRemoved = false): string {
    const fields = [...text.matchAll(/"[^"]*":("[^"]*"|-?[\d.]+|true|false|null)/g)]
    if (fields.length === 0) return text
    const found = this.pick(fields)
    const key = found[0].slice(0, found[0].length - (found[1]?.length ?? 0))
    const end = found.index + found[0].length
    return text.slice(0, found.index) + (isRemoved ? '"gone":0' : key + value) + text.slice(end)
  }

  #inserted(text: string, field: string): string {
    const places = [...text.matchAll(/[{,](?=")/g)].filter(({ index }) => text.lastIndexOf('[', index) <= text.lastIndexOf(']', index))
    if (places.length === 0) return text
    const at = this.pick(places).index + 1
    return `${text.slice(0, at)}${field},${text.slice(at)}`
  }

  #bytewise(bytes: Buffer): Uint8Array {
    const at = Math.floor(this.#chance() * bytes.length)
    switch (Math.floor(this.#chance() * 4)) {
      case 0:
        return bytes.subarray(0, at)
      case 1:
        bytes[at] = Math.floor(this.#chance() * 256)
        return bytes
      case 2:
        return Buffer.concat([bytes.subarray(0, at), Buffer.from([Math.floor(this.#chance() * 256)]), bytes.subarray(at)])
      default:
        bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(this.#chance() * 8))
        return bytes
    }
  }
}

/** The same fields in another order, in the frame and in its body; what is no JSON any more stays. */
function reordered(text: string, chance: Chance): string {
  try {
    const shuffled = (value: object): object =>
      Object.fromEntries(
        Object.entries(value)
          .map(
            ([key, each]) =>
              [chance(), key, key === 'msg' && each !== null && !Array.isArray(each) ? shuffled(each as object) : each] as const,
          )
          .sort(([a], [b]) => a - b)
          .map(([, key, each]) => [key, each as unknown]),
      )
    return JSON.stringify(shuffled(JSON.parse(text) as object))
  } catch {
    return text
  }
}

/** TWS framing: a 32-bit big-endian length, then tokens that each end in NUL (ibkr-forecastex.md §10). */

/** Longest frame read: the largest a client sends is an order of some hundred tokens; more means that we are not in step. */
const LONGEST_FRAME_BYTES = 1 << 20
const LENGTH_BYTES = 4
const PREFIX = 'API\0'

/** What a client says first: the range of protocol versions it speaks. */
export interface Hello {
  readonly lowest: number
  readonly highest: number
}

export type Token = string | number | boolean

/** Servers from version 153 escape what is not ASCII. */
const ascii7 = (text: string): string => text.replace(/[^\x20-\x7e]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** The text of a token: booleans are 1 and 0. */
export const tokenText = (token: Token): string => (typeof token === 'boolean' ? (token ? '1' : '0') : ascii7(String(token)))

export function encodeFrame(tokens: readonly string[]): Buffer {
  const body = Buffer.from(tokens.map((token) => `${token}\0`).join(''), 'utf8')
  const head = Buffer.alloc(LENGTH_BYTES)
  head.writeUInt32BE(body.length)
  return Buffer.concat([head, body])
}

/** Cuts a byte stream into the hello and the frames, however the network split or joined it. */
export class FrameReader {
  #bytes: Buffer = Buffer.alloc(0)
  #greeted = false

  /** @throws RangeError when the bytes cannot be this protocol: the connection is then beyond repair. */
  push(chunk: Buffer): void {
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk])
  }

  /** The hello, once all of it has come. */
  hello(): Hello | null {
    if (this.#greeted) return null
    const have = this.#bytes.subarray(0, PREFIX.length).toString('latin1')
    if (!PREFIX.startsWith(have)) throw new RangeError('the connection did not begin with "API"')
    const body = this.#body(PREFIX.length)
    if (body === null) return null
    const range = /^v(\d+)(?:\.\.(\d+))?/.exec(body)
    if (!range?.[1]) throw new RangeError(`not a version range: "${body}"`)
    this.#greeted = true
    return { lowest: Number(range[1]), highest: Number(range[2] ?? range[1]) }
  }

  /** The next whole frame, as tokens; null when more bytes are needed. */
  next(): readonly string[] | null {
    if (!this.#greeted) return null
    const body = this.#body(0)
    return body === null ? null : body.split('\0').slice(0, -1)
  }

  #body(offset: number): string | null {
    const start = offset + LENGTH_BYTES
    if (this.#bytes.length < start) return null
    const length = this.#bytes.readUInt32BE(offset)
    if (length > LONGEST_FRAME_BYTES) throw new RangeError(`a frame of ${length} bytes`)
    if (this.#bytes.length < start + length) return null
    const body = this.#bytes.toString('utf8', start, start + length)
    this.#bytes = this.#bytes.subarray(start + length)
    return body
  }
}

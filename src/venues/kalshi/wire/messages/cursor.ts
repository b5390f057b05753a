import { bytes, fourDigits, FRAME_MAX, hashBetween, load, pattern, plainEnd, standsAt, textBetween, type Pattern } from './bytes'

/**
 * Why a frame is left to the general parser. 'kind': it is not of a hot kind, as most kinds are not. The others tell that the venue
 * writes its hot messages in another way than it did, which costs speed and nothing else.
 */
export type Fallback = 'kind' | 'escape' | 'nested' | 'number' | 'duplicate' | 'missing' | 'shape'

const SPACE = 0x20
const QUOTE = 0x22
const COMMA = 0x2c
const MINUS = 0x2d
const DOT = 0x2e
const ZERO = 0x30
const NINE = 0x39
const COLON = 0x3a
const OPEN_LIST = 0x5b
const BACKSLASH = 0x5c
const CLOSE_LIST = 0x5d
const OPEN = 0x7b
const CLOSE = 0x7d
const EXPONENTS: readonly number[] = [0x45, 0x65]
const BLANKS: readonly number[] = [SPACE, 0x09, 0x0a, 0x0d]
/** So many decimal digits are always a safe integer. */
const SAFE_DIGITS = 15
const TRUE = pattern('true')
const FALSE = pattern('false')
const NULL = pattern('null')
type Next = 'more' | 'end' | 'unusual'

/**
 * A place in a frame of JSON. Each read moves on and returns true, or returns false at the first byte that is not what it knows and
 * leaves the reason in {@link fallback}: then nothing is known of the frame. Whatever is passed is proven to be JSON.
 */
export class Cursor {
  /** The text last read, without its quotes: from … to. */
  #from = 0
  #to = 0
  /** The integer or the fixed-point number last read. */
  value = 0
  fallback: Fallback = 'shape'
  #at = 0
  #mark = 0
  #end = 0

  /** @returns false when the frame is too long. */
  take(frame: Uint8Array): boolean {
    if (frame.length >= FRAME_MAX) return this.refuse('shape')
    load(frame)
    this.#end = frame.length
    return true
  }
  /** Back to the beginning of the frame. */
  start(): void {
    this.#at = 0
    this.#mark = 0
  }

  /** Whether these bytes come next; passes them. */
  passes(next: Pattern): boolean {
    if (!standsAt(this.#at, next)) return false
    this.#at += next.length
    return true
  }
  mark(): void {
    this.#mark = this.#at
  }
  /** What was passed since the mark. */
  sinceMark(): Pattern {
    return pattern(textBetween(this.#mark, this.#at))
  }
  get ended(): boolean {
    return this.#at === this.#end
  }

  /** The text last read. */
  copied(): string {
    return textBetween(this.#from, this.#to)
  }
  /** See {@link hashBetween}: of the text last read. */
  hash(): number | null {
    return hashBetween(this.#from, this.#to)
  }

  /** Leaves the frame to the general parser. */
  refuse(fallback: Fallback): false {
    this.fallback = fallback
    return false
  }

  opens(): boolean {
    return this.#passes(OPEN)
  }
  opensList(): boolean {
    return this.#passes(OPEN_LIST)
  }
  closesList(): boolean {
    return this.#passes(CLOSE_LIST)
  }
  comma(): boolean {
    return this.#passes(COMMA)
  }
  /** After a value of an object: 'more' behind a comma, 'end' behind the brace. */
  next(): Next {
    return this.#next(CLOSE)
  }
  /** The same in a list. */
  nextInList(): Next {
    return this.#next(CLOSE_LIST)
  }
  #next(close: number): Next {
    const byte = this.#byte()
    this.#at++
    if (byte === COMMA) return 'more'
    if (byte === close) return 'end'
    this.refuse('shape')
    return 'unusual'
  }
  /** Whether nothing but blanks is left. */
  ends(): boolean {
    this.#byte()
    return this.ended || this.refuse('shape')
  }

  key(): boolean {
    return this.text() && this.#passes(COLON)
  }

  text(): boolean {
    if (this.#byte() !== QUOTE) return this.refuse(this.#nests() ? 'nested' : 'shape')
    const from = this.#at + 1
    const at = plainEnd(from)
    this.#from = from
    this.#to = at
    this.#at = at + 1
    return bytes[at] === QUOTE || this.refuse(bytes[at] === BACKSLASH ? 'escape' : 'shape')
  }

  /** Of the text last read. */
  get length(): number {
    return this.#to - this.#from
  }
  /** Whether the text last read is this one. */
  is(text: Pattern): boolean {
    return this.#to - this.#from === text.length && standsAt(this.#from, text)
  }

  /** 0, 1, 2 …: no sign, no fraction, no exponent, at most {@link SAFE_DIGITS} digits. */
  integer(): boolean {
    const first = this.#byte()
    const digits = this.#digits(this.#at, 0)
    if (digits === 0) return this.refuse(this.#nests() ? 'nested' : 'number')
    const follows = bytes[this.#at] ?? 0
    const plain = digits <= SAFE_DIGITS && (first !== ZERO || digits === 1) && follows !== DOT && !EXPONENTS.includes(follows)
    return plain || this.refuse('number')
  }

  /** "-12.50" with exactly so many decimals, in units of the last. */
  fixed(decimals: number): boolean {
    if (this.#byte() !== QUOTE) return this.refuse(this.#nests() ? 'nested' : 'number')
    const at = this.#at + 1
    const negative = bytes[at] === MINUS
    const whole = this.#digits(negative ? at + 1 : at, 0)
    if (whole === 0 || whole + decimals > SAFE_DIGITS || bytes[this.#at] !== DOT) return this.refuse('number')
    if (this.#digits(this.#at + 1, this.value) !== decimals || bytes[this.#at] !== QUOTE) return this.refuse('number')
    this.#at++
    if (negative && this.value !== 0) this.value = -this.value
    return true
  }

  /** Appends the digits from here on to a number; @returns how many. Beyond {@link SAFE_DIGITS} the value means nothing. */
  #digits(from: number, before: number): number {
    let at = from
    let value = before
    for (let four = fourDigits(at); four >= 0; four = fourDigits(at)) {
      value = value * 10_000 + four
      at += 4
    }
    for (let byte = bytes[at] ?? 0; byte >= ZERO && byte <= NINE; byte = bytes[++at] ?? 0) value = value * 10 + byte - ZERO
    this.value = value
    this.#at = at
    return at - from
  }

  /** true or false, told as 1 or 0. */
  flag(): boolean {
    this.#byte()
    this.value = this.passes(TRUE) ? 1 : 0
    return this.value === 1 || this.passes(FALSE) || this.refuse('shape')
  }

  /** A text, a number or a word of JSON, whatever it says. */
  scalar(): boolean {
    const byte = this.#byte()
    if (byte === QUOTE) return this.text()
    if (byte === MINUS || (byte >= ZERO && byte <= NINE)) return this.#number()
    if (this.#nests()) return this.refuse('nested')
    return this.passes(TRUE) || this.passes(FALSE) || this.passes(NULL) || this.refuse('shape')
  }

  /** A JSON number without exponent. */
  #number(): boolean {
    const from = bytes[this.#at] === MINUS ? this.#at + 1 : this.#at
    const whole = this.#digits(from, 0)
    if (whole === 0 || (bytes[from] === ZERO && whole > 1)) return this.refuse('number')
    if (bytes[this.#at] === DOT && this.#digits(this.#at + 1, 0) === 0) return this.refuse('number')
    return !EXPONENTS.includes(bytes[this.#at] ?? 0) || this.refuse('number')
  }

  #passes(byte: number): boolean {
    const found = this.#byte()
    if (found !== byte) return this.refuse(this.#nests() ? 'nested' : 'shape')
    this.#at++
    return true
  }

  /** The byte at hand, blanks passed; 0 past the end. */
  #byte(): number {
    const byte = bytes[this.#at] ?? 0
    return byte > SPACE ? byte : this.#pastBlanks()
  }
  #pastBlanks(): number {
    while (BLANKS.includes(bytes[this.#at] ?? 0)) this.#at++
    return bytes[this.#at] ?? 0
  }

  #nests(): boolean {
    const byte = bytes[this.#at]
    return byte === OPEN || byte === OPEN_LIST
  }
}

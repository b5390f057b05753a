const SPACE = 0x20
const QUOTE = 0x22
const BACKSLASH = 0x5c
/** Longer ones are snapshots of a depth no market has: they are left to the general parser. */
export const FRAME_MAX = 65_536
const WORD = 4
/** In a word: the highest bit of each byte. */
const NOT_ASCII = 0x80808080 | 0
/** Of FNV-1a. */
const HASH_PRIME = 0x01000193
/** A part of a frame is not its beginning: it has no byte order mark to drop. */
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
const encoder = new TextEncoder()

/**
 * The frame at hand, copied: a buffer that never moves is read without asking where it lies, and four bytes at once. Behind the frame
 * stands a zero, which no read passes; a word may be read across it.
 */
export const bytes = new Uint8Array(FRAME_MAX + WORD)
const words = new DataView(bytes.buffer)

/** @throws never: the caller has looked at {@link FRAME_MAX}. */
export function load(frame: Uint8Array): void {
  bytes.set(frame)
  bytes[frame.length] = 0
}
export const textBetween = (from: number, to: number): string => decoder.decode(bytes.subarray(from, to))

/** A text to compare a frame with, a word at a time. */
export interface Pattern {
  readonly length: number
  /** Whole words, then the rest of the bytes as a word under `mask`. */
  readonly words: Int32Array
  readonly rest: number
  readonly mask: number
}
export function pattern(text: string): Pattern {
  const of = encoder.encode(text)
  const whole = of.length - (of.length % WORD)
  const padded = new Uint8Array(whole + WORD)
  padded.set(of)
  const view = new DataView(padded.buffer)
  const inWords = Int32Array.from({ length: whole / WORD }, (_, i) => view.getInt32(i * WORD, true))
  return { length: of.length, words: inWords, rest: view.getInt32(whole, true), mask: restMask(of.length) }
}
/** Of the last word of so many bytes. */
function restMask(length: number): number {
  return (1 << ((length % WORD) * 8)) - 1
}

export function standsAt(at: number, { words: whole, rest, mask }: Pattern): boolean {
  let i = 0
  for (; i < whole.length; i++) if (words.getInt32(at + i * WORD, true) !== whole[i]) return false
  return (words.getInt32(at + i * WORD, true) & mask) === rest
}

/** A number that texts alike share, and others hardly; null: an empty text, or not plain ASCII. */
export function hashBetween(from: number, to: number): number | null {
  const length = to - from
  const whole = to - (length % WORD)
  let hash = length
  let all = 0
  let at = from
  for (; at < whole; at += WORD) {
    const word = words.getInt32(at, true)
    all |= word
    hash = mixed(hash, word)
  }
  const rest = words.getInt32(at, true) & restMask(length)
  return length === 0 || ((all | rest) & NOT_ASCII) !== 0 ? null : mixed(hash, rest)
}
function mixed(hash: number, word: number): number {
  const product = Math.imul(hash ^ word, HASH_PRIME)
  return product ^ (product >>> 15)
}

/** By byte: 1 where it may stand inside a JSON text and is no escape. Bytes of other alphabets may: only their reader minds them. */
const PLAIN = new Uint8Array(256).map((_, byte) => (byte < SPACE || byte === QUOTE || byte === BACKSLASH ? 0 : 1))

/** The first byte from here on that ends a text or is no plain part of one. */
export function plainEnd(from: number): number {
  let at = from
  // a byte that is zero, or below a blank, borrows its highest bit; so may one above 0x7f, which only ends the words too early
  for (; at < FRAME_MAX; at += WORD) {
    const word = words.getInt32(at, true)
    const quote = word ^ 0x22222222
    const backslash = word ^ 0x5c5c5c5c
    if ((((quote - 0x01010101) | (backslash - 0x01010101) | (word - 0x20202020)) & NOT_ASCII) !== 0) break
  }
  while (PLAIN[bytes[at] ?? 0] === 1) at++
  return at
}

/** The four digits from here on as an integer; −1: they are not four digits. */
export function fourDigits(at: number): number {
  const digits = words.getInt32(at, true) ^ 0x30303030
  // of a digit there is left 0 … 9, so that adding 0x76 does not reach the highest bit
  if (((digits | (digits + 0x76767676)) & NOT_ASCII) !== 0) return -1
  const pairs = digits * 10 + (digits >>> 8)
  return (pairs & 0xff) * 100 + ((pairs >>> 16) & 0xff)
}

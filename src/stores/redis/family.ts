/** A group of keys with one writer and one meaning (docs/redis.md). */
export interface Family {
  readonly name: string
  /** Names in braces stand for anything: `kalshi:m:{ticker}`. */
  readonly keys: readonly { readonly pattern: string; readonly type: 'hash' | 'set' | 'string' | 'stream' }[]
  /** What the family is counted and listed by; null: only single keys. */
  readonly members: Index | null
  /** The key with the time of the newest write, ISO 8601 in UTC; null: it has none. */
  readonly lastUpdate: string | null
  /** How long a key stays that nobody writes again: housekeeping, never freshness. null: until it is taken out. */
  readonly ttlS: number | null
  /** Who fills it. */
  readonly writer: string
}
/** A set, and what stands before a member in the key of its hash. */
export interface Index {
  readonly index: string
  readonly prefix: string
}

/** Part of a key: a separator in it would make two keys of one, or one of two. @throws RangeError. */
export function keyPart(what: string, text: string): string {
  if (text === '' || /[:\s\p{Cc}]/u.test(text))
    throw new RangeError(`${what} "${text}" cannot be part of a key: it must have at least one character, and no colon or space`)
  return text
}

import { formatPrice, formatQuantity, type Millis, type Price, type Quantity } from '../../core/units'
import { script } from './script'

/** How long a book that no longer changes stays: housekeeping, not freshness (whoever trades reads the books in memory). */
export const TOP_TTL_S = 3600

/**
 * Writes the top of one book: no reader meets a hash without its end, or a member without a hash.
 * KEYS[1] the hash, [2] the index, [3] the key of the last update.
 * ARGV[1] the member of the index, [2] seconds the hash stays, [3] ISO time of the row, [4…] field and value in turn; returns 1.
 */
export const WRITE_TOP = script(`
redis.call('HSET', KEYS[1], unpack(ARGV, 4))
redis.call('EXPIRE', KEYS[1], ARGV[2])
redis.call('SADD', KEYS[2], ARGV[1])
redis.call('SET', KEYS[3], ARGV[3])
return 1`)

/** Decimal dollars; empty: no quote. */
export const dollars = (price: Price | null): string => (price === null ? '' : formatPrice(price))
/** Decimal contracts; empty: no quote, or no size told. */
export const contracts = (quantity: Quantity | null): string => (quantity === null ? '' : formatQuantity(quantity))
export const iso = (atMs: Millis): string => new Date(atMs).toISOString()
/** When the row became true: ISO 8601 in UTC, and milliseconds since 1970. */
export const stampsOf = (atMs: Millis): Readonly<Record<string, string>> => ({ updated_at: iso(atMs), ts: String(atMs) })

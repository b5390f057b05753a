/** Names whose values never leave the process. A name that only sounds like it loses its value too: that is the cheap mistake. */
const SECRET_NAME = /key|secret|signature|token|password|pem/i
const PEM_BLOCK = /-----BEGIN [A-Z0-9 ]+-----[\s\S]*?(?:-----END [A-Z0-9 ]+-----|$)/g
/** user:password@ in the address of a server. */
const URL_PASSWORD = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s:@/]*):[^\s@/]+@/gi
/** A token of the API: whose it is may be read, what proves it not. */
const API_TOKEN = /\b(xbk_[0-9a-f]{12}_)[A-Za-z0-9_-]{43}/g
const REDACTED = '[redacted]'
/** Deeper than any record we log; what lies below is cut, so that a cycle ends too. */
const DEPTH_MAX = 8

/** PEM blocks, passwords in server addresses and tokens of the API are replaced; the rest of the text stays. */
export const redactText = (text: string): string =>
  text.replaceAll(PEM_BLOCK, REDACTED).replaceAll(URL_PASSWORD, `$1:${REDACTED}@`).replaceAll(API_TOKEN, `$1${REDACTED}`)

/**
 * A copy of `value` that may be logged: secrets replaced by name and by content, errors as {name, message, stack, cause},
 * bigints as decimal strings, bytes as their length. Deeper than 8 levels it is cut.
 */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactText(value)
  if (typeof value === 'bigint') return String(value)
  if (typeof value !== 'object' || value === null) return value
  if (depth >= DEPTH_MAX) return '[cut]'
  if (value instanceof Uint8Array) return `[${value.byteLength} bytes]`
  if (value instanceof Date) return value.toISOString()
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1))
  const entries = value instanceof Error ? errorEntries(value) : Object.entries(value)
  return Object.fromEntries(entries.map(([name, inner]) => [name, SECRET_NAME.test(name) ? REDACTED : redact(inner, depth + 1)]))
}

/** An error's own words are not enumerable. */
function errorEntries(error: Error): [string, unknown][] {
  const { name, message, stack, cause } = error
  return [
    ...Object.entries({ name, message, stack }),
    ...(cause === undefined ? [] : [['cause', cause] as [string, unknown]]),
    ...Object.entries(error),
  ]
}

import { assertNever } from '../../../../core/assert'
import { STALE_TIMESTAMP, type KalshiFailure } from '../errors'

/**
 * Causes that the operator removes, each by its own sentence. The bodies of 401 are recorded (kalshi.md §1.4); those of 403 are not, so they
 * are told apart by the words the venue's documents use for them, the narrowest first.
 */
const REMEDIES: readonly (readonly [words: RegExp, remedy: string])[] = [
  [
    /INCORRECT_API_KEY_SIGNATURE/,
    'Kalshi refuses the signature: the private key is not the one registered for this key id; put the private key that belongs to the key id in place, or register a new pair',
  ],
  [
    /authentication_error.*NOT_FOUND|\bapi.key.not.found\b/i,
    'Kalshi knows no such key id: it was deleted, or belongs to the other environment (demo or production); check the key id and the base URL',
  ],
  [
    /missing.(?:from|in).headers|is_missing/i,
    'Kalshi received the request without its signature headers: a proxy on the way removes KALSHI-ACCESS-KEY, -TIMESTAMP or -SIGNATURE; connect directly, or let the proxy pass them on',
  ],
  [
    new RegExp(STALE_TIMESTAMP),
    'Kalshi calls the time stamp of the request expired: nothing was executed; synchronise the clock of this machine (NTP), it may be off by no more than a few seconds',
  ],
  [
    /attest|region|(?<!al)location|\bgeo/i,
    'the location attestation of this API key has lapsed: until it is renewed the key trades no Sports, Elections or Entertainment; attest the location again in the account settings of Kalshi',
  ],
  [
    /categor|sports|(?<!s)election|entertainment|prohibit/i,
    'this API key may not trade markets of this category: take the market out of the configured pairs, or have Kalshi open the category for the account',
  ],
  [
    /sub.?account/i,
    'this API key is restricted to one subaccount and the call concerns another: use a key without that restriction, or configure the subaccount the key belongs to',
  ],
  [
    /scope|permission|insufficient|revoked|not.allowed|forbidden|http_403/i,
    'this API key lacks the scope for the call, or it was revoked: give the key "read" and "write::trade", or create another one that has them',
  ],
]
const ANOTHER_KEY =
  'Kalshi does not accept this API key: check that the key id, the private key and the base URL belong to the same environment and that the key still exists'

/** What to do about a refused key, time stamp or permission, in one sentence; null: the failure is none of these. */
export function remedyOf(failure: KalshiFailure): string | null {
  if (failure.kind !== 'authentication') return null
  const words = `${failure.code} ${failure.detail}`
  return REMEDIES.find(([pattern]) => pattern.test(words))?.[1] ?? ANOTHER_KEY
}

/** Any failure in one sentence that ends with what to do. */
export function describeFailure(failure: KalshiFailure): string {
  const said = failure.detail === '' ? failure.code : `${failure.code} (${failure.detail})`
  switch (failure.kind) {
    case 'authentication':
      return `${said}: ${remedyOf(failure) ?? ANOTHER_KEY}`
    case 'retryable':
      return `${said}: the request budget of this account is used up; it refills by itself within seconds, other programs that use the account share it`
    case 'paused':
      return `${said}: Kalshi has paused trading; nothing can be placed or changed until it resumes (every Thursday 03:00 to 05:00 in New York)`
    case 'ambiguous-not-found':
      return `${said}: Kalshi shows no such order there: cancelled, executed, on another shard or never accepted; the list of orders tells which`
    case 'unknown':
      return `${said}: Kalshi may have executed this; look it up before anything is sent again`
    case 'rejected':
      return `${said}: ${failure.status === 0 ? 'refused before it was sent' : 'Kalshi refused this and would refuse it again'}`
    default:
      return assertNever(failure, 'Kalshi failure')
  }
}

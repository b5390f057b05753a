/** An answer that is not a success, with the body as the venue words it (kalshi.md §2.5). */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly body: unknown,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(JSON.stringify(body))
  }
}

const STATUS: Readonly<Record<string, number>> = {
  authentication_error: 401,
  signature_is_missing_from_headers: 401,
  header_timestamp_expired: 401,
  not_found: 404,
  market_not_found: 404,
  order_already_exists: 409,
  fill_or_kill_insufficient_resting_volume: 409,
  trading_is_paused: 409,
  exchange_is_paused: 409,
  market_inactive: 409,
  transfer_already_exists: 409,
  permission_denied: 403,
  region_attestation_expired: 403,
  deprecated_v1_order_endpoint: 410,
  service_unavailable: 503,
  internal_server_error: 500,
}
/** Recorded: this code alone is repeated with its underscores as the message. */
const SPELT_AS_IS = new Set(['authentication_error', 'service_unavailable'])

/** `{"error":{"code","message","details"?}}`: what the exchange itself refuses. 400 unless the code is known to be another. */
export function refuse(code: string, details?: string): Refusal {
  const message = SPELT_AS_IS.has(code) ? code : code.replaceAll('_', ' ')
  return new Refusal(STATUS[code] ?? 400, { error: { code, message, ...(details === undefined ? {} : { details }) } })
}

/** `{"code","message","details"}`: a body that could not be decoded. */
export const undecodable = (details: string): Refusal => new Refusal(400, { code: 'bad_request', message: 'bad request', details })

/** `{"msg"}`: a query that does not validate. `field` and `tag` as the venue's validator names them. */
export const invalidQuery = (endpoint: string, field: string, tag: string): Refusal =>
  new Refusal(400, {
    msg: `Parameter validation failed for ${endpoint}: Key: '${endpoint}Params.${field}' Error:Field validation for '${field}' failed on the '${tag}' tag`,
  })

/** Here `error` is a string, and there are no headers that say when to come back. */
export const tooManyRequests = (): Refusal => new Refusal(429, { error: 'too many requests' })

import { describeFailure, remedyOf } from '../../../../src/venues/kalshi/wire/answers/remedies'
import { readFailure } from '../../../../src/venues/kalshi/wire/errors'
import { KalshiReadError } from '../../../../src/venues/kalshi/rest/failure'

const ORDERS = '/portfolio/events/orders'
const nested = (code: string, details?: string): string => JSON.stringify({ error: { code, message: code.replaceAll('_', ' '), details } })
const failure = (status: number, body: string, path = ORDERS) => readFailure(status, body, path)

/** Each cause by the body the venue sends, and the part of the sentence that only this one has. */
const CAUSES: readonly (readonly [what: string, status: number, body: string, sentence: string])[] = [
  ['a wrong private key', 401, nested('authentication_error', 'INCORRECT_API_KEY_SIGNATURE'), 'the private key is not the one registered'],
  ['an unknown key id', 401, nested('authentication_error', 'NOT_FOUND'), 'knows no such key id'],
  ['a missing header', 401, nested('signature_is_missing_from_headers'), 'a proxy on the way removes KALSHI-ACCESS-KEY'],
  ['an expired clock', 401, nested('header_timestamp_expired'), 'synchronise the clock of this machine'],
  ['a revoked scope', 403, nested('forbidden', 'missing scope write::trade'), 'lacks the scope for the call, or it was revoked'],
  ['a 403 without words', 403, '<html>403</html>', 'lacks the scope for the call'],
  ['a restricted subaccount', 403, nested('forbidden', 'key is restricted to subaccount 2'), 'restricted to one subaccount'],
  ['an expired attestation', 403, nested('forbidden', 'region attestation expired'), 'the location attestation of this API key has lapsed'],
  ['a category', 403, nested('forbidden', 'category Elections is not available'), 'may not trade markets of this category'],
]

describe('what to do about a refused key', () => {
  it.each(CAUSES)('%s has its own sentence', (_what, status, body, sentence) => {
    const refused = failure(status, body)
    expect(refused.kind).toBe('authentication')
    expect(remedyOf(refused)).toContain(sentence)
    expect(describeFailure(refused)).toContain(sentence)
  })
  it('no two causes share one, and another 401 has a general one', () => {
    expect(new Set(CAUSES.map(([, status, body]) => remedyOf(failure(status, body)))).size).toBe(CAUSES.length - 1)
    expect(remedyOf(failure(401, nested('something_new')))).toContain('does not accept this API key')
    expect(remedyOf(failure(400, nested('invalid_price')))).toBeNull()
  })
  it.each(['missing scope for balance allocation', 'missing scope for market selection'])(
    'a word inside another is no cause: %s',
    (details) => expect(remedyOf(failure(403, nested('forbidden', details)))).toContain('lacks the scope for the call'),
  )
  it('stands in the message of a read that failed', () => {
    const refused = failure(401, nested('header_timestamp_expired'))
    expect(new KalshiReadError('/portfolio/balance', refused).message).toMatch(
      /^Kalshi did not answer GET \/portfolio\/balance: header_timestamp/,
    )
  })
})

describe('any other failure in a sentence', () => {
  it.each([
    [429, '{"error":"too many requests"}', ORDERS, 'the request budget of this account is used up'],
    [409, nested('trading_is_paused'), ORDERS, 'Kalshi has paused trading'],
    [404, nested('not_found'), `${ORDERS}/o-1`, 'the list of orders tells which'],
    [404, nested('market_not_found'), ORDERS, 'would refuse it again'],
    [404, nested('not_found'), '/markets/X', 'would refuse it again'],
    [404, nested('not_found'), `${ORDERS}/batched`, 'would refuse it again'],
    [404, nested('not_found'), '/portfolio/orders/o-1/queue_position', 'the list of orders tells which'],
    [503, '', ORDERS, 'may have executed this'],
    [409, '', ORDERS, 'may have executed this'],
    [409, nested(''), ORDERS, 'may have executed this'],
    [400, nested('invalid_price'), ORDERS, 'Kalshi refused this'],
  ])('%i %s at %s', (status, body, path, sentence) => expect(describeFailure(failure(status, body, path))).toContain(sentence))
})

import { readFailure, rejectReason } from '../../../src/venues/kalshi/wire/errors'
import { instant } from '../../../src/venues/kalshi/wire/fields'

const nested = (code: string): string => JSON.stringify({ error: { code, message: 'm' } })

describe('errors by what the caller does next', () => {
  it.each([
    [429, '{"error":"too many requests"}', 'retryable', 'other'],
    [409, nested('fill_or_kill_insufficient_resting_volume'), 'rejected', 'size'],
    [409, nested('trading_is_paused'), 'paused', 'paused'],
    [503, nested('exchange_is_paused'), 'paused', 'paused'],
    [409, nested('order_already_exists'), 'unknown', null],
    [409, '', 'unknown', null],
    [409, nested('duplicate_client_order_id'), 'unknown', null],
    [409, nested('market_inactive'), 'rejected', 'closed'],
    [400, '{"code":"bad_request","message":"bad request","details":"json"}', 'rejected', 'other'],
    [400, nested('available_balance_too_low'), 'rejected', 'funds'],
    [400, nested('market_inactive'), 'rejected', 'closed'],
    [403, '<html>forbidden</html>', 'authentication', 'permission'],
    [410, nested('deprecated_v1_order_endpoint'), 'rejected', 'other'],
    [408, '', 'unknown', null],
    [301, '', 'unknown', null],
    [500, '', 'unknown', null],
    [502, '<html>bad gateway</html>', 'unknown', null],
    [504, '[]', 'unknown', null],
  ])('%i %s is %s, and an order is told %s', (status, body, kind, reason) => {
    const failure = readFailure(status, body, '/portfolio/events/orders')
    expect([failure.kind, rejectReason(failure)]).toEqual([kind, reason])
  })

  it('keeps a gateway page short', () => {
    expect(readFailure(502, 'x'.repeat(10_000), '/markets').detail).toHaveLength(300)
  })
})

describe('RFC 3339 by its digits', () => {
  it.each([
    '2026-06-11T06:29:20.866753Z',
    '2024-02-29T23:59:59Z',
    '2000-03-01T00:00:00.5Z',
    '1999-12-31T19:00:00-05:00',
    '0001-01-01T00:00:00Z',
  ])('%s', (text) => expect(instant(text)).toBe(Date.parse(text)))
  it('refuses what is not a time', () => expect(() => instant('1789000000')).toThrow('not an RFC 3339 time: "1789000000"'))
})

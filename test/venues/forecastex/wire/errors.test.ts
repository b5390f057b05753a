import { isReadOnly, orderVerdict } from '../../../../src/venues/forecastex/wire/errors'

const READ_ONLY = 'Error validating request.-bI : cause - The API interface is currently in Read-Only mode.'

describe('isReadOnly', () => {
  it.each([
    [321, READ_ONLY, true],
    [321, 'the API is in read only mode', true],
    [321, 'Error validating request.-bI : cause - Invalid account', false],
    [320, READ_ONLY, false],
  ])('%i %s: %s', (code, message, expected) => {
    expect(isReadOnly(code, message)).toBe(expected)
  })
})

describe('orderVerdict', () => {
  it.each([399, 2109, 10311, 10329])('%i is a warning on a live order', (code) => {
    expect(orderVerdict(code, 'text')).toEqual({ kind: 'warning' })
  })

  it.each([
    [201, 'Order rejected - reason:Insufficient funds', 'funds'],
    [201, 'Order rejected - reason:No trading permissions for event contracts.', 'permission'],
    [201, 'anything else', 'other'],
    [203, 'not available or allowed for this account', 'permission'],
    [460, 'No trading permissions.', 'permission'],
    [321, READ_ONLY, 'permission'],
    [321, 'Invalid account', 'other'],
    [110, 'The price does not conform to the minimum price variation', 'price'],
    [10318, 'fractional', 'size'],
  ])('%i "%s" refuses for want of: %s', (code, message, reason) => {
    expect(orderVerdict(code, message)).toEqual({ kind: 'refused', reason })
  })

  it.each([103, 104, 135, 161, 10147, 10148, 100, 504])('%i proves nothing about the order', (code) => {
    expect(orderVerdict(code, 'text')).toEqual({ kind: 'unproven' })
  })
})

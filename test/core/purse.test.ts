import { isPurse, parsePurse, purseOf, venueOf } from '../../src/core/purse'

describe('a purse', () => {
  it('has the name of its venue where money stands unless it is moved, else its subaccount and shard', () => {
    expect([purseOf('kalshi', 0), purseOf('kalshi', 2), purseOf('kalshi', 0, 5), purseOf('kalshi', 13, 63)]).toEqual([
      'kalshi',
      'kalshi/0.2',
      'kalshi/5.0',
      'kalshi/63.13',
    ])
    expect(purseOf('forecastex', null)).toBe('forecastex')
  })
  it.each([
    [() => purseOf('kalshi', null), 'not a shard of Kalshi: null'],
    [() => purseOf('kalshi', -1), 'not a shard of Kalshi: -1'],
    [() => purseOf('kalshi', 1.5), 'not a shard of Kalshi: 1.5'],
    [() => purseOf('kalshi', 10_000), 'not a shard of Kalshi: 10000'],
    [() => purseOf('kalshi', 0, 64), 'not a subaccount of Kalshi: 64'],
    [() => purseOf('forecastex', 0), 'forecastex keeps all cash together: it has no subaccount 0 and no shard 0'],
  ])('%p is none', (made, message) => expect(made).toThrow(message))
  it('is read back by its name, and has only that one', () => {
    for (const name of ['kalshi', 'forecastex', 'kalshi/0.2', 'kalshi/63.9999']) expect(parsePurse(name)).toBe(name)
    const others = ['kalshi/0.0', 'kalshi/0.02', 'kalshi/2', 'kalshi/64.0', 'kalshi/0.10000', 'forecastex/0.1', 'nyse', '', ' kalshi']
    for (const name of others) expect(isPurse(name)).toBe(false)
    expect(() => parsePurse('kalshi/0.0')).toThrow('not a purse: "kalshi/0.0"')
  })
  it('belongs to its venue', () =>
    expect([venueOf('kalshi'), venueOf(purseOf('kalshi', 2)), venueOf('forecastex')]).toEqual(['kalshi', 'kalshi', 'forecastex']))
})

import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { otherOutcome, type Outcome } from '../../../../src/core/ids'
import type { OrderIntent } from '../../../../src/core/trade/order'
import { price, quantity, type Price } from '../../../../src/core/units'
import { spell, termsOf, unspeakable } from '../../../../src/venues/forecastex/direction'
import { ACCOUNT, CLIENT_ID, intent, NO, YES } from '../rig'

const CONTRACTS = { yes: YES, no: NO }
const spelled = (order: OrderIntent) => spell(termsOf(order, CONTRACTS, ACCOUNT, CLIENT_ID, 'IOC'))

describe('E21 both ways out are purchases', () => {
  it.each(['yes', 'no'] as const)('out of %s is buying the other outcome’s own contract', (held: Outcome) => {
    const exit = intent({ outcome: otherOutcome(held), limit: price('0.44'), quantity: quantity('14'), purpose: 'reducing' })
    const { contract, order } = spelled(exit)
    expect(contract).toEqual({ conId: CONTRACTS[otherOutcome(held)], exchange: 'FORECASTX' })
    expect(order).toEqual({
      action: 'BUY',
      orderType: 'LMT',
      totalQuantity: 14,
      lmtPrice: 0.44,
      tif: 'IOC',
      account: ACCOUNT,
      orderRef: exit.clientOrderId,
      transmit: true,
      outsideRth: false,
    })
  })

  it('a sale is refused with what to do instead', () =>
    expect(unspeakable(intent({ action: 'sell' }), null)).toBe(
      'ForecastEx takes no sell orders: leave a position by buying the other outcome',
    ))
})

describe('trap 24: numbers on the wire', () => {
  it('print as the decimals they mean, for every price and size', () => {
    for (let units = 1; units < 10_000; units += 1) {
      const { order } = spelled(intent({ limit: units as Price, quantity: quantity(units * 100) }))
      expect(String(order.lmtPrice)).toBe(`0.${String(units).padStart(4, '0')}`.replace(/0+$/, ''))
      expect(String(order.totalQuantity)).toBe(String(units))
    }
  })
})

describe('what ForecastEx does not take', () => {
  const half = [{ start: price('0.02'), end: price('0.98'), step: price('0.005') }]
  it('is refused in words: fill-or-kill, parts of contracts, prices off the grid of the market', () => {
    expect(unspeakable(intent({ timeInForce: 'fok' }), null)).toBe('ForecastEx takes no fok orders: use ioc')
    expect(unspeakable(intent({ quantity: quantity('1.5') }), null)).toBe('ForecastEx trades whole contracts')
    expect(unspeakable(intent({ limit: price('0.585') }), null)).toBe(
      'the limit 0.5850 is no price of this market: 0.0100 to 0.9900 in steps of 0.0100',
    )
    for (const limit of ['0.01', '0.99']) expect(unspeakable(intent({ limit: price(limit) }), null)).toBeNull()
    expect(unspeakable(intent({ limit: price('1') }), null)).not.toBeNull()
  })
  it('by the catalogue’s tick and range where they are known', () => {
    expect(unspeakable(intent({ limit: price('0.585') }), half)).toBeNull()
    expect(unspeakable(intent({ limit: price('0.01') }), half)).toContain('0.0200 to 0.9800 in steps of 0.0050')
  })
})

/** True only when both are the same type. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

describe('E15 nothing that rests is reachable from a workflow', () => {
  const src = path.resolve(__dirname, '../../../../src')
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))

  it('an intent is immediate: the type knows ioc and fok alone', () => {
    const isImmediate: Same<OrderIntent['timeInForce'], 'ioc' | 'fok'> = true
    expect(isImmediate).toBe(true)
  })
  it('the door to orders that rest is named by the canaries of a drill alone outside the adapter', () => {
    const naming = files.filter((file) => /placeResting|'(?:DAY|GTC)'/.test(readFileSync(path.join(src, file), 'utf8')))
    const isTeam = (file: string): boolean => file.startsWith('core/edge/games/teams/') // DAY is Dayton there
    const outside = naming.filter((file) => !/^venues\/(forecastex|paper)\//.test(file) && !file.startsWith('sim/') && !isTeam(file))
    expect(outside).toEqual(['wiring/drills/canaries.ts'])
    expect(naming).toContain('venues/forecastex/order-entry.ts')
  })
})

import { millis } from '../../../../src/core/units'
import { applyNotice, REACHABLE, type Reach } from '../../../../src/venues/forecastex/wire/session'

const AT = millis(1_790_000_000_000)
const farm = (what: string, name: string): string => `Market data farm connection is ${what}:${name}`
const LOST: Reach = { ...REACHABLE, broker: 'lost' }
const BROKEN: Reach = { ...REACHABLE, brokenFarms: ['usfarm', 'usfuture'] }

describe('applyNotice', () => {
  it.each([1100, 2110, 1300])('%i: IBKR is out of reach', (code) => {
    expect(applyNotice(BROKEN, code, '', AT)).toEqual({ reach: { ...BROKEN, broker: 'lost' }, quotes: 'none' })
  })

  it('1101: regained, and every quote must be asked for again', () => {
    expect(applyNotice({ ...LOST, brokenFarms: ['usfarm'] }, 1101, '', AT)).toEqual({
      reach: { broker: 'connected', restoredMs: AT, brokenFarms: [] },
      quotes: 'resubscribe',
    })
  })

  it('1102: regained, quotes go on', () => {
    expect(applyNotice(LOST, 1102, '', AT)).toEqual({ reach: { ...LOST, broker: 'connected', restoredMs: AT }, quotes: 'none' })
  })

  it('2103: a farm is down, once; 2104 and 2108: it is back, and its quotes may be old', () => {
    const down = applyNotice(applyNotice(REACHABLE, 2103, farm('broken', 'usfarm'), AT).reach, 2103, farm('broken', 'usfarm'), AT)
    expect(down).toEqual({ reach: { ...REACHABLE, brokenFarms: ['usfarm'] }, quotes: 'none' })
    for (const code of [2104, 2108])
      expect(applyNotice(down.reach, code, farm('OK', 'usfarm'), AT)).toEqual({ reach: REACHABLE, quotes: 'resubscribe' })
  })

  it('2104 of another farm, or of one that was never down, changes nothing', () => {
    expect(applyNotice(BROKEN, 2104, farm('OK', 'cashfarm'), AT)).toEqual({ reach: BROKEN, quotes: 'none' })
    expect(applyNotice(REACHABLE, 2104, farm('OK', 'usfarm'), AT)).toEqual({ reach: REACHABLE, quotes: 'none' })
  })

  it.each([2105, 2106, 2107, 2119, 2157, 2158, 10197, 399])('%i stops no quotes and no orders', (code) => {
    for (const reach of [REACHABLE, LOST, BROKEN])
      expect(applyNotice(reach, code, farm('broken', 'ushmds'), AT)).toEqual({ reach, quotes: 'none' })
  })
})

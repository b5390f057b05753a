import { quantity } from '../../../src/core/units'
import { NEVER, WIDE } from '../ledger/support/ledger'
import { boxPlan, lockedBox, type PlanTerms } from '../ledger/support/trades'
import { ledger } from '../operator/support/office'
import { worldOfTest } from './world'

jest.setTimeout(60_000)
const world = worldOfTest(() => ({ clock: ledger().clock }))

interface Use {
  readonly limit: string
  readonly where: string | null
  readonly used: string | number
  readonly allowed: string | number
  readonly left: string | number
}
async function uses(): Promise<readonly Use[]> {
  const answer = await world().ask('vera', 'GET', '/v1/limits/capacity')
  expect(answer.statusCode).toBe(200)
  return (
    answer.json<{ strategies: { strategy: string; uses: Use[] }[] }>().strategies.find(({ strategy }) => strategy === 'box')?.uses ?? []
  )
}
const failed = async (terms: PlanTerms): Promise<readonly string[]> => {
  const { verdicts } = await ledger().ledger.reserve(boxPlan(terms), 'run', NEVER)
  return verdicts.filter(({ passed }) => !passed).map(({ check }) => check)
}

describe('E9: what is left of a limit', () => {
  beforeEach(async () => {
    ledger().limits = {
      ...WIDE,
      version: 'narrow',
      maxContractsPerDay: quantity('150'),
      maxOpeningsPerDay: 2,
      maxContractsPerMarket: quantity('170'),
    }
    await lockedBox(ledger())
  })

  it('is told with what was used, of each market that is held too', async () => {
    const told = await uses()
    expect(told).toContainEqual({ limit: 'maxContractsPerDay', where: null, used: '100.00', allowed: '150.00', left: '50.00' })
    expect(told).toContainEqual({ limit: 'maxOpeningsPerDay', where: null, used: 1, allowed: 2, left: 1 })
    expect(told).toContainEqual({
      limit: 'maxContractsPerMarket',
      where: 'kalshi KXU3-T4',
      used: '100.00',
      allowed: '170.00',
      left: '70.00',
    })
    expect(told).toContainEqual({ limit: 'minCashPerVenue', where: 'forecastex', used: 945_000_000, allowed: 0, left: 945_000_000 })
  })

  it('is what the reserve grants, and a hundredth more is what it refuses', async () => {
    const next = { id: 't2', kalshiCost: '22', forecastexCost: '28', seenAtMs: ledger().nowMs + 1 }
    expect(await failed({ ...next, contracts: '50.01' })).toEqual(['contracts today'])
    expect(await failed({ ...next, id: 't3', contracts: '50' })).toEqual([])
  })
})

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { EXCHANGE_EVENTS } from '../../src/sim/ibkr/exchange/events'
import { IBKR_FAULT_FIELDS, IBKR_FAULTS, KALSHI_FAULTS } from '../../src/sim/faults'
import { scenarioJsonSchema } from '../../src/sim/schema'
import './support/running'

const page = readFileSync(join(__dirname, '../../docs/scenario.md'), 'utf8')

/** Every property name anywhere in the schema. */
function names(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return []
  const { properties, ...rest } = node as { properties?: Record<string, unknown> }
  return [...Object.keys(properties ?? {}), ...Object.values(properties ?? {}).flatMap(names), ...Object.values(rest).flatMap(names)]
}

describe('docs/scenario.md', () => {
  it('names every key of the scenario', () => {
    expect(names(scenarioJsonSchema()).filter((name) => !page.includes(name))).toEqual([])
  })

  it('names every field of the faults of the gateway', () => {
    expect([...IBKR_FAULT_FIELDS.values()].flat().filter((name) => !page.includes(`\`${name}`) && !page.includes(`"${name}"`))).toEqual([])
  })

  it('names every event of the exchange', () => {
    const listed = Object.entries(EXCHANGE_EVENTS).flatMap(([type, fields]) => [type, ...fields])
    expect(listed.filter((name) => !page.includes(`\`${name}\``))).toEqual([])
  })

  it('names every fault', () => {
    expect([...KALSHI_FAULTS, ...IBKR_FAULTS].filter((name) => !page.includes(`\`${name}`))).toEqual([])
  })
})

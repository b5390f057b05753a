import fs from 'node:fs'
import path from 'node:path'
import { readFile } from '../../../src/config/files'
import type { Config } from '../../../src/config/load'
import { venuesSchema, type VenuesFile } from '../../../src/config/schema/venues'
import { edgeStanding, type EdgeStanding } from '../../../src/wiring/shard/edges'
import { LogBook, temporaryDirectory } from '../../stores/doubles'

const SHIPPED = path.join(__dirname, '..', '..', '..', 'config')
const dir = temporaryDirectory()
let copies = 0

/** The shipped configuration with edges as told. */
function configWith(edges: VenuesFile['edges'], change: Partial<Config> = {}, series: readonly string[] = ['KXU3', 'KXNFLGAME']): Config {
  const configDir = path.join(dir, String(copies++))
  fs.cpSync(SHIPPED, configDir, { recursive: true })
  const shipped = readFile(path.join(configDir, 'venues.yaml'), venuesSchema)
  const venues = { ...shipped, edges, kalshi: { ...shipped.kalshi, series: [...series] } }
  return { mode: 'sim', configDir, shard: 'main', firstShard: 'main', venues, ...change } as Config
}
const standing = (config: Config): EdgeStanding | null =>
  edgeStanding(config, () => 0, {
    sellers: { sell: () => Promise.resolve({ kind: 'started' }) },
    lease: { valid: () => true },
    halts: { active: () => [] },
    log: new LogBook(),
  })

describe('edges', () => {
  it('are off unless somebody switches them on, and the configuration has the same name as before', () => {
    expect(readFile(path.join(SHIPPED, 'venues.yaml'), venuesSchema)).not.toHaveProperty('edges')
    expect([standing(configWith(undefined)), standing(configWith({ enabled: false }))]).toEqual([null, null])
  })
  it('watch the series of odds.yaml that are ingested', () => {
    expect(standing(configWith({ enabled: true }))?.series).toEqual(['KXNFLGAME'])
    expect(standing(configWith({ enabled: true }, {}, ['KXU3']))?.series).toEqual([])
  })
  it('are the first shard’s affair', () => {
    expect(standing(configWith({ enabled: true }, { shard: 'second' }))).toBeNull()
  })
  it('need to know which series: without odds.yaml nothing starts', () => {
    const config = configWith({ enabled: true })
    fs.rmSync(path.join(config.configDir, 'odds.yaml'))
    expect(() => standing(config)).toThrow(/edges are enabled in venues.yaml, and .*odds.yaml is missing/)
  })
  it('are not armed, not sized and not judged before anything was read', () => {
    const options = standing(configWith({ enabled: true }))?.options
    expect(options?.armed()?.verdict().actual).toBe('not read yet')
    expect(options?.maxContracts?.()).toBeNull()
  })
})

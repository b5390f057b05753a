import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { ConfigurationError } from '../../src/config/environment'
import { readFile } from '../../src/config/files'
import { venuesSchema } from '../../src/config/schema/venues'
import { judgedBy } from '../../src/wiring/captures/terms'
import { temporaryDirectory } from '../stores/doubles'

const SHIPPED = path.join(__dirname, '..', '..', 'config')
const VENUES = readFile(path.join(SHIPPED, 'venues.yaml'), venuesSchema)
const root = temporaryDirectory()
let made = 0
/** A folder of configuration with this profiles.yaml; null: with none. */
function folder(profiles: string | null): string {
  const dir = path.join(root, String((made += 1)))
  mkdirSync(dir)
  if (profiles !== null) writeFileSync(path.join(dir, 'profiles.yaml'), profiles)
  return dir
}

describe('how a replay judges', () => {
  it('is by the profile in force where there is one', () => {
    expect(judgedBy(SHIPPED, VENUES)).toMatchObject({ mode: VENUES.mode, edges: { rules: { name: 'STANDARD' } } })
  })

  it('is boxes alone where there is no profiles.yaml, as a stack without edges has none', () => {
    expect(judgedBy(folder(null), VENUES)).toMatchObject({ mode: VENUES.mode, policy: VENUES.box, edges: null })
  })

  it('is refused by one that cannot be used', () => {
    expect(() => judgedBy(folder('profile: NONE\n'), VENUES)).toThrow(ConfigurationError)
  })
})

import fs from 'node:fs'
import path from 'node:path'
import { prepareGround, type Ground } from '../../src/chaos/lane/scenario'
import { SLOTS } from '../../src/chaos/plan/plan'
import { readFile } from '../../src/config/files'
import { limitsSchema } from '../../src/config/schema/limits'
import { pairsSchema } from '../../src/config/schema/pairs'
import { schedulesSchema } from '../../src/config/schema/schedules'
import { venuesSchema } from '../../src/config/schema/venues'
import { loadScenario } from '../../src/sim/scenario'

const EPISODES = 3

describe('what a lane starts on', () => {
  let ground: Ground
  beforeAll(() => (ground = prepareGround(EPISODES)))
  afterAll(() => fs.rmSync(ground.folder, { recursive: true, force: true }))

  it('each episode has questions of its own, and its last pair shares a market with its first (E7)', () => {
    const { pairs } = readFile(path.join(ground.scenarioDir, 'pairs.yaml'), pairsSchema)
    expect(pairs.map(({ id }) => id)).toEqual(Array.from({ length: EPISODES * SLOTS }, (_, i) => `c${i}`))
    const tickers = pairs.map(({ kalshi }) => kalshi.ticker)
    expect(tickers[SLOTS - 1]).toBe(tickers[0])
    expect(new Set(tickers).size).toBe(EPISODES * (SLOTS - 1))
    expect(new Set(pairs.map(({ forecastex }) => forecastex.yes_con_id)).size).toBe(EPISODES * SLOTS)
  })

  it('the simulator takes its scenario, and signatures for less than the acceptance window (E12)', () => {
    for (const { account_id } of exampleAccounts(ground)) expect(account_id).toBe('crossbook')
    const { kalshi } = loadScenario(path.join(ground.scenarioDir, 'scenario.json'), Date.now()).scenario
    const window = readFile(path.join(ground.configDir, 'venues.yaml'), venuesSchema).kalshi.acceptance_window_ms ?? 0
    expect(kalshi?.settings.max_skew_ms).toBeLessThan(window)
  })

  it('the product takes its configuration: half of the pairs by expected value, a quicker sweep, limits that end nothing', () => {
    const { box } = readFile(path.join(ground.configDir, 'venues.yaml'), venuesSchema)
    expect(Object.values(box.legOrderOf)).toEqual(Array.from({ length: (EPISODES * SLOTS) / 2 }, () => 'by-expected-value'))
    const { schedules } = readFile(path.join(ground.configDir, 'schedules.yaml'), schedulesSchema)
    expect(schedules.find(({ id }) => id === 'sweepOwners')?.cron).toBe('*/5 * * * * * *')
    expect(readFile(path.join(ground.scenarioDir, 'limits.yaml'), limitsSchema).maxConsecutiveLosses).toBe(1_000)
  })
})

/** The stack generates the keys that the accounts name; the simulator wants to read them. */
function exampleAccounts({ scenarioDir }: Ground): readonly { readonly account_id: string }[] {
  const scenario = JSON.parse(fs.readFileSync(path.join(scenarioDir, 'scenario.json'), 'utf8')) as {
    kalshi: { accounts: { account_id: string; api_keys: { public_key_file: string }[] }[] }
  }
  for (const key of scenario.kalshi.accounts.flatMap(({ api_keys }) => api_keys)) {
    const file = path.join(scenarioDir, key.public_key_file)
    fs.mkdirSync(path.dirname(file), { recursive: true })
    fs.writeFileSync(file, PUBLIC_KEY)
  }
  return scenario.kalshi.accounts
}
const PUBLIC_KEY = '-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n'

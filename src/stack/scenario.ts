import { generateKeyPairSync } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { ConfigurationError } from '../config/environment'

export interface PreparedScenario {
  readonly name: string
  readonly scenarioFile: string
  readonly pairsFile: string
  /** The scenario's own, else those of config/. */
  readonly limitsFile: string
  readonly keyId: string
  readonly privateKeyFile: string
  readonly kalshiAccount: string
  readonly ibkrAccount: string
  /** What the simulated source of odds is asked with; null: the scenario has none. */
  readonly oddsApiKey: string | null
  /** Where the venues keep their clock when it can be moved; null: they live by the machine's. */
  readonly clockFile: string | null
}

/** The simulator's own, where a scenario names none. */
const ODDS_API_KEY = 'simulated'

/** The parts of a scenario that the stack itself needs; the simulator checks the whole file. */
interface ScenarioAccounts {
  readonly clock?: { readonly mode?: string }
  readonly kalshi?: {
    readonly accounts?: readonly {
      readonly account_id: string
      readonly api_keys?: readonly { readonly key_id: string; readonly public_key_file: string }[]
    }[]
  }
  readonly ibkr?: { readonly accounts?: readonly { readonly account: string }[] }
  readonly odds?: { readonly settings?: { readonly api_key?: string } }
}

/**
 * Copies a scenario folder into the data folder and generates the keys it names, once: the folder itself stays as it was cloned.
 * @throws ConfigurationError with one sentence when the folder is not a scenario.
 */
export function prepareScenario(folder: string, dataDir: string, configDir: string): PreparedScenario {
  const name = path.basename(path.resolve(folder))
  const copy = path.join(dataDir, 'scenario', name)
  const source = path.join(folder, 'scenario.json')
  if (!fs.existsSync(source)) throw new ConfigurationError(`${folder} is not a scenario: it has no scenario.json (see docs/scenario.md)`)
  fs.cpSync(folder, copy, { recursive: true })
  const scenario = parse(source)
  const account = scenario.kalshi?.accounts?.[0]
  const key = account?.api_keys?.[0]
  const ibkrAccount = scenario.ibkr?.accounts?.[0]?.account
  if (!account || !key || ibkrAccount === undefined)
    throw new ConfigurationError(`${source}: a Kalshi account with an API key and an IBKR account are needed to trade`)
  const publicKeyFile = path.join(copy, key.public_key_file)
  const privateKeyFile = path.join(dataDir, 'keys', `${key.key_id}.pem`)
  ensureKeyPair(privateKeyFile, publicKeyFile)
  return {
    name,
    scenarioFile: path.join(copy, 'scenario.json'),
    pairsFile: path.join(copy, 'pairs.yaml'),
    limitsFile: fs.existsSync(path.join(copy, 'limits.yaml')) ? path.join(copy, 'limits.yaml') : path.join(configDir, 'limits.yaml'),
    keyId: key.key_id,
    privateKeyFile,
    kalshiAccount: account.account_id,
    ibkrAccount,
    oddsApiKey: scenario.odds === undefined ? null : (scenario.odds.settings?.api_key ?? ODDS_API_KEY),
    clockFile: clockFileOf(scenario, source, dataDir),
  }
}

/** Time does not go back on data that has lived ahead of it. @throws ConfigurationError */
function clockFileOf({ clock }: ScenarioAccounts, source: string, dataDir: string): string | null {
  const file = path.join(dataDir, 'run', 'clock.json')
  if (clock?.mode === 'movable') return file
  if (fs.existsSync(file))
    throw new ConfigurationError(
      `${dataDir} has lived by a clock that was moved, and ${source} has another one: start with a scenario whose clock is {"mode":"movable"}, or with another data folder (CROSSBOOK_DATA)`,
    )
  return null
}

function parse(file: string): ScenarioAccounts {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')) as ScenarioAccounts
  } catch (error) {
    throw new ConfigurationError(`${file} is not JSON: ${(error as Error).message}`)
  }
}

/** Ed25519, as the venue's own web page generates by default (kalshi.md §1.2). The private key never leaves the data folder. */
function ensureKeyPair(privateKeyFile: string, publicKeyFile: string): void {
  fs.mkdirSync(path.dirname(publicKeyFile), { recursive: true })
  fs.mkdirSync(path.dirname(privateKeyFile), { recursive: true, mode: 0o700 })
  if (fs.existsSync(privateKeyFile) && fs.existsSync(publicKeyFile)) return
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  fs.writeFileSync(privateKeyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
  fs.writeFileSync(publicKeyFile, publicKey.export({ type: 'spki', format: 'pem' }))
}

import { createHash } from 'node:crypto'
import path from 'node:path'
import { z } from 'zod'
import { money, quantity } from '../core/units'
import type { Limits } from '../core/risk/limits'
import { ConfigurationError } from './environment'
import { checked, readFile } from './files'
import { limitsSchema, presetSchema, type LimitKey } from './schema/limits'

/** Enough hex digits that two sets of changes never share a name; short enough that preset, file and environment fit a version. */
const HASH_LENGTH = 8
const MS_PER_SECOND = 1_000

type Entries = Readonly<Record<string, unknown>>
interface Alias {
  readonly key: LimitKey
  readonly unit: 'contracts' | 'dollars' | 'count' | 'seconds'
}

/**
 * Names the first systems were configured by. They read money as cents in one place and as dollars in another: here it is dollars, as a decimal.
 * CIRCUIT_BREAKER_COOLDOWN is in seconds.
 */
const ALIASES: Readonly<Record<string, Alias>> = {
  MAX_POSITION_SIZE: { key: 'max_contracts_per_trade', unit: 'contracts' },
  MAX_RISK_PER_TRADE: { key: 'max_premium_per_trade', unit: 'dollars' },
  MAX_DAILY_LOSS: { key: 'max_daily_loss', unit: 'dollars' },
  MAX_DAILY_TRADES: { key: 'max_openings_per_day', unit: 'count' },
  MAX_DAILY_VOLUME: { key: 'max_contracts_per_day', unit: 'contracts' },
  MAX_POSITION_PER_EVENT: { key: 'max_contracts_per_event', unit: 'contracts' },
  MAX_ORDERS_PER_MINUTE: { key: 'max_openings_per_minute', unit: 'count' },
  MAX_CONSECUTIVE_LOSSES: { key: 'max_consecutive_losses', unit: 'count' },
  CIRCUIT_BREAKER_COOLDOWN: { key: 'breaker_cool_down_ms', unit: 'seconds' },
  MIN_BALANCE: { key: 'min_cash_per_venue', unit: 'dollars' },
}
const EXAMPLES: Readonly<Record<Alias['unit'], string>> = {
  contracts: 'a number of contracts, like 100',
  dollars: 'dollars as a decimal, like 500 or 12.50',
  count: 'a whole number, like 10',
  seconds: 'whole seconds, like 1800',
}
const WHOLE = /^\d{1,9}$/

/**
 * Reads limits from a file that is complete or names a preset of `configDir` and what differs from it; then the environment's names of the first
 * systems. What differs gets a version of its own, so that every plan names exactly the figures that decided it.
 * @throws ConfigurationError naming the file or the variable, and the remedy.
 */
export function readLimitsFile(file: string, configDir: string, env: Readonly<Record<string, string | undefined>>): Limits {
  const written = withPreset(file, configDir)
  checked(written, limitsSchema, file) // what the file says is judged as the file's, not as the environment's
  return changedBy(written, aliased(env), 'environment')
}

/**
 * The same with single limits changed, each as "key=value" (max_daily_loss=50): what somebody wants to try. The environment is not asked.
 * @throws ConfigurationError for a text that is none, an unknown key (naming the nearest one) or a value that its limit cannot have.
 */
export function readChangedLimits(file: string, configDir: string, changes: readonly string[]): Limits {
  const written = withPreset(file, configDir)
  checked(written, limitsSchema, file)
  const entries = changes.map((change): readonly [string, unknown] => {
    const [, key, text] = /^([a-z_]+)=(.+)$/.exec(change) ?? []
    if (key === undefined || text === undefined) throw new ConfigurationError(`"${change}" changes no limit: write like max_daily_loss=50`)
    return [key, typeof written[key] === 'number' && WHOLE.test(text) ? Number.parseInt(text, 10) : text]
  })
  const changed = entries.length === 0 ? null : Object.fromEntries(entries)
  return changedBy(written, changed, '--set')
}

function changedBy(written: Entries, changed: Entries | null, where: string): Limits {
  return checked(changed === null ? written : { ...written, ...changed, version: versionOf(written, changed) }, limitsSchema, where)
}

function withPreset(file: string, configDir: string): Entries {
  const written = readFile(file, z.looseObject({}))
  if (!('preset' in written)) return written
  const { preset, ...changes } = checked(written, presetSchema, file)
  const base = readFile(path.join(configDir, `limits-${preset}.yaml`), z.looseObject({}))
  if (Object.keys(changes).length === 0) return base
  return { ...base, ...changes, version: changes['version'] ?? versionOf(base, changes) }
}

const versionOf = ({ version }: Entries, changes: Entries): string =>
  `${String(version)}+${createHash('sha256').update(JSON.stringify(changes)).digest('hex').slice(0, HASH_LENGTH)}`

/** null: none of them is set. Empty is the same as absent. */
function aliased(env: Readonly<Record<string, string | undefined>>): Entries | null {
  const changes = Object.entries(ALIASES).flatMap(([name, { key, unit }]) => {
    const text = env[name]
    return text === undefined || text === '' ? [] : [[key, valueOf(name, text, unit)] as const]
  })
  return changes.length === 0 ? null : Object.fromEntries(changes)
}

function valueOf(name: string, text: string, unit: Alias['unit']): string | number {
  const wrong = (): never => {
    throw new ConfigurationError(`${name} is "${text}": write ${EXAMPLES[unit]}`)
  }
  if (unit === 'count' || unit === 'seconds') {
    const whole = WHOLE.test(text) ? Number.parseInt(text, 10) : wrong()
    return unit === 'seconds' ? whole * MS_PER_SECOND : whole
  }
  try {
    const parsed = unit === 'dollars' ? money(text) : quantity(text)
    return parsed < 0 ? wrong() : text
  } catch {
    return wrong()
  }
}

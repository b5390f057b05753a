import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { describeIssues } from './describe'
import { readPublicKey } from './kalshi/api/auth'
import { kalshiEventSchema } from './kalshi/events'
import { absolute, absoluteEvent } from './kalshi/lifecycle/moments'
import { scenarioSchema, type IbkrSection, type KalshiSection, type Scenario } from './schema'
import { momentMs, offsetMs, wallClock } from './times'

/** What is wrong with a scenario, in one sentence for whoever wrote it. */
export class ScenarioError extends Error {}

export interface LoadedScenario {
  readonly scenario: Scenario
  /** Relative file names are relative to this folder. */
  readonly directory: string
  readonly startMs: number
  /** PEM text by the name in the scenario. */
  readonly publicKeys: ReadonlyMap<string, string>
}

/**
 * Reads, checks and makes all times absolute.
 * @param aheadMs of the machine's clock, as an earlier process has left a clock that can be moved; null: there was none.
 * @throws ScenarioError.
 */
export function loadScenario(path: string, nowMs: number, aheadMs: number | null = null): LoadedScenario {
  const parsed = scenarioSchema.safeParse(readJson(path))
  if (!parsed.success) throw new ScenarioError(`${path}: ${describeIssues(parsed.error, scenarioSchema, 'the scenario')}`)
  const read = parsed.data
  const startMs = startOf(read.clock, nowMs, aheadMs)
  const scenario: Scenario = {
    ...read,
    ...(read.kalshi ? { kalshi: absoluteKalshi(read.kalshi, startMs) } : {}),
    ...(read.ibkr ? { ibkr: absoluteIbkr(read.ibkr, startMs) } : {}),
  }
  const directory = dirname(resolve(path))
  const problem = inconsistency(scenario)
  if (problem !== null) throw new ScenarioError(`${path}: ${problem}`)
  return { scenario, directory, startMs, publicKeys: readKeys(scenario, directory) }
}

/** A clock that was moved does not go back: it begins once. */
function startOf(clock: Scenario['clock'], nowMs: number, aheadMs: number | null): number {
  if (clock.mode === 'movable' && aheadMs !== null) return nowMs + aheadMs
  return clock.mode === 'real' || clock.start === undefined ? nowMs : momentMs(clock.start, nowMs)
}

function readJson(path: string): unknown {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    throw new ScenarioError(`${path}: the scenario file cannot be read; give an existing file with --scenario`)
  }
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    throw new ScenarioError(`${path}: not valid JSON (${error instanceof Error ? error.message : String(error)})`)
  }
}

function absoluteKalshi(section: KalshiSection, startMs: number): KalshiSection {
  const at = (text: string): string => absolute(text, startMs)
  const maybe = <K extends string>(key: K, text: string | undefined): { [P in K]?: string } =>
    (text === undefined ? {} : { [key]: at(text) }) as { [P in K]?: string }
  const movement = <T extends { readonly created_time: string }>(row: T): T => ({ ...row, created_time: at(row.created_time) })
  return {
    ...section,
    settings: {
      ...section.settings,
      ...maybe('historical_cutoff', section.settings.historical_cutoff),
      maintenance_windows: section.settings.maintenance_windows.map((window) => ({
        ...window,
        start_time: at(window.start_time),
        end_time: at(window.end_time),
      })),
    },
    accounts: section.accounts.map((account) => ({
      ...account,
      api_keys: account.api_keys.map((key) => ({ ...key, ...maybe('region_expiration_ts', key.region_expiration_ts) })),
      deposits: account.deposits.map(movement),
      withdrawals: account.withdrawals.map(movement),
    })),
    fee_changes: section.fee_changes.map((change) => ({ ...change, scheduled_ts: at(change.scheduled_ts) })),
    event_fee_changes: section.event_fee_changes.map((change) => ({ ...change, scheduled_ts: at(change.scheduled_ts) })),
    milestones: section.milestones.map((row) => ({ ...row, start_date: at(row.start_date), ...maybe('end_date', row.end_date) })),
    events: section.events.map((event) => absoluteEvent(event, startMs)),
  }
}

const absoluteIbkr = (section: IbkrSection, startMs: number): IbkrSection => ({
  ...section,
  contracts: section.contracts.map((contract) => {
    const at = (text: string): string => {
      const offset = offsetMs(text)
      return offset === null ? text : wallClock(startMs + offset, contract.time_zone)
    }
    const { last_trade_date, real_expiration_date: expiration } = contract
    const [day] = expiration === undefined ? [] : at(expiration).split(' ')
    return { ...contract, last_trade_date: at(last_trade_date), ...(day === undefined ? {} : { real_expiration_date: day }) }
  }),
})

function readKeys(scenario: Scenario, directory: string): ReadonlyMap<string, string> {
  const keys = new Map<string, string>()
  for (const account of scenario.kalshi?.accounts ?? []) {
    for (const { public_key_file: file } of account.api_keys) {
      const path = resolve(directory, file)
      try {
        const pem = readFileSync(path, 'utf8')
        readPublicKey(pem)
        keys.set(file, pem)
      } catch {
        throw new ScenarioError(
          `kalshi account ${account.account_id}: ${path} is not a readable SPKI public key (RSA or Ed25519); generate the key before the start`,
        )
      }
    }
  }
  return keys
}

/** What the shape alone cannot say; null when all is well. */
function inconsistency(scenario: Scenario): string | null {
  return (
    (scenario.kalshi ? kalshiProblem(scenario.kalshi) : null) ??
    ibkrProblem(scenario.ibkr) ??
    oddsProblem(scenario.odds) ??
    tapeProblem(scenario) ??
    timelineProblem(scenario)
  )
}

function kalshiProblem(section: KalshiSection): string | null {
  const series = new Set(section.series.map((each) => each.ticker))
  const markets = section.events.flatMap((event) => event.markets.map((market) => market.ticker))
  const repeated =
    duplicate(markets) ??
    duplicate(section.events.map((event) => event.event_ticker)) ??
    duplicate(section.accounts.map((account) => account.account_id))
  if (repeated !== null) return `kalshi: ${JSON.stringify(repeated)} appears twice; give each its own name`
  for (const event of section.events) {
    if (!series.has(event.series_ticker))
      return `kalshi event ${event.event_ticker}: series ${JSON.stringify(event.series_ticker)} is not in kalshi.series`
    const foreign = event.markets.find((market) => event.relist && !market.ticker.startsWith(event.event_ticker))
    if (foreign) return `kalshi market ${foreign.ticker}: a market of a relisted event must begin with ${event.event_ticker}`
  }
  const events = new Set(section.events.map((event) => event.event_ticker))
  const unlisted = section.event_fee_changes.find((change) => !events.has(change.event_ticker))
  if (unlisted) return `kalshi.event_fee_changes: event ${JSON.stringify(unlisted.event_ticker)} is not in kalshi.events`
  for (const account of section.accounts) {
    const unknown = account.positions.find((position) => !markets.includes(position.ticker))
    if (unknown) return `kalshi account ${account.account_id}: position in unknown market ${JSON.stringify(unknown.ticker)}`
  }
  return null
}

function ibkrProblem(section: IbkrSection | undefined): string | null {
  const repeated = duplicate((section?.contracts ?? []).flatMap((contract) => [contract.yes.con_id, contract.no.con_id]))
  return repeated === null ? null : `ibkr: con_id ${repeated} appears twice; each contract needs its own`
}

function oddsProblem(section: Scenario['odds']): string | null {
  const repeated = duplicate((section?.events ?? []).map((event) => event.id))
  return repeated === null ? null : `odds: event ${JSON.stringify(repeated)} appears twice; give each its own id`
}

function tapeProblem(scenario: Scenario): string | null {
  for (const tape of scenario.tapes) {
    if (!scenario[tape.venue]) return `tape ${tape.file}: venue ${tape.venue} is not in the scenario`
    if ((tape.venue === 'odds') !== (tape.kind === 'responses'))
      return `tape ${tape.file}: kind "responses" is that of venue odds, and the only one it has`
    if (tape.venue === 'odds') {
      if (tape.start === 'first_subscription') return `tape ${tape.file}: nobody subscribes odds; use start "now" or "control"`
      continue
    }
    if (tape.kind === 'frames' && tape.venue === 'ibkr') return `tape ${tape.file}: kind "frames" exists for kalshi only; use "prints"`
    if (tape.venue === 'ibkr' && !tape.markets) return `tape ${tape.file}: "markets" must map each recorded name to {yes_con_id, no_con_id}`
    const wrong = Object.entries(tape.markets ?? {}).find(([, target]) => (typeof target === 'string') !== (tape.venue === 'kalshi'))
    if (wrong)
      return `tape ${tape.file}: ${JSON.stringify(wrong[0])} must map to ${tape.venue === 'kalshi' ? 'a ticker' : '{yes_con_id, no_con_id}'}`
  }
  return null
}

function timelineProblem(scenario: Scenario): string | null {
  for (const [at, entry] of scenario.timeline.entries()) {
    if (entry.venue !== 'clock' && !scenario[entry.venue]) return `timeline[${at}]: venue ${entry.venue} is not in the scenario`
    if (entry.venue !== 'kalshi' || entry.type === 'fault') continue
    const parsed = kalshiEventSchema.safeParse(entry)
    if (!parsed.success) return `timeline[${at}]: ${describeIssues(parsed.error, kalshiEventSchema, 'event')}`
  }
  return null
}

function duplicate<T extends string | number>(values: readonly T[]): T | null {
  const seen = new Set<T>()
  for (const value of values) {
    if (seen.has(value)) return value
    seen.add(value)
  }
  return null
}

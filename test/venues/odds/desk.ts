import { Rounds, type OddsDependencies } from '../../../src/activities/odds/ingest'
import { creditMonth, readOddsFile } from '../../../src/config/odds'
import { readProfilesFile } from '../../../src/config/profiles'
import { consensusPolicyAt } from '../../../src/core/edge/profile'
import { millis } from '../../../src/core/units'
import type { OddsEvent } from '../../../src/ports/cache'
import type { OddsRow } from '../../../src/ports/record'
import { createOddsClient } from '../../../src/venues/odds/client'
import { pollOdds } from '../../../src/venues/odds/poll'
import { API_KEY, game, SPORT, type OddsSim } from '../../sim/odds/rig'
import { LogBook } from '../../stores/doubles'
import { clock } from '../kalshi/fakes'

const CONFIG = `${__dirname}/../../../config`
export const BOOKS = ['pinnacle', 'draftkings', 'fanduel', 'betmgm']
export const quoted = (id: string, more: Record<string, unknown> = {}): Record<string, unknown> => {
  const [first] = game(id)['bookmakers'] as Record<string, unknown>[]
  return game(id, { bookmakers: BOOKS.map((key) => ({ ...first, key })), ...more })
}

/** A desk of rounds at a simulated source, with a clock that can be put forward. */
export interface Desk {
  readonly rounds: Rounds
  readonly written: OddsEvent[]
  readonly rows: OddsRow[]
  readonly log: LogBook
  /** Of the clock, against that of the machine. */
  aheadMs: number
}

const file = readOddsFile(CONFIG)
if (!file) throw new Error('config/odds.yaml is missing')
/** The shipped one, with nothing kept back. */
export const BUDGET: OddsDependencies['budget'] = {
  ...{ keepCredits: 0, nearMs: file.budget.near_hours, horizonMs: file.budget.horizon_hours, aheadMs: file.budget.ahead_hours },
  ...{ nearIntervalMs: file.budget.near_interval_s, farIntervalMs: file.budget.far_interval_s },
  lookIntervalMs: file.budget.look_interval_s,
}

const sources: { close(): Promise<void> }[] = []
afterAll(() => Promise.all(sources.map((source) => source.close())))

export function desk(sim: OddsSim, more: Partial<OddsDependencies> = {}): Desk {
  const settings = readProfilesFile(CONFIG)
  const found: Desk = { written: [], rows: [], log: new LogBook(), aheadMs: 0, rounds: undefined as unknown as Rounds }
  const source = createOddsClient({
    ...{ baseUrl: sim.url, key: API_KEY, format: 'american', regions: ['us'], bookmakers: [], markets: ['h2h'] },
    ...{ timeoutMs: 500, skewMaxMs: 5_000, clock },
  })
  sources.push(source)
  const rounds = new Rounds({
    source,
    sports: [{ sport: SPORT, creditsPerCall: 1 }],
    budget: BUDGET,
    monthlyCredits: 1_000_000,
    month: (nowMs) => creditMonth(nowMs, 1),
    watched: () => Promise.resolve(new Map([[SPORT, { startMs: millis(Date.now() + 3_600_000), fetchedMs: null }]])),
    poll: (sports, signal) => pollOdds(source, sports, { clock, pauseMs: 0 }, signal),
    policyOf: (each, nowMs) => consensusPolicyAt(settings, { sport: each.sport, startMs: each.commenceMs }, nowMs),
    write: (events) => Promise.resolve(void found.written.push(...events)),
    onRow: (row) => found.rows.push(row),
    clock: { ...clock, nowMs: () => millis(clock.nowMs() + found.aheadMs) },
    log: found.log,
    ...more,
  })
  return Object.assign(found, { rounds })
}

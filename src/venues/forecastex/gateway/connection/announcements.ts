import type { Log } from '../../../../ports/log'
import type { GatewaySession } from '../session'
import { sentence, type Trouble } from '../trouble'

/** Ends by itself, most often within seconds. */
const PASSING: ReadonlySet<Trouble['kind']> = new Set(['lost', 'silent', 'client-id-taken', 'throttled'])
/** As long as a takeover is tried in haste: what lasts longer does not pass by itself. */
const PASSING_FOR_MS = 30_000
/** What a restart of the gateway, a reset of IBKR or the end of a login looks like from here. */
const EXPLAINED: ReadonlySet<Trouble['kind']> = new Set([
  'nothing-listens',
  'unreachable',
  'closed-at-once',
  'lost',
  'silent',
  'login-expired',
  'broker-lost',
])

/** Whether a planned outage explains all of it. */
export const isExplained = (troubles: readonly Trouble[]): boolean =>
  troubles.length > 0 && troubles.every(({ kind }) => EXPLAINED.has(kind))

/** Contracts come and go; that there are some without quotes is the news. */
const newsOf = (trouble: Trouble): string => (trouble.kind === 'not-quoted' ? `not-quoted ${trouble.code}` : sentence(trouble))

type Level = 'info' | 'warn' | 'error'
interface Told {
  readonly level: Level
  readonly sinceMs: number
}

/** The gateway's troubles in the log: once for each change, never once for each attempt. */
export class Announcements {
  readonly #log: Log
  #told: ReadonlyMap<string, Told> = new Map()
  #planned: string | null = null

  constructor(log: Log) {
    this.#log = log
  }

  /** @param nowMs of a monotonic clock. */
  tell({ troubles, planned, up }: Pick<GatewaySession, 'troubles' | 'planned' | 'up'>, nowMs: number): void {
    if (planned !== null && planned !== this.#planned)
      this.#log.info({ venue: 'forecastex', trouble: troubles.map(({ kind }) => kind) }, `IB Gateway: planned outage: ${planned}`)
    if (up && troubles.length === 0 && this.#told.size > 0) this.#log.info({ venue: 'forecastex' }, 'IB Gateway: nothing is wrong any more')
    const told = new Map<string, Told>()
    for (const trouble of troubles) {
      const before = this.#told.get(newsOf(trouble))
      const sinceMs = before?.sinceMs ?? nowMs
      const passes = PASSING.has(trouble.kind) && nowMs - sinceMs < PASSING_FOR_MS
      const level = planned !== null ? 'info' : passes ? 'warn' : 'error'
      if (level !== 'info' && level !== before?.level)
        this.#log[level]({ venue: 'forecastex', trouble: trouble.kind }, `IB Gateway: ${sentence(trouble)}`)
      told.set(newsOf(trouble), { level, sinceMs })
    }
    this.#told = told
    this.#planned = planned
  }
}

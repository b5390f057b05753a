import type { Client } from '@temporalio/client'
import type { ApiFile } from '../config/schema/api'
import type { Endpoints } from '../config/schema/stack'
import type { VenuesFile } from '../config/schema/venues'
import type { Mode } from '../core/trade/plan'
import type { Operator } from '../core/risk/scope'
import type { Sources } from '../operator/reports/reports'
import type { TopsReader } from '../ports/cache'
import type { Clock } from '../ports/clock'
import type { Log } from '../ports/log'
import type { HaltFile } from '../stores/files/halt-file'
import type { Database } from '../stores/postgres/pool'
import type { CancelledVenue } from '../workflows/messages'

/** What routes work with; put together by `main`. */
export interface Desk {
  readonly settings: ApiFile
  readonly mode: Mode
  readonly namespace: string
  readonly configDir: string
  readonly endpoints: Endpoints
  /** As configured, with the version that names it in every plan. */
  readonly venues: VenuesFile
  readonly version: string
  readonly shards: readonly string[]
  /** Trades the pairs that were given to no other. */
  readonly firstShard: string
  /** Who asks on loopback without a token. */
  readonly here: Operator
  readonly database: Database
  readonly haltFile: HaltFile
  readonly temporal: () => Promise<Client>
  readonly pingRedis: (url: string, signal: AbortSignal) => Promise<void>
  /** null: this stack has no cache. */
  readonly tops: TopsReader | null
  /** Of the report on calibration; with what each book thought, or without. */
  readonly claims: (withBooks: boolean) => Sources['claims']
  /** E27: what rests of ours at Kalshi, without the streaming process. */
  readonly cancelAtKalshi: (signal: AbortSignal) => Promise<CancelledVenue>
  readonly clock: Clock
  readonly log: Log
}

import type { Client } from '@temporalio/client'
import type { ApiFile } from '../config/schema/api'
import type { Endpoints } from '../config/schema/stack'
import type { Mode } from '../core/trade/plan'
import type { Operator } from '../core/risk/scope'
import type { Clock } from '../ports/clock'
import type { Log } from '../ports/log'
import type { HaltFile } from '../stores/files/halt-file'
import type { Database } from '../stores/postgres/pool'

/** What routes work with; put together by `main`. */
export interface Desk {
  readonly settings: ApiFile
  readonly mode: Mode
  readonly namespace: string
  readonly configDir: string
  readonly endpoints: Endpoints
  readonly shards: readonly string[]
  /** Who asks on loopback without a token. */
  readonly here: Operator
  readonly database: Database
  readonly haltFile: HaltFile
  readonly temporal: () => Promise<Client>
  readonly pingRedis: (url: string, signal: AbortSignal) => Promise<void>
  readonly clock: Clock
  readonly log: Log
}

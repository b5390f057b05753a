import type { Client } from '@temporalio/client'
import type { Config } from '../config/load'
import type { Database } from '../stores/postgres/pool'

/** What an operator's verb works with. Built by wiring, closed by the caller. */
export interface Connections {
  readonly config: Config
  readonly database: Database
  /** Opened on first use: most verbs only read the ledger. */
  readonly temporal: () => Promise<Client>
  close(): Promise<void>
}

import { openDatabase, type Database } from '../../../../src/stores/postgres/pool'
import { LogBook } from '../../../stores/doubles'

interface Node {
  readonly 'Node Type': string
  readonly 'Relation Name'?: string
  readonly 'Index Name'?: string
  readonly 'Actual Rows': number
  readonly 'Actual Loops': number
  readonly 'Rows Removed by Filter'?: number
  readonly 'Rows Removed by Index Recheck'?: number
  readonly Plans?: readonly Node[]
}
interface Explained {
  readonly 'Query Text': string
  readonly Plan: Node
}
export interface Scan {
  readonly node: string
  readonly on: string
  /** Rows that were looked at, whether they were wanted or not. */
  readonly rows: number
  readonly query: string
}

const SETTINGS = [
  'session_preload_libraries=auto_explain',
  'auto_explain.log_min_duration=0',
  'auto_explain.log_analyze=on',
  'auto_explain.log_timing=off',
  'auto_explain.log_nested_statements=on',
  'auto_explain.log_format=json',
  'auto_explain.log_level=notice',
]

/** Connections whose every statement tells the plan it was run by, also those of functions, triggers and foreign keys. */
export class WatchedDatabase {
  readonly database: Database
  readonly #told: Explained[] = []

  constructor(url: string) {
    const watched = Object.assign(new URL(url), {
      search: `?options=${encodeURIComponent(SETTINGS.map((each) => `-c ${each}`).join(' '))}`,
    })
    this.database = openDatabase(watched.href, new LogBook())
    this.database.on('connect', (client) => {
      client.on('notice', ({ message }) => {
        const plan = /^duration: [^]*?plan:\n([^]*)$/.exec(message ?? '')?.[1]
        if (plan) this.#told.push(JSON.parse(plan) as Explained)
      })
    })
  }

  /** Every scan of a table or an index that `work` made, the largest first. */
  async scansOf(work: (database: Database) => Promise<unknown>): Promise<readonly Scan[]> {
    this.#told.length = 0
    await work(this.database)
    const scans = this.#told.flatMap((each) => scansIn(each.Plan, each['Query Text']))
    return scans.sort((a, b) => b.rows - a.rows)
  }
}

function scansIn(node: Node, query: string): readonly Scan[] {
  const below = (node.Plans ?? []).flatMap((each) => scansIn(each, query))
  const on = node['Relation Name'] ?? node['Index Name']
  if (on === undefined || node['Node Type'] === 'ModifyTable') return below
  const each = node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0)
  return [{ node: node['Node Type'], on, rows: Math.round(each * node['Actual Loops']), query }, ...below]
}

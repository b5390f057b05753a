import type { Store } from '../../../src/sim/state'

export interface MemoryStore extends Store {
  /** Commits so far. */
  readonly commits: number
}

/** What a journal would hold, without the disk: only what was committed, as JSON, on top of a copy of what another store holds now. */
export function memoryStore(earlier?: MemoryStore): MemoryStore {
  const tables = new Map<string, Map<string, string>>()
  let pending: (readonly [table: string, key: string, text: string | null])[] = []
  let commits = 0
  for (const [table, rows] of earlier ? tablesOf(earlier) : []) tables.set(table, new Map(rows))
  const store: MemoryStore = {
    get commits() {
      return commits
    },
    rows: (table) => [...(tables.get(table) ?? [])].map(([key, text]) => [key, JSON.parse(text) as unknown]),
    put: (table, key, row) => void pending.push([table, key, row === null ? null : JSON.stringify(row)]),
    commit: () => {
      commits += 1
      for (const [table, key, text] of pending) {
        const rows = tables.get(table) ?? new Map<string, string>()
        tables.set(table, rows)
        if (text === null) rows.delete(key)
        else rows.set(key, text)
      }
      pending = []
    },
    close: () => undefined,
  }
  contents.set(store, tables)
  return store
}

const contents = new WeakMap<Store, Map<string, Map<string, string>>>()
const tablesOf = (store: Store): Map<string, Map<string, string>> => contents.get(store) ?? new Map()

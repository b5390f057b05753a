import { createHash } from 'node:crypto'
import type { SimClock } from '../clock'
import type { Store } from '../state'
import { completed, splitAccount } from './earlier'
import type { FillRow, OrderRow, RowTypes, TableName } from './rows'

type Rows = { readonly [T in TableName]: Map<string, RowTypes[T]> }
interface Shown {
  readonly version: number
  readonly row: unknown
}

const TABLES: readonly TableName[] = [
  'event',
  'market',
  'account',
  'order',
  'fill',
  'trade',
  'position',
  'settlement',
  'outside',
  'pocket',
  'returned',
  'group',
  'transfer',
  'allocation',
  'counter',
]
/** What the portfolio endpoints read: the venue's read model runs behind its matching engine (kalshi.md §5). */
const LAGGING: ReadonlySet<TableName> = new Set(['pocket', 'order', 'fill', 'position', 'settlement'])

/** The venue's rows: the truth at once, the read model after the lag, the disk at commit. */
export class Tables {
  readonly #rows = Object.fromEntries(TABLES.map((table) => [table, new Map()])) as unknown as Rows
  /** Orders that rest, by account: what reserves collateral is asked for at every order. */
  readonly #resting = new Map<string, Map<string, OrderRow>>()
  readonly #shownResting = new Map<string, Map<string, OrderRow>>()
  readonly #shown = new Map<TableName, Map<string, Shown>>([...LAGGING].map((table) => [table, new Map()]))
  /** The same by market, and fills by their order as well: what a client asks for again and again must not cost the history of all. */
  readonly #shownAt = { order: new Map<string, Map<string, OrderRow>>(), fill: new Map<string, Map<string, FillRow>>() }
  #version = 0

  constructor(
    private readonly store: Store,
    private readonly clock: SimClock,
    private readonly seed: number,
    /** Asked at each write: how far the read model runs behind now. */
    private readonly lagMs: () => number,
  ) {
    for (const table of TABLES)
      for (const [key, row] of store.rows(table)) this.#set(table, key, completed(table, row as RowTypes[typeof table]), 0)
    for (const row of [...this.all('account')]) this.#takeOver(row)
  }

  /** Written with the first commit: an account is split once. */
  #takeOver(row: RowTypes['account']): void {
    const split = splitAccount(row, this.clock.nowMs())
    if (!split) return
    const { account, key, pocket } = split
    this.store.put('account', account.accountId, account)
    this.#set('account', account.accountId, account, 0)
    this.store.put('pocket', key, pocket)
    this.#set('pocket', key, pocket, 0)
  }

  get<T extends TableName>(table: T, key: string): RowTypes[T] | undefined {
    return this.#rows[table].get(key)
  }

  /** In order of creation. */
  all<T extends TableName>(table: T): IterableIterator<RowTypes[T]> {
    return this.#rows[table].values()
  }

  put<T extends TableName>(table: T, key: string, row: RowTypes[T]): void {
    this.store.put(table, key, row)
    this.#set(table, key, row, LAGGING.has(table) ? this.lagMs() : 0)
  }

  /** Orders of an account that may still trade. */
  resting(accountId: string): readonly OrderRow[] {
    return [...(this.#resting.get(accountId)?.values() ?? [])]
  }

  /** The same as the read endpoints see it. */
  shownResting(accountId: string): readonly OrderRow[] {
    return [...(this.#shownResting.get(accountId)?.values() ?? [])]
  }

  remove(table: 'outside' | 'group', key: string): void {
    this.store.put(table, key, null)
    this.#rows[table].delete(key)
  }

  /** As the read endpoints see it. */
  shown<T extends TableName>(table: T, key: string): RowTypes[T] | undefined {
    return this.#shown.get(table)?.get(key)?.row as RowTypes[T] | undefined
  }

  allShown<T extends TableName>(table: T): RowTypes[T][] {
    return [...(this.#shown.get(table)?.values() ?? [])].map((shown) => shown.row as RowTypes[T])
  }

  /** The same of one market or, of fills, of one order: in order of creation. */
  shownAt<T extends 'order' | 'fill'>(table: T, tickerOrOrder: string): RowTypes[T][] {
    return [...(this.#shownAt[table].get(tickerOrOrder)?.values() ?? [])] as RowTypes[T][]
  }

  /** The next number of a name, never used twice, across restarts. */
  next(name: string): number {
    const value = (this.get('counter', name)?.value ?? 0) + 1
    this.put('counter', name, { value })
    return value
  }

  /** A UUID that the seed and the counter of its kind decide. */
  uuid(kind: string): string {
    return uuidOf(`${this.seed}|${kind}|${this.next(kind)}`)
  }

  commit(): void {
    this.store.commit()
  }

  #set<T extends TableName>(table: T, key: string, row: RowTypes[T], lagMs: number): void {
    this.#rows[table].set(key, row)
    if (table === 'order') index(this.#resting, row as OrderRow)
    const shown = this.#shown.get(table)
    if (!shown) return
    const version = ++this.#version
    const show = (): void => {
      if ((shown.get(key)?.version ?? 0) >= version) return
      shown.set(key, { version, row })
      if (table === 'order') index(this.#shownResting, row as OrderRow)
      this.#file(table, key, row)
    }
    if (lagMs <= 0) show()
    else this.clock.after(lagMs, show)
  }

  #file<T extends TableName>(table: T, key: string, row: RowTypes[T]): void {
    const { order, fill } = this.#shownAt
    if (table === 'order') put(order, (row as OrderRow).ticker, key, row as OrderRow)
    if (table === 'fill') for (const name of [(row as FillRow).ticker, (row as FillRow).orderId]) put(fill, name, key, row as FillRow)
  }
}

function put<R>(index: Map<string, Map<string, R>>, name: string, key: string, row: R): void {
  const rows = index.get(name) ?? new Map<string, R>()
  index.set(name, rows.set(key, row))
}

function index(resting: Map<string, Map<string, OrderRow>>, order: OrderRow): void {
  const orders = resting.get(order.accountId) ?? new Map<string, OrderRow>()
  resting.set(order.accountId, orders)
  if (order.status === 'resting') orders.set(order.orderId, order)
  else orders.delete(order.orderId)
}

/** A UUID that depends on the name alone. */
export function uuidOf(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

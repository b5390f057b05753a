import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { manualClock } from '../../../../src/sim/clock'
import { Exchange, type ExchangeOptions } from '../../../../src/sim/ibkr/exchange/exchange'
import { savedExchange, SavedRows } from '../../../../src/sim/ibkr/saved'
import { openJournal } from '../../../../src/sim/state'
import { RunningSim, writeScenario } from '../../support/running'
import { memoryStore, type MemoryStore } from '../../support/store'
import { NOW_MS, section, stopAll, YES } from '../rig'
import { stopVenues, trading } from './rig'

afterEach(async () => {
  await stopAll()
  await stopVenues()
})

const CLIENT = 7
/** Kept for re-reading: the exchange's own limits. */
const KEPT = { orders: 2000, executions: 4000 }

/** Deep enough that nothing runs out. */
const DEEP = section({ contract: { no: { con_id: YES + 1, local_symbol: 'NO', bids: [['0.42', 10_000]] } } })

/** An exchange whose reports nobody reads, saved after each of its orders. */
class Market {
  readonly exchange: Exchange
  readonly #rows: SavedRows
  #orderId = 0

  constructor(store: MemoryStore) {
    const nobody = new Proxy({}, { get: () => () => undefined }) as ExchangeOptions['reports']
    const commit = (work: () => void): void => work()
    const faults = { isQuiet: true, take: () => null }
    const saved = savedExchange(store)
    const options = { section: DEEP, clock: manualClock(NOW_MS), faults, reports: nobody, saved, commit }
    this.exchange = new Exchange(options)
    this.#rows = new SavedRows(this.exchange, store)
    this.#orderId = this.exchange.orders.nextOrderId(CLIENT)
  }

  /** One contract of YES. */
  buy(): void {
    const contract = this.exchange.listings.forEvent(YES)
    const asked = { action: 'BUY', quantity: '1', orderType: 'LMT', limit: '0.58', tif: 'IOC', account: '' }
    const rest = { buysByCash: false, transmit: true, whatIf: false }
    this.exchange.orders.place(
      { clientId: CLIENT, orderId: this.#orderId++, orderRef: `cb-${this.#orderId}-a1`, ...asked, ...rest },
      contract,
    )
    this.#rows.save()
  }
}

/** Counts the rows of each commit. */
function counted(): { readonly store: MemoryStore; readonly rows: () => number } {
  const store = memoryStore()
  let rows = 0
  const counting = {
    ...store,
    get commits() {
      return store.commits
    },
    put: (table: string, key: string, row: unknown) => {
      rows += 1
      store.put(table, key, row)
    },
  }
  return { store: counting, rows: () => rows }
}

describe('the saved exchange', () => {
  it('a change writes what it changes, however long the history', () => {
    const { store, rows } = counted()
    const market = new Market(store)
    market.buy()
    const costs: number[] = []
    for (let n = 0; n < 300; n++) {
      const before = rows()
      market.buy()
      costs.push(rows() - before)
    }
    // Its order, its execution, the listing that was taken from, and what the account is now.
    expect(new Set(costs)).toEqual(new Set([4]))
  })

  it('comes back as it was, also when its oldest orders and executions are left out', () => {
    const store = memoryStore()
    const market = new Market(store)
    const bought = KEPT.executions + 3
    for (let n = 0; n < bought; n++) market.buy()
    const { exchange } = market
    const again = new Market(store).exchange
    expect(exchange.executions()).toHaveLength(KEPT.executions)
    expect(again.executions()).toEqual(exchange.executions())
    expect(again.orders.all()).toEqual(exchange.orders.all())
    expect(again.orders.all()).toHaveLength(KEPT.orders + 1) // it was live when it came
    expect(again.savedState()).toEqual(exchange.savedState())
    expect(again.violations()).toEqual([])
    expect(again.account.size(YES)).toBe(bought)
    expect(store.rows('execution')).toHaveLength(KEPT.executions)
    expect(store.rows('order')).toHaveLength(KEPT.orders + 1)
  })

  it('knows what became of an order after its end', async () => {
    const first = await trading()
    first.arm('correction', { price: '0.55', delay_ms: 1_000 })
    await first.place(first.id)
    await first.place(first.id + 1, { totalQuantity: 1 })
    first.clock.advance(1_000)
    const later = await trading({}, first.store, first.clock)
    expect(later.state().completed_orders).toEqual(first.state().completed_orders)
    expect(later.state().completed_orders[0]).toMatchObject({ lastPrice: 550_000, paid: 5_500_000 })
  })
})

describe('the journal', () => {
  let directory: string
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'crossbook-sim-saved-'))
  })
  afterEach(() => rmSync(directory, { recursive: true, force: true }))

  it('is written anew when much was appended, and holds the same', () => {
    const most = 2_000
    const journal = openJournal(directory, 'venue', most)
    for (let n = 0; n < 1_000; n++) {
      journal.put('account', 'only', { n })
      journal.put('gone', String(n - 1), null)
      journal.put('gone', String(n), { n })
      journal.commit()
      expect(statSync(join(directory, 'venue.ndjson')).size).toBeLessThan(2 * most)
    }
    journal.close()
    const again = openJournal(directory, 'venue', most)
    expect(again.rows('account')).toEqual([['only', { n: 999 }]])
    expect(again.rows('gone')).toEqual([['999', { n: 999 }]])
    again.close()
  })

  it('takes over the one document of an earlier version, once', async () => {
    const folder = writeScenario({ schema_version: 1, ibkr: { accounts: section().accounts, contracts: section().contracts } })
    const earlier = join(directory, 'ibkr.json')
    const [question] = section().contracts
    const listings = [{ question, generation: 0, state: { kind: 'open' }, bids: { yes: [], no: [[420_000, 5]] } }]
    const account = { cash: 9_994_100_000, holdings: [{ conId: YES, size: 10, cost: 5_900_000 }] }
    const counters = { lastOrderIds: [[7, 41]], lastPermId: 1_900_000_000, lastExecution: 3 }
    writeFileSync(earlier, JSON.stringify({ version: 1, account, listings, orders: [], executions: [], ...counters }))
    for (let start = 0; start < 2; start++) {
      const sim = await RunningSim.startIn(folder, directory)
      expect(sim.world.ibkr?.state()).toMatchObject({ cash: '9994.10', positions: [{ con_id: YES, size: 10 }], violations: [] })
      expect(sim.world.ibkr?.state()).toMatchObject({ questions: [{ no: { bids: [['0.42', 5, 'outside']] } }] })
      await sim.stop()
      expect(existsSync(earlier)).toBe(false)
    }
    expect(readFileSync(join(directory, 'ibkr.ndjson'), 'utf8')).toContain('"lastExecution":3')
    folder.remove()
  })
})

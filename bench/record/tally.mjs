// Counts what the hot path hands to the record, row by row as the tables' keys have it, and compares it with what is there.

const LAST_COLUMNS = {
  kalshi_ticks: ['yes_bid', 'yes_ask', 'yes_bid_size', 'yes_ask_size'],
  forecastex_ticks: ['bid', 'ask', 'bid_size', 'ask_size'],
}
const POLL_MS = 250

/** A top that is told again in the same millisecond takes the place of the former one: times of one book only grow. Makes nothing: it runs beside what is measured. */
class Tops {
  rows = 0
  #books = new Map()
  #sums = new Float64Array(4)

  add({ market, outcome, atMs, bid, ask, bidSize, askSize }) {
    let book = this.#books.get(market)
    if (!book) this.#books.set(market, (book = { yes: new Float64Array(5), no: new Float64Array(5) }))
    const latest = book[outcome]
    if (latest[4] !== atMs) {
      this.rows += 1
      latest.fill(0)
    }
    this.#put(latest, 0, bid ?? 0)
    this.#put(latest, 1, ask ?? 0)
    this.#put(latest, 2, bidSize ?? 0)
    this.#put(latest, 3, askSize ?? 0)
    latest[4] = atMs
  }
  #put(latest, place, value) {
    this.#sums[place] += value - latest[place]
    latest[place] = value
  }
  sums(table) {
    return Object.fromEntries(LAST_COLUMNS[table].map((column, i) => [column, this.#sums[i]]))
  }
}
/** Each is a row of its own: the number of the frame is in the key. */
class Changes {
  rows = 0
  #sums = { price: 0, delta: 0, seq: 0 }

  add({ price, delta, seq }) {
    this.rows += 1
    this.#sums.price += price
    this.#sums.delta += delta
    this.#sums.seq += seq
  }
  sums() {
    return this.#sums
  }
}
/** Few: their keys are kept, of this minute and the one before. */
class Keyed {
  rows = 0
  #now = new Set()
  #before = new Set()
  #keyOf

  constructor(keyOf) {
    this.#keyOf = keyOf
  }
  add(row) {
    const key = this.#keyOf(row)
    if (this.#now.has(key) || this.#before.has(key)) return
    this.#now.add(key)
    this.rows += 1
  }
  turn() {
    this.#before = this.#now
    this.#now = new Set()
  }
  sums() {
    return {}
  }
}

const TABLES = {
  ...{ change: 'kalshi_orderbook', print: 'kalshi_trades', spread: 'spreads', decision: 'decisions' },
  ...{ opportunity: 'arb_opportunities', latency: 'latency' },
}
const tableOf = ({ kind, venue }) => (kind === 'tick' ? (venue === 'kalshi' ? 'kalshi_ticks' : 'forecastex_ticks') : TABLES[kind])

/** The hot path's tap: it passes on and remembers; {@link settle} counts, outside of what is measured. */
export class Tally {
  offered = 0
  #writer
  #rows = []
  /** Rows to be kept from the writer, and rows to be doubled: so that one can see that it is noticed. */
  #spoil
  #tables = {
    kalshi_ticks: new Tops(),
    forecastex_ticks: new Tops(),
    kalshi_orderbook: new Changes(),
    kalshi_trades: new Keyed(({ atMs, ticker, tradeId }) => `${atMs}|${ticker}|${tradeId}`),
    spreads: new Keyed(({ atMs, subject, direction }) => `${atMs}|${subject}|${direction}`),
    decisions: new Keyed(({ opportunity: { seenAtMs, strategy, subject, n } }) => `${seenAtMs}|${strategy}|${subject}|${n}`),
    arb_opportunities: new Keyed(({ firstSeenMs, subject, direction, n }) => `${firstSeenMs}|${subject}|${direction}|${n}`),
    latency: new Keyed(({ atMs, measure, tradeId }) => `${atMs}|${measure}|${tradeId}`),
  }

  constructor(writer, spoil) {
    this.#writer = writer
    this.#spoil = { ...spoil }
  }
  get dropped() {
    return this.#writer.dropped
  }
  get queued() {
    return this.#writer.queued
  }
  offer(row) {
    this.#rows.push(row)
    if (row.kind === 'change' && (this.#spoil.lose > 0 || this.#spoil.double > 0)) return this.#spoiled(row)
    this.#writer.offer(row)
  }
  #spoiled(row) {
    if (this.#spoil.lose > 0) return void this.#spoil.lose--
    this.#spoil.double--
    this.#writer.offer(row)
    this.#writer.offer({ ...row, subscription: row.subscription + 1_000 })
  }

  settle() {
    for (const row of this.#rows) this.count(row)
    this.#rows.length = 0
  }
  count(row) {
    this.offered += 1
    this.#tables[tableOf(row)].add(row)
  }
  /** A minute has ended. */
  turn() {
    this.settle()
    for (const table of Object.values(this.#tables)) table.turn?.()
  }

  /**
   * To be asked when nothing waits; rows that are not there yet get so long. @param ask runs a statement. @param capture rows by table as the frames have them.
   * @returns for each table rows expected and found, what the capture says, and the columns whose sums differ.
   */
  async compare(ask, capture, limitMs) {
    const end = performance.now() + limitMs
    const count = async (table) => Number((await ask(`SELECT count() FROM ${table}`)).rows[0][0])
    const told = []
    for (const [table, each] of Object.entries(this.#tables)) {
      let rows = await count(table)
      for (; rows < each.rows && performance.now() < end; rows = await count(table))
        await new Promise((resolve) => setTimeout(resolve, POLL_MS))
      told.push({
        table,
        expected: each.rows,
        rows,
        capture: capture[table] ?? null,
        wrongSums: await wrongSums(ask, table, each.sums(table)),
      })
    }
    return told.map((one) => ({
      ...one,
      holds: one.rows === one.expected && (one.capture === null || one.capture === one.expected) && one.wrongSums.length === 0,
    }))
  }
}

async function wrongSums(ask, table, sums) {
  const columns = Object.keys(sums)
  if (columns.length === 0) return []
  const { rows } = await ask(`SELECT ${columns.map((column) => `sum(${column})`).join(', ')} FROM ${table}`)
  return columns.flatMap((column, i) =>
    Number(rows[0][i] ?? 0) === sums[column] ? [] : [`${column} ${rows[0][i]} instead of ${sums[column]}`],
  )
}

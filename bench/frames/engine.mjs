// The streaming process between a frame's handler and its decision, as production runs it: session, books, terms, engine.
import { createRequire } from 'node:module'
import path from 'node:path'

/** Contracts of ForecastEx: each pair its own. */
const FIRST_CONTRACT = 710_000_001
const DAY_MS = 86_400_000
const PRICED_FROM = Date.UTC(2026, 10, 22, 12)

const LIMITS = {
  ...{ version: 'bench', minNetEdgePerContract: 10_000, minExpectedValue: 0, lossBudgetPerTrade: 1_000_000_000 },
  ...{ maxContractsPerTrade: 50_000, maxPremiumPerTrade: 10_000_000_000, maxUnpairedPremium: 10_000_000_000 },
}
const POLICY = {
  ...{ legOrder: 'kalshi-first', legOrderOf: {}, fillPrior: { kalshi: 9_500, forecastex: 7_000 }, completionAllowance: 30_000 },
  ...{ minProfit: 0, minAnnualReturn: 0, carry: { kalshi: 0, forecastex: 0, opportunity: 0 }, persistence: { ms: 0, confirmations: 0 } },
}
const json = (value) => Buffer.from(JSON.stringify(value))

/** A pair for each market: both venues' books, listings and terms. @param options `limits` and `policy` in the place of the ones here */
export function engineOf(dist, markets, { nowMs = PRICED_FROM, limits = {}, policy = {} } = {}) {
  const load = createRequire(path.join(dist, 'x.js'))
  const { KalshiSession } = load('./venues/kalshi/wire/session.js')
  const { BookDirectory } = load('./core/market/reference.js')
  const { Engine } = load('./streaming/engine.js')
  const { Terms } = load('./streaming/terms.js')
  const { FORECASTEX_REGIMES } = load('./core/market/fees-forecastex.js')
  const clock = { nowMs }
  const counts = { found: 0, refused: 0, reasons: {} }
  const terms = new Terms({
    ...{ mode: 'sim', balancePrecision: 'direct', regimes: FORECASTEX_REGIMES },
    ...{ policy: { ...POLICY, ...policy }, nowMs: () => clock.nowMs },
  })
  terms.tellLimits({ ...LIMITS, ...limits })
  const directory = new BookDirectory()
  const engine = new Engine(directory, {
    onFound: () => counts.found++,
    onRefused: (_pair, { reason }) => {
      counts.refused++
      counts.reasons[reason] = (counts.reasons[reason] ?? 0) + 1
    },
    onBook: () => undefined,
  })
  const bands = [{ start: 100, end: 9_900, step: 100 }]
  const pairs = markets.map((market, i) => {
    const id = `pair-${i}`
    const forecastex = String(FIRST_CONTRACT + 2 * i)
    const certificate = { id, class: 'S0', polarity: 'same', approvedFor: 'all', version: '1' }
    const told = {
      event: 'E',
      series: 'S',
      title: 'a question',
      status: 'open',
      bands,
      closeMs: nowMs + DAY_MS,
      payoutMs: nowMs + 2 * DAY_MS,
    }
    const fees = (feeType) => ({ feeType, multiplier: 10_000, fetchedAtMs: nowMs })
    for (const listing of [
      { ...told, venue: 'kalshi', market, fees: fees('quadratic') },
      { ...told, venue: 'forecastex', market: forecastex, fees: fees('per_contract') },
    ]) {
      terms.tellListing(listing)
      engine.list(listing, nowMs)
    }
    return { id, kalshi: market, forecastex, certificate }
  })
  engine.watch(pairs.map((pair) => ({ pair, terms: () => terms.of(pair) })))
  const accept = (event) => {
    terms.hear(event)
    engine.accept(event)
  }
  const session = new KalshiSession({ directory, sequence: 'check', emit: accept, notice: () => undefined })
  let n = 0
  let conn = 0
  const take = (payload, recvMs, dir = 'in') => {
    clock.nowMs = recvMs
    session.receive({ n: n++, recvMs, monoNs: 0n, venue: 'kalshi', conn, dir, payload })
  }
  const books = pairs.map(({ kalshi, forecastex }) => ({
    kalshi: directory.indexOf('kalshi', kalshi, 'yes'),
    yes: directory.indexOf('forecastex', forecastex, 'yes'),
    no: directory.indexOf('forecastex', forecastex, 'no'),
  }))
  const told = (recvMs) => ({ venue: 'forecastex', conn, n, recvMs })
  return {
    ...{ engine, counts, pairs, take },
    /** A new connection to both venues: what is written is subscribed and acknowledged. */
    open(recvMs) {
      if (conn > 0) {
        take(['close', 'bench'], recvMs)
        engine.accept({ ...told(recvMs), kind: 'disconnected' })
      }
      conn++
      take(['open'], recvMs)
      for (const [sid, channel] of ['orderbook_delta', 'trade'].entries()) {
        const params = { channels: [channel], market_tickers: markets, use_yes_price: false }
        take(json({ id: sid + 1, cmd: 'subscribe', params }), recvMs, 'out')
        take(json({ type: 'subscribed', id: sid + 1, msg: { channel, sid: sid + 1 } }), recvMs)
      }
      engine.accept({ ...told(recvMs), kind: 'connected' })
      engine.accept({ ...told(recvMs), kind: 'alive' })
    },
    alive(recvMs) {
      engine.accept({ ...told(recvMs), kind: 'alive' })
    },
    bestBid: (i) => engine.books.at(books[i].kalshi).bestPrice('bid'),
    bestAsk: (i) => engine.books.at(books[i].kalshi).bestPrice('ask'),
    /** One ask of the other venue; null: none. */
    ask(i, outcome, price, recvMs, quantity = 10_000) {
      const change = { book: books[i][outcome], op: 'top', side: 'ask', price, quantity: price === null ? null : quantity }
      engine.accept({ ...told(recvMs), kind: 'book', change, venueMs: null })
    },
  }
}

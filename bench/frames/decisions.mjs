// From the entry of the frame's handler to the decision over both venues' books, through the engine and the terms that production runs.
import { createRequire } from 'node:module'
import path from 'node:path'

const FORECASTEX = '751'
/** The other venue quotes anew after so many frames, a cent over the fair price: now and then the first has moved and there is a margin. */
const QUOTED_EVERY = 200
const CENT = 100
/** The window is played so often before it is timed. */
const WARM_UP = 5

/** Microseconds of each frame of one window, sorted. */
export function decisions(dist, frames, market) {
  const load = createRequire(path.join(dist, 'x.js'))
  const { KalshiSession } = load('./venues/kalshi/wire/session.js')
  const { BookDirectory } = load('./core/market/reference.js')
  const { Engine } = load('./streaming/engine.js')
  const { Terms } = load('./streaming/terms.js')
  const { FORECASTEX_REGIMES } = load('./core/market/fees-forecastex.js')
  const nowMs = frames[0].recvMs
  const terms = new Terms({
    mode: 'sim',
    balancePrecision: 'direct',
    regimes: FORECASTEX_REGIMES,
    fillPrior: 7_000,
    nowMs: () => Date.now(),
  })
  terms.tellLimits({
    ...{ version: 'bench', minNetEdgePerContract: 10_000, minExpectedValue: 0 },
    ...{ maxContractsPerTrade: 50_000, maxPremiumPerTrade: 10_000_000_000 },
  })
  const bands = [{ start: 100, end: 9_900, step: 100 }]
  const fees = { feeType: 'quadratic', multiplier: 10_000, fetchedAtMs: nowMs }
  terms.tellListing({ venue: 'kalshi', market, event: 'E', series: 'S', bands, fees, closeMs: Infinity })
  const certificate = { id: 'bench', class: 'S0', polarity: 'same', approvedFor: 'all', version: '1' }
  const counts = { found: 0, refused: 0 }
  const directory = new BookDirectory()
  const engine = new Engine(directory, { onFound: () => counts.found++, onRefused: () => counts.refused++, onBook: () => undefined })
  const pair = { id: 'bench', kalshi: market, forecastex: FORECASTEX, certificate }
  engine.watch([{ pair, terms: () => terms.of(pair) }])
  const accept = (event) => {
    terms.hear(event)
    engine.accept(event)
  }
  const session = new KalshiSession({ directory, sequence: 'check', emit: accept, notice: () => undefined })
  const index = directory.indexOf('kalshi', market, 'yes')
  let n = 0
  let conn = 0
  const take = (payload, recvMs, dir = 'in') => session.receive({ n: n++, recvMs, monoNs: 0n, venue: 'kalshi', conn, dir, payload })
  const quote = (recvMs) => {
    const fair = engine.books.at(index).bestPrice('bid')
    const from = { venue: 'forecastex', conn, recvMs }
    for (const [outcome, worth] of [
      ['yes', fair],
      ['no', fair === null ? null : 10_000 - fair],
    ]) {
      const price = worth === null ? null : Math.min(9_900, Math.max(CENT, worth + CENT))
      const change = {
        book: directory.indexOf('forecastex', FORECASTEX, outcome),
        op: 'top',
        side: 'ask',
        price,
        quantity: price === null ? null : 10_000,
      }
      engine.accept({ ...from, n, kind: 'book', change, venueMs: null })
    }
    engine.accept({ ...from, n, kind: 'alive' })
  }
  const json = (value) => Buffer.from(JSON.stringify(value))
  const command = { id: 1, cmd: 'subscribe', params: { channels: ['orderbook_delta'], market_tickers: [market], use_yes_price: false } }
  let samples = []
  for (let play = 0; play <= WARM_UP; play++) {
    conn++
    take(['open'], nowMs)
    take(json(command), nowMs, 'out')
    take(json({ type: 'subscribed', id: 1, msg: { channel: 'orderbook_delta', sid: 1 } }), nowMs)
    engine.accept({ venue: 'forecastex', conn, n, recvMs: nowMs, kind: 'connected' })
    Object.assign(counts, { found: 0, refused: 0 })
    samples = new Float64Array(frames.length)
    for (const [i, { payload, recvMs }] of frames.entries()) {
      if (i % QUOTED_EVERY === 0) quote(recvMs)
      const from = performance.now()
      take(payload, recvMs)
      samples[i] = (performance.now() - from) * 1_000
    }
    take(['close', 'bench'], frames.at(-1).recvMs)
    engine.accept({ venue: 'forecastex', conn, n, recvMs: nowMs, kind: 'disconnected' })
  }
  return { samples: samples.sort(), ...counts }
}

// The bare steps of a trade: the product's own workflow and worker on a running Temporal, with activities that answer at once. What remains is what durability costs.
// node bench/saga/bare.mjs DIST ADDRESS TRADES AT_ONCE → one JSON line: ms from the launch to the first order's turn and to the end, one after another; trades a second, AT_ONCE in flight.
import { createRequire } from 'node:module'
import { performance } from 'node:perf_hooks'

const [dist, address, trades, atOnce] = process.argv.slice(2)
const require = createRequire(import.meta.url)
const load = (file) => require(`${dist}/${file}`)
const { DefaultLogger, Runtime } = require('@temporalio/worker')
const { connectTemporal, createTrader, temporalClient } = load('wiring/temporal.js')
const { createTradingWorker } = load('wiring/shard/worker.js')
const { tradingQueue } = load('workflows/messages/index.js')
const { parseOrderId } = load('core/ids.js')

const SHARD = `bench-${process.pid}`
const NAMESPACE = 'default'
const WARM_UP = 30
const LIMIT_MS = 60_000
const CONTRACT = 100

const placed = new Map()
const activities = {
  checkRiskAndReserve: async () => ({ kind: 'granted', verdicts: [] }),
  place: async ({ clientOrderId, quantity }) => {
    const { tradeId } = parseOrderId(clientOrderId)
    if (!placed.has(tradeId)) placed.set(tradeId, performance.now())
    return { kind: 'done', filled: quantity }
  },
  finish: async ({ quantity }) => quantity,
  finishAll: async (all) => all.map(({ order }) => order.quantity),
  close: async () => ({ realisedPnl: 0, maxRemainingLoss: 0 }),
}

function planOf(n, lane) {
  const tradeId = `t${process.pid}x${n}`
  const order = { tradeId, action: 'buy', quantity: CONTRACT, timeInForce: 'ioc', notAfterMs: Date.now() + LIMIT_MS }
  const second = { ...order, venue: 'forecastex', market: '800', outcome: 'no', purpose: 'reducing' }
  return {
    ...{ strategy: 'box', tradeId, mode: 'sim', lossBudget: 5_000_000, dearestCure: 5_300_000 },
    rules: { certificate: 'c@1', limits: 'l', config: 'bench' },
    opportunity: {
      ...{
        strategy: 'box',
        subject: `bare-${process.pid}-${lane}`,
        n,
        seenAtMs: Date.now(),
        netEdge: 620_000,
        expectedValue: 300_000,
        unwindLoss: 440_000,
      },
      ...{ maximumLoss: 4_370_000, verdicts: [] },
    },
    legs: [
      {
        order: {
          ...order,
          clientOrderId: `cb-${tradeId}-a1`,
          venue: 'kalshi',
          market: 'K',
          outcome: 'yes',
          limit: 4_200,
          purpose: 'opening',
        },
        costBound: 437_000,
      },
      { order: { ...second, clientOrderId: `cb-${tradeId}-b2`, limit: 4_900 }, costBound: 500_000 },
    ],
    cure: { ...second, clientOrderId: `cb-${tradeId}-c3`, limit: 5_200 },
  }
}

let n = 0
async function trade(trader, lane = 0) {
  const plan = planOf(n++, lane)
  const from = performance.now()
  const started = await trader.start(plan, AbortSignal.timeout(LIMIT_MS))
  if (started.kind !== 'started') throw new Error(JSON.stringify(started))
  const { label } = await started.ended
  if (label !== 'locked') throw new Error(`a bare trade ended as ${label}`)
  return { first: placed.get(plan.tradeId) - from, done: performance.now() - from }
}

async function atOnceFor(trader, count) {
  let left = count
  const from = performance.now()
  const lanes = Array.from({ length: Number(atOnce) }, async (_, lane) => {
    while (left-- > 0) await trade(trader, lane)
  })
  await Promise.all(lanes)
  return (count / (performance.now() - from)) * 1_000
}

Runtime.install({ shutdownSignals: [], logger: new DefaultLogger('ERROR') })
const connection = await connectTemporal(address)
const worker = await createTradingWorker({ connection, config: { namespace: NAMESPACE, shard: SHARD } }, () => activities)
const running = worker.run()
const trader = createTrader(temporalClient(connection, NAMESPACE), tradingQueue(SHARD))
for (let i = 0; i < WARM_UP; i++) await trade(trader)
const samples = []
for (let i = 0; i < Number(trades); i++) samples.push(await trade(trader))
const perSecond = await atOnceFor(trader, Number(trades))
process.stdout.write(`${JSON.stringify({ first: samples.map(({ first }) => first), done: samples.map(({ done }) => done), perSecond })}\n`)
worker.shutdown()
await running
await connection.close()

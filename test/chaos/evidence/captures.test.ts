import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { constants, gzipSync } from 'node:zlib'
import { readAlarms } from '../../../src/chaos/evidence/alarms'
import { readCaptures } from '../../../src/chaos/evidence/captures'
import { arrivals, type Markets } from '../../../src/chaos/evidence/orders'

const MARKETS: Markets = new Map([
  [7001, { market: '7001', outcome: 'yes' }],
  [7002, { market: '7001', outcome: 'no' }],
])
const KALSHI_BODY = { ticker: 'KX-1', client_order_id: 'cb-t1-a1', side: 'ask', count: '10.00', price: '0.4200' }
const KALSHI = { clientOrderId: 'cb-t1-a1', tradeId: 't1', venue: 'kalshi', market: 'KX-1', sign: -1, yesPrice: 4_200, quantity: 1_000 }
const GATEWAY = {
  clientOrderId: 'cb-t1-b2',
  tradeId: 't1',
  venue: 'forecastex',
  market: '7001',
  sign: -1,
  yesPrice: 4_000,
  quantity: 1_000,
}

const frame = (n: number, venue: string, dir: string, event: unknown): string =>
  `{"n":${n},"recv_ms":${1_000 + n},"mono_ns":"${n}","venue":"${venue}","conn":1,"dir":"${dir}","event":${JSON.stringify(event)}}\n`
const contract = { conId: 7002, exchange: 'FORECASTX' }
const order = { action: 'BUY', totalQuantity: 10, lmtPrice: 0.6, orderRef: 'cb-t1-b2' }

describe('what the captures show', () => {
  let dataDir = ''
  beforeEach(() => {
    dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'crossbook-evidence-'))
    fs.mkdirSync(path.join(dataDir, 'capture', '2026-11-22'), { recursive: true })
    fs.mkdirSync(path.join(dataDir, 'logs'))
  })
  afterEach(() => fs.rmSync(dataDir, { recursive: true }))

  it('is every order of ours that left, and what the process was told of halts, up to the line that a kill cut off', () => {
    const lines = [
      frame(1, 'kalshi', 'out', { method: 'POST', path: '/portfolio/events/orders', body: KALSHI_BODY }),
      frame(2, 'house', 'in', ['halts', { epoch: 3, scopes: ['all'] }]),
      frame(3, 'forecastex', 'out', ['placeOrder', 5, contract, order]),
      frame(4, 'forecastex', 'in', ['openOrder', 5, contract, order]),
      frame(5, 'forecastex', 'out', ['cancelOrder', 5, { orderRef: 'cb-t1-b2' }]),
      '{"n":6,"recv_ms":10',
    ]
    const packed = gzipSync(lines.join(''), { finishFlush: constants.Z_SYNC_FLUSH })
    fs.writeFileSync(path.join(dataDir, 'capture', '2026-11-22', '20261122T180612221Z-streaming-main-30452.ndjson.gz'), packed)
    const { sent, told } = readCaptures(dataDir, MARKETS, 0)
    const by = 'streaming-main-30452'
    expect(sent).toEqual([
      { ...KALSHI, atMs: 1_001, n: 1, by },
      { ...GATEWAY, atMs: 1_003, n: 3, by },
    ])
    expect(told).toEqual([{ by, n: 2, atMs: 1_002, epoch: 3, scopes: ['all'] }])
  })
  it('is nothing where nothing was captured, or only before', () => {
    expect(readCaptures(path.join(dataDir, 'none'), MARKETS, 0).sent).toEqual([])
    fs.writeFileSync(path.join(dataDir, 'capture', '2026-11-22', '20261122T180612221Z-streaming-main-1.ndjson.gz'), gzipSync(''))
    expect(readCaptures(dataDir, MARKETS, Date.now() + 60_000).sent).toEqual([])
  })
  it('is beside the alarms: lines at level error, whatever a library or a kill leaves between them', () => {
    const lines = [
      '2026-11-22 [INFO] Worker state changed',
      '{"level":"warn","time":5,"process":"streaming","msg":"slow"}',
      '{"level":"error","time":5,"process":"streaming","pid":1,"tradeId":"t1","msg":"open too long"}',
      '{"level":"error","time":1,"process":"worker","msg":"before"}',
      '{"level":"error","time":6,"pro',
    ]
    fs.writeFileSync(path.join(dataDir, 'logs', 'streaming.log'), lines.join('\n'))
    expect(readAlarms(dataDir, 2)).toEqual([{ atMs: 5, process: 'streaming', name: 'open too long', detail: '{"tradeId":"t1"}' }])
  })
})

describe('what arrived at the venues', () => {
  const line = { n: 1, at_ms: 5, conn: 2, life: 1, dir: 'in' } as const
  it('is told in the terms of what was sent', () => {
    const tokens = Array.from({ length: 118 }, () => '')
    Object.assign(tokens, { 0: '3', 1: '5', 2: '7002', 16: 'BUY', 17: '10', 18: 'LMT', 19: '0.6', 26: 'cb-t1-b2' })
    const text = `POST /trade-api/v2/portfolio/events/orders ${JSON.stringify(KALSHI_BODY)}`
    expect(
      arrivals(
        [
          { ...line, venue: 'ibkr', text: tokens.join('|') },
          { ...line, venue: 'kalshi', text, at_ms: 4 },
          { ...line, venue: 'kalshi', text: 'DELETE /trade-api/v2/portfolio/events/orders/cb-t1-a1' },
          { ...line, venue: 'ibkr', dir: 'out', text: tokens.join('|') },
        ],
        MARKETS,
      ),
    ).toEqual([
      { ...KALSHI, atMs: 4, n: 1, by: 'kalshi life 1 connection 2' },
      { ...GATEWAY, atMs: 5, n: 1, by: 'ibkr life 1 connection 2' },
    ])
  })
})

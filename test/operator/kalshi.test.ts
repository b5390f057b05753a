import { statusText } from '../../src/cli/verbs/status'
import { checkMessages } from '../../src/operator/health/doctor'
import { readMessageChecks, type KalshiState, type StatusReport } from '../../src/operator/status'
import type { Endpoints } from '../../src/config/schema/stack'
import { json, serve } from '../venues/kalshi/fakes'

const CHECK = {
  check: 'WebSocket fill',
  verdict: 'failed',
  detail: 'msg.fee_cost is missing, expected a dollar string',
  remedy: 'read it',
} as const
const KALSHI: KalshiState = {
  exchange: { exchangeActive: true, tradingActive: true, resumesMs: null, shards: [] },
  messages: [CHECK],
  scanned: { scanned: 800, kind: 3, shape: 0 },
  clock: { offsetMs: -12, uncertaintyMs: 30.5 },
  announcedWindows: 2,
}
const REPORT: StatusReport = {
  ...{ services: [], feeds: [], halts: [], openTrades: 0, positions: [], cashMicros: {}, streaming: null, tokens: [], bars: [] },
  ...{
    shards: [],
    audit: null,
    kalshi: KALSHI,
    quotes: null,
    markets: [],
    questions: [],
    opportunities: {},
    refusals: {},
    latency: {},
    edges: null,
    counters: {},
  },
}

describe('crossbook status shows of Kalshi', () => {
  it('whether it trades, its clock, its windows and how frames are read', () => {
    expect(statusText(REPORT).split('\n')).toContain(
      'Kalshi trades; its clock is 12 ms behind, give or take 31 ms; 2 windows without trading announced; frames: 800 scanned, 3 kind',
    )
  })

  it('what is not known yet', () => {
    const nothing: KalshiState = { exchange: null, messages: [], scanned: {}, clock: null, announcedWindows: null }
    expect(statusText({ ...REPORT, kalshi: nothing }).split('\n')).toContain(
      'Kalshi has not told whether it trades; its clock is not measured yet; its schedule is not known; frames: none',
    )
    expect(statusText({ ...REPORT, kalshi: null })).not.toContain('Kalshi')
  })

  it('a pause', () => {
    const exchange = { exchangeActive: true, tradingActive: false, resumesMs: null, shards: [] }
    expect(statusText({ ...REPORT, kalshi: { ...KALSHI, exchange } })).toContain('Kalshi does not trade; ')
  })
})

describe('crossbook doctor kalshi lists', () => {
  it('the messages that the running process compared', async () => {
    const health = await serve(({ path }) => json(path === '/status' ? 200 : 404, { ready: true, kalshi: KALSHI }))
    try {
      const read = await readMessageChecks({ streamingHealthPort: Number(new URL(health.origin).port) } as Endpoints)
      expect(checkMessages(read)).toEqual([CHECK])
    } finally {
      await health.close()
    }
  })

  it('that none were, where it does not answer', async () => {
    const health = await serve(() => json(500, {}))
    try {
      const read = await readMessageChecks({ streamingHealthPort: Number(new URL(health.origin).port) } as Endpoints)
      expect(checkMessages(read)).toMatchObject([{ verdict: 'notice', detail: expect.stringContaining('not compared') as string }])
    } finally {
      await health.close()
    }
  })
})

import type { Client } from '@temporalio/client'
import type { Endpoints } from '../config/schema/stack'
import { readHalts } from '../stores/postgres/halts'
import { ledgerCash, openLots } from '../stores/postgres/verify'
import type { Database } from '../stores/postgres/pool'
import { formatQuantity, quantity } from '../core/units'

/** A service that does not answer within this is down as far as an operator is concerned. */
const PROBE_LIMIT_MS = 1_500

export interface ServiceState {
  readonly name: string
  readonly state: 'up' | 'down' | 'absent'
  readonly latencyMs: number | null
  readonly detail: string
}
export interface StatusReport {
  readonly services: readonly ServiceState[]
  readonly feeds: readonly { readonly venue: string; readonly state: string; readonly confirmedAgeMs: number | null }[]
  readonly halts: readonly { readonly scope: string; readonly by: string; readonly reason: string; readonly atMs: number }[]
  readonly openTrades: number
  readonly positions: readonly {
    readonly venue: string
    readonly market: string
    readonly side: string
    readonly quantity: string
    readonly costMicros: number
  }[]
  readonly cashMicros: Readonly<Record<string, number>>
  readonly latency: Readonly<Record<string, unknown>>
  readonly counters: Readonly<Record<string, unknown>>
}

export interface StatusDependencies {
  readonly database: Database
  readonly temporal: () => Promise<Client>
  readonly endpoints: Endpoints
  readonly pingRedis: (url: string, signal: AbortSignal) => Promise<void>
}

/** What streaming says of itself; see streaming/main. */
interface StreamingStatus {
  readonly feeds?: StatusReport['feeds']
  readonly latency?: StatusReport['latency']
  readonly counters?: StatusReport['counters']
}

async function probe(name: string, work: (signal: AbortSignal) => Promise<void>): Promise<ServiceState> {
  const startedAt = performance.now()
  const signal = AbortSignal.timeout(PROBE_LIMIT_MS)
  const late = new Promise<never>((_resolve, reject) =>
    signal.addEventListener('abort', () => reject(new Error(`no answer within ${PROBE_LIMIT_MS} ms`)), { once: true }),
  )
  const detail = await Promise.race([work(signal), late]).then(
    () => '',
    (error: Error) => error.message || error.name,
  )
  const latencyMs = Math.round((performance.now() - startedAt) * 10) / 10
  return { name, state: detail === '' ? 'up' : 'down', latencyMs: detail === '' ? latencyMs : null, detail }
}

async function getJson(url: string, signal: AbortSignal): Promise<unknown> {
  const response = await fetch(url, { signal })
  if (!response.ok) throw new Error(`answers ${response.status}`)
  return response.json()
}

/** Everything an operator looks at first. A part that cannot be had is said to be down; the report itself does not fail. */
export async function readStatus({ database, temporal, endpoints, pingRedis }: StatusDependencies): Promise<StatusReport> {
  let streaming: StreamingStatus = {}
  const { redisUrl, questdb } = endpoints
  const absent = (name: string): ServiceState => ({ name, state: 'absent', latencyMs: null, detail: 'not part of this stack' })
  const services = await Promise.all([
    probe('postgres', async () => void (await database.query('select 1'))),
    probe('temporal', async () => void (await (await temporal()).workflowService.getSystemInfo({}))),
    redisUrl === null ? absent('redis') : probe('redis', (signal) => pingRedis(redisUrl, signal)),
    questdb === null
      ? absent('questdb')
      : probe('questdb', async (signal) => void (await getJson(`${questdb.httpUrl}/exec?query=select%201`, signal))),
    probe(
      'streaming',
      async (signal) =>
        void (streaming = (await getJson(`http://127.0.0.1:${endpoints.streamingHealthPort}/status`, signal)) as StreamingStatus),
    ),
    probe('worker', async (signal) => void (await getJson(`http://127.0.0.1:${endpoints.workerHealthPort}/readyz`, signal))),
    endpoints.simControlUrl === null
      ? absent('sim')
      : probe('sim', async (signal) => void (await getJson(`${endpoints.simControlUrl}/state`, signal))),
  ])
  const ledger = await readLedger(database)
  return { services, feeds: streaming.feeds ?? [], ...ledger, latency: streaming.latency ?? {}, counters: streaming.counters ?? {} }
}

async function readLedger(database: Database): Promise<Pick<StatusReport, 'halts' | 'openTrades' | 'positions' | 'cashMicros'>> {
  try {
    const [halts, open, lots, cashMicros] = await Promise.all([
      readHalts(database),
      database.query<{ n: number }>(`select count(*) as n from trade where ended_ms is null`),
      openLots(database),
      ledgerCash(database),
    ])
    return {
      halts: halts.active.map(({ scope, by, reason, atMs }) => ({ scope, by, reason, atMs })),
      openTrades: open.rows[0]?.n ?? 0,
      positions: sumLots(lots),
      cashMicros,
    }
  } catch {
    return { halts: [], openTrades: 0, positions: [], cashMicros: {} } // Postgres is down; its service line says so
  }
}

function sumLots(lots: Awaited<ReturnType<typeof openLots>>): StatusReport['positions'] {
  const sums = new Map<string, { venue: string; market: string; side: string; held: number; costMicros: number }>()
  for (const { venue, market, outcome, quantity: held, costMicros } of lots) {
    const key = `${venue}|${market}|${outcome}`
    const sum = sums.get(key) ?? { venue, market, side: outcome, held: 0, costMicros: 0 }
    sums.set(key, { ...sum, held: sum.held + held, costMicros: sum.costMicros + costMicros })
  }
  return [...sums.values()].map(({ venue, market, side, held, costMicros }) => ({
    venue,
    market,
    side,
    quantity: formatQuantity(quantity(held)),
    costMicros,
  }))
}

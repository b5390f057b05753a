import type { Client } from '@temporalio/client'
import type { Endpoints } from '../config/schema/stack'
import { readHalts } from '../stores/postgres/halts'
import { ledgerCash, openLots } from '../stores/postgres/proof/verify'
import type { Database } from '../stores/postgres/pool'
import { formatQuantity, quantity } from '../core/units'
import type { EdgeHealth } from './edges'

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
  /** The streaming process: whether it trades or stands by, under which lease and client id, and what it may still send. null: it does not answer. */
  readonly streaming: StreamingState | null
  /** Each shard where several run side by side, the first one again; `streaming` null: it does not answer. */
  readonly shards: readonly { readonly name: string; readonly pairs: number; readonly streaming: StreamingState | null }[]
  readonly tokens: readonly { readonly venue: string; readonly level: number; readonly leased: number; readonly capacity: number }[]
  /** What forbids openings besides halts, with the reason. */
  readonly bars: readonly { readonly venue: string; readonly market: string | null; readonly by: string; readonly reason: string }[]
  /** What the audit of books has come to; null: streaming does not answer. */
  readonly audit: Readonly<Record<string, unknown>> | null
  /** What Kalshi says of itself, and how its messages are read; null: streaming does not answer. */
  readonly kalshi: KalshiState | null
  /** ForecastEx's quotes, and what has none and why; null: streaming does not answer. */
  readonly quotes: QuotesState | null
  /** Kalshi's markets of the pairs: state, opening and closing time, whether they can close early. */
  readonly markets: readonly Readonly<Record<string, unknown>>[]
  /** ForecastEx's questions of the pairs: what they are closed by, if anything, and until when. */
  readonly questions: readonly QuestionState[]
  /** Since the streaming process began: opportunities by what became of them, and looks by the check or gate that refused. */
  readonly opportunities: Readonly<Record<string, number>>
  readonly refusals: Readonly<Record<string, number>>
  readonly latency: Readonly<Record<string, unknown>>
  /** What the edge desk sees and does (docs/executor.md); null: edges are off. */
  readonly edges: EdgeHealth | null
  readonly counters: Readonly<Record<string, unknown>>
}

/** What the holder of a shard's lease says of itself. */
export interface StreamingState {
  readonly role: string
  /** Why it opens nothing, in words; null: it does, or stands by. */
  readonly reason: string | null
  readonly leaseEpoch: number | null
  readonly clientId: number
  readonly gateway: string
  /** The kind of the gateway's foremost trouble; null: it has none. */
  readonly trouble: string | null
}

export interface KalshiState {
  /** null: not told yet. */
  readonly exchange: {
    readonly exchangeActive: boolean
    readonly tradingActive: boolean
    readonly resumesMs: number | null
    readonly shards: readonly { readonly shard: number; readonly exchangeActive: boolean; readonly tradingActive: boolean }[]
  } | null
  /** Messages of the stream compared with what the code expects, by type. */
  readonly messages: readonly {
    readonly check: string
    readonly verdict: 'ok' | 'notice' | 'warning' | 'failed'
    readonly detail: string
    readonly remedy: string
  }[]
  /** Frames read by the scanner ("scanned"), and by the general parser by the reason. */
  readonly scanned: Readonly<Record<string, number>>
  /** The venue's clock minus ours, give or take; null: not measured yet. */
  readonly clock: { readonly offsetMs: number; readonly uncertaintyMs: number } | null
  /** Windows without trading that the venue has announced; null: its schedule is not known. */
  readonly announcedWindows: number | null
}

export interface QuotesState {
  readonly lines: { readonly used: number; readonly of: number }
  /** Markets for which the account has no line left. */
  readonly beyondLines: readonly string[]
  readonly withheld: readonly { readonly market: string; readonly outcome: string; readonly why: string }[]
  readonly unlisted: readonly { readonly market: string; readonly why: string }[]
  readonly probes: { readonly agreed: number; readonly differed: number; readonly unanswered: number }
  readonly complements: { readonly agreeing: number; readonly differing: number } | null
  readonly depth: { readonly books: number; readonly refusal: string | null } | null
}

export interface QuestionState {
  readonly market: string
  /** null: it trades. */
  readonly closedBy: string | null
  /** null: for good, or not told. */
  readonly untilMs: number | null
  readonly closeMs: number
}

export interface StatusDependencies {
  readonly database: Database
  readonly temporal: () => Promise<Client>
  readonly endpoints: Endpoints
  readonly pingRedis: (url: string, signal: AbortSignal) => Promise<void>
}

/** What streaming says of itself; see streaming/main. */
interface StreamingStatus {
  readonly role?: string
  readonly roleReason?: string | null
  readonly pairs?: number
  readonly leaseEpoch?: number | null
  readonly gateway?: {
    readonly clientId: number
    readonly reason: string
    readonly recovering: string | null
    readonly trouble: { readonly kind: string } | null
  }
  readonly tokens?: StatusReport['tokens']
  readonly feeds?: StatusReport['feeds']
  readonly bars?: StatusReport['bars']
  readonly audit?: StatusReport['audit']
  readonly kalshi?: KalshiState
  readonly quotes?: QuotesState
  readonly markets?: StatusReport['markets']
  readonly questions?: StatusReport['questions']
  readonly opportunities?: StatusReport['opportunities']
  readonly refusals?: StatusReport['refusals']
  readonly latency?: StatusReport['latency']
  readonly edges?: StatusReport['edges']
  readonly counters?: StatusReport['counters']
}

/** @throws Error when there is no answer in time, also of what takes no signal. */
export function inTime<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const signal = AbortSignal.timeout(PROBE_LIMIT_MS)
  const late = new Promise<never>((_resolve, reject) =>
    signal.addEventListener('abort', () => reject(new Error(`no answer within ${PROBE_LIMIT_MS} ms`)), { once: true }),
  )
  return Promise.race([work(signal), late])
}

async function probe(name: string, work: (signal: AbortSignal) => Promise<void>): Promise<ServiceState> {
  const startedAt = performance.now()
  const detail = await inTime(work).then(
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

/** What the running feed's messages came to; null: streaming does not answer. */
export const readMessageChecks = ({ streamingHealthPort }: Endpoints): Promise<KalshiState['messages'] | null> =>
  inTime(async (signal) => {
    const { kalshi } = (await getJson(`http://127.0.0.1:${streamingHealthPort}/status`, signal)) as StreamingStatus
    return kalshi?.messages ?? null
  }).catch(() => null)

const absent = (name: string): ServiceState => ({ name, state: 'absent', latencyMs: null, detail: 'not part of this stack' })

function storeProbes({
  database,
  temporal,
  endpoints: { redisUrl, questdb },
  pingRedis,
}: StatusDependencies): readonly Promise<ServiceState>[] {
  return [
    probe('postgres', async () => void (await database.query('select 1'))),
    probe('temporal', async () => void (await (await temporal()).workflowService.getSystemInfo({}))),
    redisUrl === null ? Promise.resolve(absent('redis')) : probe('redis', (signal) => pingRedis(redisUrl, signal)),
    questdb === null
      ? Promise.resolve(absent('questdb'))
      : probe('questdb', async (signal) => void (await getJson(`${questdb.httpUrl}/exec?query=select%201`, signal))),
  ]
}

/** The servers that everything rests on, asked now. */
export const probeStores = (dependencies: StatusDependencies): Promise<readonly ServiceState[]> => Promise.all(storeProbes(dependencies))

/** Everything an operator looks at first. A part that cannot be had is said to be down; the report itself does not fail. */
export async function readStatus({ database, temporal, endpoints, pingRedis }: StatusDependencies): Promise<StatusReport> {
  let streaming: StreamingStatus = {}
  const services = await Promise.all([
    ...storeProbes({ database, temporal, endpoints, pingRedis }),
    probe(
      'streaming',
      async (signal) =>
        void (streaming = (await getJson(`http://127.0.0.1:${endpoints.streamingHealthPort}/status`, signal)) as StreamingStatus),
    ),
    probe('worker', async (signal) => void (await getJson(`http://127.0.0.1:${endpoints.workerHealthPort}/readyz`, signal))),
    endpoints.apiPort === undefined
      ? absent('api')
      : probe('api', async (signal) => void (await getJson(`http://127.0.0.1:${endpoints.apiPort}/healthz`, signal))),
    endpoints.simControlUrl === null
      ? absent('sim')
      : probe('sim', async (signal) => void (await getJson(`${endpoints.simControlUrl}/state`, signal))),
  ])
  const ledger = await readLedger(database)
  const shards = await Promise.all((endpoints.shards ?? []).map(readShard))
  return {
    services,
    feeds: streaming.feeds ?? [],
    ...ledger,
    streaming: stateOf(streaming),
    shards,
    tokens: streaming.tokens ?? [],
    bars: streaming.bars ?? [],
    audit: streaming.audit ?? null,
    kalshi: streaming.kalshi ?? null,
    quotes: streaming.quotes ?? null,
    markets: streaming.markets ?? [],
    questions: streaming.questions ?? [],
    opportunities: streaming.opportunities ?? {},
    refusals: streaming.refusals ?? {},
    latency: streaming.latency ?? {},
    edges: streaming.edges ?? null,
    counters: streaming.counters ?? {},
  }
}

async function readShard({ name, healthPort }: NonNullable<Endpoints['shards']>[number]): Promise<StatusReport['shards'][number]> {
  const told = (await inTime((signal) => getJson(`http://127.0.0.1:${healthPort}/status`, signal)).catch(() => ({}))) as StreamingStatus
  return { name, pairs: told.pairs ?? 0, streaming: stateOf(told) }
}

const stateOf = ({ role, roleReason: reason = null, leaseEpoch = null, gateway: at }: StreamingStatus): StreamingState | null =>
  role !== undefined && at
    ? { role, reason, leaseEpoch, clientId: at.clientId, gateway: gatewayText(at), trouble: at.trouble?.kind ?? null }
    : null

/** "up, recovering after a reconnect: …": the session is there, and no order leaves yet. */
export const gatewayText = ({ reason, recovering }: Pick<NonNullable<StreamingStatus['gateway']>, 'reason' | 'recovering'>): string =>
  recovering === null ? reason : `${reason}, ${recovering}`

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

import path from 'node:path'
import type { Frame } from '../../../core/market/event'
import type { Log } from '../../../ports/log'
import { framesOf } from '../../../replay/frames'
import { replay, type ReplayOptions } from '../../../replay/replay'
import { covering, segmentsIn } from '../../../stores/files/capture/segments'
import { marketsOfPair } from '../../../stores/postgres/pairs/registry'
import type { Database } from '../../../stores/postgres/pool'
import { opportunityId, topOf, whyOpportunity, type Refusal, type SeenTop, type WhyOpportunity } from '../opportunity'
import type { Row } from '../record'
import { rowsOf } from './history'

/** Of an opportunity that lasted for hours the first of its refusals tell why. */
const REFUSALS_MAX = 200
const MICROS_PER_MS = 1_000

export interface OpportunityPlaces {
  readonly dataDir: string
  /** null: there is no history here. */
  readonly questdbUrl: string | null
  /** It knows the markets of a pair, by which its tops are found. null: nothing runs here. */
  readonly database: Database | null
  /** How a capture is replayed when the history does not have it. */
  readonly terms: Pick<ReplayOptions, 'mode' | 'balancePrecision' | 'policy' | 'regimes'>
}
interface Wanted {
  readonly pair: string
  readonly firstSeenMs: number
}

/** Those that were first seen in that millisecond: one, or two directions. Empty: `missing` says where it is not on record. */
export async function readOpportunities(
  wanted: Wanted,
  places: OpportunityPlaces,
  signal: AbortSignal,
): Promise<{ readonly found: readonly WhyOpportunity[]; readonly missing: readonly string[] }> {
  const missing: string[] = []
  if (places.questdbUrl === null) missing.push('the history cannot be asked: it is off, or nothing is running here')
  else {
    try {
      const found = await fromHistory(wanted, places.questdbUrl, places, signal)
      if (found.length > 0) return { found, missing }
      missing.push('the history has no such row: it is written when the opportunity ends')
    } catch (error) {
      missing.push(`the history cannot be asked: ${(error as Error).message}`)
    }
  }
  return fromCaptures(wanted, places, missing, signal)
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`
const moment = (ms: number): string => `cast(${ms * MICROS_PER_MS} as timestamp)`

async function fromHistory(
  { pair, firstSeenMs }: Wanted,
  url: string,
  places: OpportunityPlaces,
  signal: AbortSignal,
): Promise<readonly WhyOpportunity[]> {
  const rows = await rowsOf(url, `select * from arb_opportunities where subject = ${quoted(pair)} and ts = ${moment(firstSeenMs)}`, signal)
  const markets = places.database ? await marketsOfPair(places.database, pair).catch((error: Error) => error) : null
  const lacks: { part: 'seen'; what: string; reason: string }[] = []
  const lack = (what: string, reason: string): void => void lacks.push({ part: 'seen', what, reason })
  const seen: SeenTop[] = []
  if (markets instanceof Error)
    lack('the tops of both books', `the ledger, which knows the markets of the pair, cannot be asked: ${markets.message}`)
  else if (markets === null) lack('the tops of both books', 'the ledger does not know the pair, and so not its markets')
  else seen.push(...(await topsAt(markets, firstSeenMs, url, lack, signal)))
  return Promise.all(
    rows.map(async (row) => {
      const endMs = firstSeenMs + Number(row['duration_ms'] ?? 0)
      const sql = `select * from decisions where subject = ${quoted(pair)} and verdict = 'refused' and ts between ${moment(firstSeenMs)} and ${moment(endMs)} order by ts limit ${REFUSALS_MAX}`
      return whyOpportunity(row, await rowsOf(url, sql, signal), seen, lacks)
    }),
  )
}

async function topsAt(
  { kalshi, forecastex }: { readonly kalshi: string; readonly forecastex: string },
  atMs: number,
  url: string,
  lack: (what: string, reason: string) => void,
  signal: AbortSignal,
): Promise<readonly SeenTop[]> {
  const until = `ts <= ${moment(atMs)} order by ts desc limit 1`
  const books = [
    { name: `kalshi ${kalshi}`, sql: `select * from kalshi_ticks where ticker = ${quoted(kalshi)} and ${until}` },
    ...['yes', 'no'].map((outcome) => ({
      name: `forecastex ${forecastex} ${outcome}`,
      sql: `select * from forecastex_ticks where con_id = ${quoted(forecastex)} and outcome = '${outcome}' and ${until}`,
    })),
  ]
  const rows: SeenTop[] = []
  for (const { name, sql } of books) {
    const [row]: readonly Row[] = await rowsOf(url, sql, signal)
    if (row) rows.push(topOf(row, atMs))
    else lack(`the top of ${name}`, 'the history has no tick of it before that moment')
  }
  return rows
}

const SILENT: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }

/** By the same engine: what checks refused, with their figures. What gates of trades and halts refused is not in a replay. */
async function fromCaptures(
  wanted: Wanted,
  { dataDir, terms }: OpportunityPlaces,
  missing: readonly string[],
  signal: AbortSignal,
): Promise<{ readonly found: readonly WhyOpportunity[]; readonly missing: readonly string[] }> {
  const all = await segmentsIn(path.join(dataDir, 'capture'))
  const processes = new Set(covering(all, wanted.firstSeenMs, wanted.firstSeenMs).map(({ process }) => process))
  if (processes.size === 0) return { found: [], missing: [...missing, `no capture has ${new Date(wanted.firstSeenMs).toISOString()}`] }
  const found: WhyOpportunity[] = []
  for (const process of processes) {
    const files = all.filter((segment) => segment.process === process).map(({ file }) => file)
    found.push(...(await replayed(wanted, files, terms, missing, signal)))
  }
  return { found, missing: found.length > 0 ? missing : [...missing, 'a replay of the captures does not show it'] }
}

async function replayed(
  { pair, firstSeenMs }: Wanted,
  files: readonly string[],
  terms: OpportunityPlaces['terms'],
  lacks: readonly string[],
  signal: AbortSignal,
): Promise<readonly WhyOpportunity[]> {
  const refusals: Refusal[] = []
  const frames = heeding(
    framesOf(files, SILENT, () => undefined),
    signal,
  )
  const { opportunities } = await replay(frames, {
    ...terms,
    ...{ sequence: 'check', until: null, opportunities: true },
    onRefused: ({ id }, refused, nowMs) => {
      if (id !== pair || nowMs < firstSeenMs || refusals.length >= REFUSALS_MAX) return
      const verdict = refused.verdicts.find(({ passed }) => !passed)
      refusals.push({
        ...{ atMs: nowMs, gate: refused.reason, actual: verdict?.actual ?? null, wanted: verdict?.limit ?? null },
        ...{ netEdgeMicros: refused.netEdge, expectedValueMicros: refused.expectedValue },
        ...{ unwindLossMicros: refused.worst?.modelledLoss ?? null, maximumLossMicros: refused.worst?.maximumLoss ?? null },
      })
    },
  })
  return opportunities.list
    .filter((row) => row.subject === pair && row.firstSeenMs === firstSeenMs)
    .map((row) => ({
      ...{ kind: 'opportunity', opportunityId: opportunityId(pair, firstSeenMs), pair, direction: row.direction, outcome: row.outcome },
      ...{
        reason: row.reason,
        tradeId: row.tradeId,
        firstSeenMs,
        lastSeenMs: row.lastSeenMs,
        endedMs: row.endedMs,
        looks: row.looks,
        finds: row.finds,
      },
      ...{ bestQuantity: row.best?.quantity ?? null, bestNetEdgeMicros: row.best?.netEdge ?? null, refusedLooks: row.refusals },
      refusals: refusals.filter(({ atMs }) => atMs <= row.endedMs),
      ...{ seen: [], source: 'replay of the captures' },
      missing: [
        {
          part: 'decided',
          what: 'gates that depend on trades, halts and the ledger',
          reason: `${lacks.join('; ')}; a replay does not ask them`,
        },
        { part: 'seen', what: 'the tops of both books', reason: lacks.join('; ') },
      ],
    }))
}

async function* heeding(frames: AsyncIterable<Frame>, signal: AbortSignal): AsyncGenerator<Frame, void, undefined> {
  for await (const frame of frames) {
    signal.throwIfAborted()
    yield frame
  }
}

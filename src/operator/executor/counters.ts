import type { Millis } from '../../core/units'
import { readEdgeTrades, type EdgeTrades } from '../../stores/postgres/arming/edge-trades'
import type { Database } from '../../stores/postgres/pool'
import type { IngestedOdds } from '../../workflows/messages/odds'
import type { StatusDependencies } from '../status'
import type { EdgeHealth } from '../edges'

type Temporal = StatusDependencies['temporal']

/** What does not answer within this is not known. */
const ANSWER_LIMIT_MS = 1_000
/** The newest rounds of the ingest; one of them has ended unless none gets on. */
const ROUNDS_LOOKED_AT = 3
const REASONS_SHOWN = 5
const CREDITS_KEPT_MS = 20_000
const ODDS_SCHEDULE = 'ingestOdds'

/** One look at a running edge. Money in µ$. */
export interface EdgeCounters {
  /** null: the streaming process does not answer, or watches no edges. */
  readonly desk: EdgeHealth | null
  /** Signals since it was armed: finds that became trades or were refused by the reserve. */
  readonly trades: EdgeTrades
  /** What refused most looks, the most frequent first. */
  readonly refusedMost: readonly { readonly reason: string; readonly looks: number }[]
  /** Of the month, as the last round of the ingest told; null: not known. */
  readonly credits: number | null
}

export interface CounterSources {
  readonly database: Database
  readonly healthPorts: readonly number[]
  readonly temporal: Temporal
  readonly nowMs: () => Millis
}

/**
 * Reads the counters, again and again. Credits change with each round of the ingest, and three questions to Temporal tell of one: they are kept a while.
 * @returns what reads them. It throws LedgerUnreachable; what else does not answer is null.
 */
export function counterReader({ database, healthPorts, temporal, nowMs }: CounterSources): (sinceMs: Millis) => Promise<EdgeCounters> {
  let known: { readonly credits: number | null; readonly atMs: Millis } | null = null
  const creditsNow = async (): Promise<number | null> => {
    if (known === null || nowMs() - known.atMs >= CREDITS_KEPT_MS) known = { credits: await readCredits(temporal), atMs: nowMs() }
    return known.credits
  }
  return async (sinceMs) => {
    const [pages, trades, credits] = await Promise.all([
      Promise.all(healthPorts.map(readDesk)),
      readEdgeTrades(database, sinceMs),
      creditsNow(),
    ])
    const desk = pages.find((page) => page !== null) ?? null
    return { desk, trades, refusedMost: desk === null ? [] : refusedMost(desk), credits }
  }
}

/** Both kinds of looks that came to nothing, by reason. */
export function refusedMost({ refusals, unjudged }: Pick<EdgeHealth, 'refusals' | 'unjudged'>): EdgeCounters['refusedMost'] {
  const sums = new Map<string, number>()
  for (const [reason, looks] of [...Object.entries(refusals), ...Object.entries(unjudged)])
    sums.set(reason, (sums.get(reason) ?? 0) + looks)
  return [...sums]
    .map(([reason, looks]) => ({ reason, looks }))
    .toSorted((a, b) => b.looks - a.looks)
    .slice(0, REASONS_SHOWN)
}

/** @returns null where it does not answer, or says nothing of edges. */
async function readDesk(port: number): Promise<EdgeHealth | null> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/status`, { signal: AbortSignal.timeout(ANSWER_LIMIT_MS) })
    const { edges } = (await answer.json()) as { readonly edges?: EdgeHealth | null }
    return edges ?? null
  } catch {
    return null
  }
}

const readCredits = (temporal: Temporal): Promise<number | null> => {
  const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), ANSWER_LIMIT_MS).unref())
  return Promise.race([late, temporal().then(lastRemaining)]).catch(() => null) // Temporal is down, or there is no schedule of odds
}

async function lastRemaining(client: Awaited<ReturnType<Temporal>>): Promise<number | null> {
  const { info } = await client.schedule.getHandle(ODDS_SCHEDULE).describe()
  for (const { action } of info.recentActions.slice(-ROUNDS_LOOKED_AT).toReversed()) {
    const { workflowId, firstExecutionRunId } = action.workflow
    const round = client.workflow.getHandle<() => Promise<IngestedOdds>>(workflowId, firstExecutionRunId)
    if ((await round.describe()).status.name === 'COMPLETED') return (await round.result()).remaining
  }
  return null
}

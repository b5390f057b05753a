import { withLimit } from '../../ports/limit'
import type { Where } from '../where'
import { readAlarms } from './alarms'
import { readCaptures } from './captures'
import type { Evidence } from './evidence'
import { arrivals } from './orders'
import { readTables } from './tables'
import { forecastexTruth, kalshiTruth, marketsOf, type SimState } from './venues'
import { readWorkflows } from './workflows'

/** The state of a few hundred orders takes the simulator some ten milliseconds. */
const STATE_LIMIT_MS = 10_000

/**
 * Everything the checkers judge, read from the venues, the captures, the tables, Temporal's list and the logs: never through the system's own code.
 * The lane must be quiet, or the parts are of different moments. @throws Error when one of them cannot be read.
 */
export async function collectEvidence(where: Where, signal: AbortSignal): Promise<Evidence> {
  if (where.wireLost > 0) throw new Error(`the venues forgot ${where.wireLost} lines of their wires before they were read`)
  const state = await withLimit([signal], STATE_LIMIT_MS, (limit) => readState(where.controlUrl, limit))
  const tables = await readTables(where.databaseUrl, signal)
  const atMs = Date.now()
  const markets = marketsOf(state)
  return {
    atMs,
    startedMs: where.startedMs,
    laneStartedMs: where.laneStartedMs,
    acceptanceMs: where.acceptanceWindowMs,
    venues: [kalshiTruth(state, where.accounts.kalshi), forecastexTruth(state, markets)],
    ...readCaptures(where.dataDir, markets, where.laneStartedMs),
    arrived: arrivals(where.wire, markets),
    wire: where.wire,
    tables,
    workflows: await readWorkflows(where.temporal, where.startedMs, signal),
    alarms: readAlarms(where.dataDir, where.laneStartedMs),
  }
}

async function readState(controlUrl: string, signal: AbortSignal): Promise<SimState> {
  const response = await fetch(`${controlUrl}/state`, { signal })
  if (!response.ok) throw new Error(`the simulated venues do not tell their state: ${response.status}`)
  return (await response.json()) as SimState
}

import type { Mode } from '../../core/trade/plan'
import type { OwnersReport } from '../../workflows/messages'
import { factsLine, type FactCount } from '../facts'
import type { KalshiState, ServiceState } from '../status'
import { ownerLines } from './owners'

export interface Finding {
  readonly check: string
  /** 'notice': to be known, nothing to do now. */
  readonly verdict: 'ok' | 'notice' | 'warning' | 'failed'
  readonly detail: string
  /** What to do; empty when nothing. */
  readonly remedy: string
}

const MIN_NODE: readonly [number, number] = [20, 18]

export function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number)
  const enough = major > MIN_NODE[0] || (major === MIN_NODE[0] && minor >= MIN_NODE[1])
  return {
    check: 'Node.js',
    verdict: enough ? 'ok' : 'failed',
    detail: version,
    remedy: enough ? '' : `install Node.js ${MIN_NODE.join('.')} or newer`,
  }
}

/** A file of the configuration: readable through its schema or not. */
export function checkFile(name: string, read: () => unknown): Finding {
  try {
    read()
    return { check: `config/${name}`, verdict: 'ok', detail: 'readable', remedy: '' }
  } catch (error) {
    return { check: `config/${name}`, verdict: 'failed', detail: (error as Error).message, remedy: `correct ${name}` }
  }
}

/** I11 as the last sweep of owners found it; null: there is none yet. */
export function checkOwners(report: OwnersReport | null): Finding {
  const found = report === null ? ['no sweep of owners has ended yet'] : ownerLines(report)
  const trades = `${report?.openTrades ?? 0} open trades, each with its owner`
  if (found.length === 0) return { check: 'owners', verdict: 'ok', detail: trades, remedy: '' }
  const remedy =
    report === null
      ? 'crossbook schedules list: sweepOwners must be active'
      : 'see "trade without owner" and "open too long" in docs/runbook.md'
  return { check: 'owners', verdict: 'warning', detail: found.join('; '), remedy }
}

/** What the product relies on and an account of its own has to show (execution.md §10). */
export function checkFacts({ facts, proven, missingForLive }: FactCount, mode: Mode): Finding {
  const detail = factsLine({ facts, proven, missingForLive })
  if (missingForLive === 0) return { check: 'venue facts', verdict: 'ok', detail, remedy: '' }
  const remedy = 'crossbook facts says how each is proven'
  return { check: 'venue facts', verdict: mode === 'live' ? 'failed' : 'notice', detail, remedy }
}

/** The messages of the running feed, compared by the streaming process; null: it does not answer. */
export const checkMessages = (checks: KalshiState['messages'] | null): readonly Finding[] =>
  checks ?? [
    {
      check: 'WebSocket messages',
      verdict: 'notice',
      detail: 'not compared: the streaming process, which has the connection, does not answer',
      remedy: '',
    },
  ]

/** A running service, or why it is not. History may be absent; nothing else may. */
export function checkService({ name, state, detail, latencyMs }: ServiceState): Finding {
  if (state === 'up') return { check: name, verdict: 'ok', detail: `${latencyMs} ms`, remedy: '' }
  if (state === 'absent')
    return {
      check: name,
      verdict: 'warning',
      detail,
      remedy: name === 'questdb' ? 'install Maven and Java 17 or newer, then npm run setup' : '',
    }
  return { check: name, verdict: 'failed', detail, remedy: `see .crossbook/data/logs/${name}.log; npm start restarts what has died` }
}

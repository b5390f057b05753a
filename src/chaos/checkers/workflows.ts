import type { Alarm } from '../evidence/evidence'
import { hasStruck, type Case } from './case'
import type { Violation } from './violation'

/** A lane is judged when it is quiet: what still runs this long after its start does not get on. */
const STUCK_MS = 60_000
const ENDED_WELL: ReadonlySet<string> = new Set(['completed', 'running'])

/** A saga that does not get on, or ended by itself without a result, and nobody was told. */
export function getsOn({ evidence, struck, trades }: Case): readonly Violation[] {
  const { workflows, alarms, atMs } = evidence
  return workflows.flatMap(({ workflowId, status, tradeId, startedMs, type, runId }): readonly Violation[] => {
    const of = { invariant: 'stuck' as const, ...(tradeId === null ? {} : { tradeId }) }
    const told = alarms.some((alarm) => alarm.detail.includes(tradeId ?? workflowId))
    if (status === 'running') {
      const ageMs = atMs - startedMs
      return ageMs > STUCK_MS && !told ? [{ ...of, detail: `${workflowId} runs for ${ageMs} ms and nobody was told` }] : []
    }
    const terminated = status === 'terminated' && struck.some(({ kind, name }) => kind === 'terminate' && name === workflowId)
    // a cure of a trade that the ledger never heard of has nothing to take over
    const nothingThere = type === 'cure' && status === 'failed' && (tradeId === null || !trades.has(tradeId))
    return ENDED_WELL.has(status) || terminated || nothingThere ? [] : [{ ...of, detail: `${workflowId} (run ${runId}) has ${status}` }]
  })
}

/**
 * What a process itself calls a bug during the episode. Permitted: a saga that was terminated on purpose; and that the venue has corrected an execution
 * of contracts that were sold, netted or settled since (fault correction), which the ledger leaves to a person and says so.
 */
export function bugs({ evidence: { alarms, startedMs }, struck }: Case): readonly Violation[] {
  const wasTerminated = struck.some(({ kind, atMs }) => kind === 'terminate' && atMs >= startedMs)
  const isPermitted = ({ name, detail }: Alarm): boolean =>
    (wasTerminated && name.startsWith('a trade ended by a bug')) ||
    (hasStruck(struck, 'correction') && detail.includes('only a person can'))
  return alarms
    .filter((alarm) => alarm.atMs >= startedMs && /\bbug\b/.test(alarm.name) && !isPermitted(alarm))
    .map(({ process, name, detail, atMs }) => ({ invariant: 'bug', detail: `${process} at ${atMs}: ${name} ${detail}` }))
}

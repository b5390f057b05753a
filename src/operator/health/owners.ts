import type { Client } from '@temporalio/client'
import { WORKFLOWS, type OwnersReport } from '../../workflows/messages'
import { inTime } from '../status'

/** The newest sweep may be running; one of the last three has ended unless none gets on. */
const SWEEPS_LOOKED_AT = 3

/** What the last sweep of owners found (I11); null: none has ended yet, or Temporal cannot be asked. */
export const readOwners = (temporal: () => Promise<Client>): Promise<OwnersReport | null> =>
  inTime(async (signal) => {
    const client = await temporal()
    return client.withAbortSignal(signal, () => lastSweep(client))
  }).catch(() => null) // Temporal's service line says so

async function lastSweep(client: Client): Promise<OwnersReport | null> {
  const { info } = await client.schedule.getHandle(WORKFLOWS.sweepOwners).describe()
  for (const { action } of info.recentActions.slice(-SWEEPS_LOOKED_AT).toReversed()) {
    const { workflowId, firstExecutionRunId } = action.workflow
    const sweep = client.workflow.getHandle<() => Promise<OwnersReport>>(workflowId, firstExecutionRunId)
    if ((await sweep.describe()).status.name === 'COMPLETED') return sweep.result()
  }
  return null
}

/** One sentence for each thing that somebody has to look at; none when every trade, claim and lot has its owner and gets on. */
export const ownerLines = ({ orphans, stuck, violations, unread }: OwnersReport): readonly string[] => [
  ...orphans.map(({ tradeId, why, cure }) => `trade ${tradeId} had no owner: ${why}; cure ${cure}`),
  ...stuck.map(({ tradeId, workflowId, state, step, ageMs }) =>
    `trade ${tradeId} is stuck: ${workflowId} ${state} for ${Math.floor(ageMs / 1000)} s ${step}`.trimEnd(),
  ),
  ...violations,
  ...unread.map((reason) => `not looked at: ${reason}`),
]

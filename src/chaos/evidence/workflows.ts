import { Client, Connection } from '@temporalio/client'
import type { Step, Workflow } from './evidence'

const NAMESPACE = 'default'
/** A lane's histories take some hundred milliseconds; what takes so long is a server that is gone. */
const READ_LIMIT_MS = 60_000
const TRADES = ['box', 'edge', 'cure'] as const

/** Temporal's own list of the trades' workflows, with the histories of those that ran at or after `fromMs`. */
export async function readWorkflows(address: string, fromMs: number, signal: AbortSignal): Promise<readonly Workflow[]> {
  const connection = await Connection.connect({ address })
  try {
    const client = new Client({ connection, namespace: NAMESPACE })
    return await client.withDeadline(Date.now() + READ_LIMIT_MS, () => readAll(client, fromMs, signal))
  } finally {
    await connection.close()
  }
}

async function readAll(client: Client, fromMs: number, signal: AbortSignal): Promise<readonly Workflow[]> {
  const workflows: Workflow[] = []
  for await (const info of client.workflow.list({ query: `WorkflowType IN ('${TRADES.join("', '")}')` })) {
    signal.throwIfAborted()
    const { workflowId, runId, status, startTime, closeTime, searchAttributes } = info
    const recent = closeTime === undefined || closeTime.getTime() >= fromMs
    const steps = recent ? stepsOf(await client.workflow.getHandle(workflowId, runId).fetchHistory()) : []
    if (recent && status.name === 'COMPLETED' && steps.length === 0)
      throw new Error(`${workflowId} has ended, and its history tells nothing`)
    const tradeId = (searchAttributes as Readonly<Record<string, readonly unknown[] | undefined>>)['CrossbookTradeId']?.[0]
    workflows.push({
      workflowId,
      runId,
      type: info.type as Workflow['type'],
      status: status.name.toLowerCase(),
      tradeId: typeof tradeId === 'string' ? tradeId : null,
      startedMs: startTime.getTime(),
      endedMs: closeTime?.getTime() ?? null,
      steps,
    })
  }
  return workflows.toSorted((a, b) => a.startedMs - b.startedMs)
}

type History = Awaited<ReturnType<ReturnType<Client['workflow']['getHandle']>['fetchHistory']>>
type HistoryEvent = NonNullable<History['events']>[number]
type Payload = { readonly data?: Uint8Array | null }

function stepsOf({ events }: History): readonly Step[] {
  const asked = new Map<number, string>()
  return (events ?? []).flatMap((event): readonly Step[] => {
    const step = stepOf(event)
    if (step?.kind === 'asked') asked.set(step.n, step.name)
    return step ? [{ ...step, name: step.name || (asked.get(step.n) ?? '?'), atMs: timeOf(event) }] : []
  })
}

/** What of a history a checker may need; an answer is named by what was asked. */
function stepOf(event: HistoryEvent): Omit<Step, 'atMs'> | null {
  const n = Number(event.eventId)
  const scheduled = event.activityTaskScheduledEventAttributes
  if (scheduled)
    return { kind: 'asked', n, name: scheduled.activityType?.name ?? '?', value: (scheduled.input?.payloads ?? []).map(decoded) }
  const completed = event.activityTaskCompletedEventAttributes
  if (completed) return { kind: 'answered', n: Number(completed.scheduledEventId), name: '', value: firstOf(completed.result?.payloads) }
  const failed = event.activityTaskFailedEventAttributes ?? event.activityTaskTimedOutEventAttributes
  if (failed) return { kind: 'failed', n: Number(failed.scheduledEventId), name: '', value: failed.failure?.message ?? null }
  const signal = event.workflowExecutionSignaledEventAttributes
  if (signal) return { kind: 'told', n, name: signal.signalName ?? '?', value: (signal.input?.payloads ?? []).map(decoded) }
  const marker = event.markerRecordedEventAttributes
  const reserved = marker?.markerName === 'core_local_activity' ? marker.details?.['result']?.payloads : null
  return reserved ? { kind: 'answered', n, name: 'checkRiskAndReserve', value: firstOf(reserved) } : null
}

const firstOf = (payloads: readonly Payload[] | null | undefined): unknown => (payloads ?? []).map(decoded)[0] ?? null
const decoded = ({ data }: Payload): unknown => (data ? (JSON.parse(Buffer.from(data).toString('utf8')) as unknown) : null)

const timeOf = ({ eventTime }: HistoryEvent): number =>
  Number(eventTime?.seconds ?? 0) * 1000 + Math.floor((eventTime?.nanos ?? 0) / 1_000_000)

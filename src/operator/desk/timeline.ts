import { WorkflowNotFoundError, type Client, type WorkflowHandle } from '@temporalio/client'
import { withLimit } from '../../ports/limit'

/** A saga has some dozens of events; a server that takes longer is busy with something that matters more. */
const HISTORY_LIMIT_MS = 4_000
const MS_PER_SECOND = 1_000
const NS_PER_MS = 1_000_000

/** One thing that a saga has done or heard, in the words of its own summaries. */
export interface TimelineStep {
  readonly event: number
  readonly atMs: number
  readonly kind: 'started' | 'step' | 'timer' | 'signal' | 'update' | 'ended'
  /** As the workflow calls it: an activity, a signal, an update. */
  readonly name: string
  /** What the Temporal UI shows; null: nothing was said. */
  readonly summary: string | null
  /** Of a step: how it ended; `open`: not yet. null: it has no end of its own. */
  readonly end: 'completed' | 'failed' | 'open' | null
  readonly endedMs: number | null
}
/** `steps` null: the server has no such run, its history is over, or it does not answer: `why` says which. */
export type Timeline = { readonly steps: readonly TimelineStep[]; readonly why: null } | { readonly steps: null; readonly why: string }

type Event = NonNullable<Awaited<ReturnType<WorkflowHandle['fetchHistory']>>['events']>[number]
type Payload = NonNullable<NonNullable<Event['userMetadata']>['summary']>

const RUN = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** The saga of a trade by its own history. Never throws for a server that is away: the ledger has the trade all the same. */
export async function readTimeline(temporal: () => Promise<Client>, workflowId: string, runId: string): Promise<Timeline> {
  if (!RUN.test(runId)) return { steps: null, why: 'no run of Temporal made this trade: it was adopted' }
  try {
    return await withLimit([], HISTORY_LIMIT_MS, async (limit) => {
      const client = await temporal()
      const { events } = await client.withAbortSignal(limit, () => client.workflow.getHandle(workflowId, runId).fetchHistory())
      return { steps: await stepsOf(client, events ?? []), why: null }
    })
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return { steps: null, why: 'Temporal has no history of this run any more' }
    return { steps: null, why: 'Temporal does not answer' }
  }
}

async function stepsOf(client: Client, events: readonly Event[]): Promise<readonly TimelineStep[]> {
  const steps: TimelineStep[] = []
  for (const event of events) {
    const begun = begunBy(event)
    if (begun !== null) {
      const summary = await textOf(client, event.userMetadata?.summary)
      steps.push({ event: Number(event.eventId), atMs: momentOf(event), ...begun, summary })
      continue
    }
    const ended = endedBy(event)
    const place = steps.findIndex(({ event: of }) => of === ended?.of)
    const step = steps[place]
    if (ended !== null && step !== undefined) steps[place] = { ...step, end: ended.end, endedMs: momentOf(event) }
  }
  return steps
}

/** As the SDK marks the end of one. */
const LOCAL_ACTIVITY = 'core_local_activity'
const alone = { end: null, endedMs: null } as const
const open = { end: 'open', endedMs: null } as const

function begunBy(event: Event): Pick<TimelineStep, 'kind' | 'name' | 'end' | 'endedMs'> | null {
  const { markerRecordedEventAttributes: marker, activityTaskScheduledEventAttributes: activity } = event
  if (event.workflowExecutionStartedEventAttributes)
    return { kind: 'started', name: event.workflowExecutionStartedEventAttributes.workflowType?.name ?? '', ...alone }
  if (activity) return { kind: 'step', name: activity.activityType?.name ?? '', ...open }
  // it is told once, when it has ended; other markers are the SDK's own
  if (marker)
    return marker.markerName === LOCAL_ACTIVITY
      ? { kind: 'step', name: 'local activity', end: marker.failure ? 'failed' : 'completed', endedMs: momentOf(event) }
      : null
  if (event.timerStartedEventAttributes) return { kind: 'timer', name: event.timerStartedEventAttributes.timerId ?? '', ...open }
  if (event.workflowExecutionSignaledEventAttributes)
    return { kind: 'signal', name: event.workflowExecutionSignaledEventAttributes.signalName ?? '', ...alone }
  if (event.workflowExecutionUpdateAcceptedEventAttributes)
    return { kind: 'update', name: event.workflowExecutionUpdateAcceptedEventAttributes.acceptedRequest?.input?.name ?? '', ...alone }
  return endOf(event)
}

function endOf(event: Event): Pick<TimelineStep, 'kind' | 'name' | 'end' | 'endedMs'> | null {
  const endedMs = momentOf(event)
  if (event.workflowExecutionCompletedEventAttributes) return { kind: 'ended', name: 'completed', end: 'completed', endedMs }
  if (event.workflowExecutionFailedEventAttributes) return { kind: 'ended', name: 'failed', end: 'failed', endedMs }
  if (event.workflowExecutionTerminatedEventAttributes) return { kind: 'ended', name: 'terminated', end: 'failed', endedMs }
  return null
}

/** Which earlier event it ends. */
function endedBy(event: Event): { readonly of: number; readonly end: 'completed' | 'failed' } | null {
  const { activityTaskCompletedEventAttributes: done, timerFiredEventAttributes: fired } = event
  const failed =
    event.activityTaskFailedEventAttributes ?? event.activityTaskTimedOutEventAttributes ?? event.activityTaskCanceledEventAttributes
  if (done) return { of: Number(done.scheduledEventId), end: 'completed' }
  if (fired) return { of: Number(fired.startedEventId), end: 'completed' }
  return failed ? { of: Number(failed.scheduledEventId), end: 'failed' } : null
}

const momentOf = ({ eventTime }: Event): number =>
  Number(eventTime?.seconds ?? 0) * MS_PER_SECOND + Math.floor((eventTime?.nanos ?? 0) / NS_PER_MS)

/** By the client's own converter, so that what was encrypted is read. */
async function textOf(client: Client, summary: Payload | null | undefined): Promise<string | null> {
  if (!summary) return null
  const { payloadConverter, payloadCodecs } = client.options.loadedDataConverter
  let payloads: Payload[] = [summary]
  for (const codec of payloadCodecs.toReversed()) payloads = await codec.decode(payloads)
  const [payload] = payloads
  const text: unknown = payload === undefined ? null : payloadConverter.fromPayload(payload)
  return typeof text === 'string' ? text : null
}

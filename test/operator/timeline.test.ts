import { WorkflowNotFoundError, type Client } from '@temporalio/client'
import { readTimeline, type Timeline } from '../../src/operator/desk/timeline'

const RUN = '01a20b9e-9bf7-72a6-a443-f8f12da8b17b'
const at = (eventId: number, seconds: number): object => ({ eventId, eventTime: { seconds, nanos: 5_000_000 } })
const says = (text: string): object => ({ userMetadata: { summary: { data: Buffer.from(text) } } })
/** The part of Temporal's client that is used here. */
const read = (fetchHistory: () => Promise<object>, runId = RUN): Promise<Timeline> => {
  const loadedDataConverter = { payloadConverter: { fromPayload: ({ data }: { data: Buffer }) => data.toString() }, payloadCodecs: [] }
  const client = {
    options: { loadedDataConverter },
    workflow: { getHandle: () => ({ fetchHistory }) },
    withAbortSignal: (_signal: AbortSignal, work: () => unknown) => work(),
  }
  return readTimeline(() => Promise.resolve(client as unknown as Client), 'box-u3', runId)
}

describe('the steps of a saga', () => {
  it('are its own summaries in their order, each with its end', async () => {
    const events = [
      { ...at(1, 1), ...says('u3: a box'), workflowExecutionStartedEventAttributes: { workflowType: { name: 'box' } } },
      { ...at(2, 2), markerRecordedEventAttributes: { markerName: 'core_patch' } },
      { ...at(3, 3), ...says('risk checks and reserve'), markerRecordedEventAttributes: { markerName: 'core_local_activity' } },
      { ...at(4, 4), ...says('buy 10.00 YES'), activityTaskScheduledEventAttributes: { activityType: { name: 'place' } } },
      { ...at(5, 5), activityTaskCompletedEventAttributes: { scheduledEventId: 4 } },
      { ...at(6, 6), activityTaskScheduledEventAttributes: { activityType: { name: 'finish' } } },
      { ...at(7, 7), workflowExecutionSignaledEventAttributes: { signalName: 'halt' } },
      { ...at(8, 8), activityTaskTimedOutEventAttributes: { scheduledEventId: 6 } },
      { ...at(9, 9), activityTaskScheduledEventAttributes: { activityType: { name: 'cure' } } },
    ]
    const { steps } = await read(() => Promise.resolve({ events }))
    expect(steps?.map(({ atMs, kind, name, summary, end, endedMs }) => [atMs, kind, name, summary, end, endedMs])).toEqual([
      [1_005, 'started', 'box', 'u3: a box', null, null],
      [3_005, 'step', 'local activity', 'risk checks and reserve', 'completed', 3_005],
      [4_005, 'step', 'place', 'buy 10.00 YES', 'completed', 5_005],
      [6_005, 'step', 'finish', null, 'failed', 8_005],
      [7_005, 'signal', 'halt', null, null, null],
      [9_005, 'step', 'cure', null, 'open', null],
    ])
  })

  it('are not known, and why is said: no run, a history that is over, a server that is away', async () => {
    const gone = new WorkflowNotFoundError('gone', 'box-u3', RUN)
    expect((await read(() => Promise.resolve({}), 'adopted')).why).toContain('it was adopted')
    expect((await read(() => Promise.reject(gone))).why).toContain('no history of this run any more')
    expect((await read(() => Promise.reject(new Error('connect ECONNREFUSED')))).why).toBe('Temporal does not answer')
  })
})

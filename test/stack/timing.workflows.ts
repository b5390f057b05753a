import { proxyActivities, sleep } from '@temporalio/workflow'

export interface TimingActivities {
  step(): Promise<void>
  /** Fails when it is called for the first time by a workflow. */
  failOnce(): Promise<void>
}

const { step } = proxyActivities<TimingActivities>({ startToCloseTimeout: '10s', retry: { maximumAttempts: 1 } })
const { failOnce } = proxyActivities<TimingActivities>({
  startToCloseTimeout: '10s',
  retry: { initialInterval: '100ms', maximumAttempts: 2 },
})

/** How long each of several timers took, in the workflow's own time. */
export async function timers(ms: number, count: number): Promise<number[]> {
  const took: number[] = []
  for (let i = 0; i < count; i += 1) {
    const before = Date.now()
    await sleep(ms)
    took.push(Date.now() - before)
  }
  return took
}

/** An activity that fails at first and is retried after 100 ms. */
export async function retry(): Promise<void> {
  await failOnce()
}

/** As many steps as a trade has. */
export async function fiveSteps(): Promise<void> {
  for (let i = 0; i < 5; i += 1) await step()
}

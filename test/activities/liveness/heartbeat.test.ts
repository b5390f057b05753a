import { MockActivityEnvironment } from '@temporalio/testing'
import { beating } from '../../../src/activities/liveness/heartbeat'

/** How often a step tells that its process lives while it runs for two seconds. */
async function beatsOf(heartbeatTimeoutMs: number | undefined): Promise<number> {
  const environment = new MockActivityEnvironment({ heartbeatTimeoutMs } as ConstructorParameters<typeof MockActivityEnvironment>[0])
  let beats = 0
  environment.on('heartbeat', () => beats++)
  const activities = beating({ finish: () => new Promise<string>((resolve) => setTimeout(() => resolve('final'), 2_000)) })
  const running = environment.run(activities.finish)
  await jest.advanceTimersByTimeAsync(2_000)
  expect(await running).toBe('final')
  await jest.advanceTimersByTimeAsync(2_000) // it has ended
  return beats
}

describe('a step that takes long', () => {
  beforeEach(() => jest.useFakeTimers())
  afterEach(() => jest.useRealTimers())

  it('E19 tells again and again that its process lives, five times within its heartbeat limit, and not after its end', async () => {
    expect(await beatsOf(2_000)).toBeGreaterThanOrEqual(4)
    expect(await beatsOf(2_000)).toBeLessThanOrEqual(5)
  })

  it('tells nothing without a heartbeat limit', async () => {
    expect(await beatsOf(undefined)).toBe(0)
  })
})

import { createReserveActivities } from '../../src/activities/reserve'
import { millis } from '../../src/core/units'
import type { Clock } from '../../src/ports/clock'
import type { Plan } from '../../src/core/trade/plan'
import { asActivity, environment, MemoryLedger, OpenGuard, PLAN } from './doubles'

/** Its monotonic clock has moved 3 ms at each look. */
const ticking = (): Clock => {
  let ns = 0n
  return { nowMs: () => millis(0), monoNs: () => (ns += 3_000_000n), sleep: () => Promise.resolve() }
}

const inRun = (): ReturnType<typeof environment> => environment({ workflowExecution: { workflowId: 'box-u3', runId: 'run-1' } })

describe('E5 the reserve', () => {
  it('E6 is keyed by the run, and its grant is remembered for the gate', async () => {
    const ledger = new MemoryLedger()
    const guard = new OpenGuard()
    const told: [Plan, number][] = []
    const activities = createReserveActivities({ ledger, guard, clock: ticking(), onReserved: (plan, ms) => told.push([plan, ms]) })
    expect(await asActivity(() => activities.checkRiskAndReserve(PLAN), inRun())).toEqual({ kind: 'granted', verdicts: [] })
    expect(ledger.runIds).toEqual(['run-1'])
    expect(guard.remembered.get('T1')).toBe(PLAN)
    expect(told).toEqual([[PLAN, 3]])
  })

  it('a refusal opens no gate', async () => {
    const ledger = new MemoryLedger()
    const guard = new OpenGuard()
    ledger.verdict = 'refused'
    let told = 0
    const activities = createReserveActivities({ ledger, guard, clock: ticking(), onReserved: () => told++ })
    expect(await asActivity(() => activities.checkRiskAndReserve(PLAN), inRun())).toMatchObject({ kind: 'refused' })
    expect(guard.remembered.size).toBe(0)
    expect(told).toBe(0)
  })
})

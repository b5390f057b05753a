import { createReserveActivities } from '../../src/activities/reserve'
import { asActivity, environment, MemoryLedger, OpenGuard, PLAN } from './doubles'

const inRun = (): ReturnType<typeof environment> => environment({ workflowExecution: { workflowId: 'box-u3', runId: 'run-1' } })

describe('E5 the reserve', () => {
  it('E6 is keyed by the run, and its grant is remembered for the gate', async () => {
    const ledger = new MemoryLedger()
    const guard = new OpenGuard()
    const activities = createReserveActivities(ledger, guard)
    expect(await asActivity(() => activities.checkRiskAndReserve(PLAN), inRun())).toEqual({ kind: 'granted', verdicts: [] })
    expect(ledger.runIds).toEqual(['run-1'])
    expect(guard.remembered.get('T1')).toBe(PLAN)
  })

  it('a refusal opens no gate', async () => {
    const ledger = new MemoryLedger()
    const guard = new OpenGuard()
    ledger.verdict = 'refused'
    const activities = createReserveActivities(ledger, guard)
    expect(await asActivity(() => activities.checkRiskAndReserve(PLAN), inRun())).toMatchObject({ kind: 'refused' })
    expect(guard.remembered.size).toBe(0)
  })
})

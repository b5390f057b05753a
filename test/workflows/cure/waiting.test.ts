import { money } from '../../../src/core/units'
import { boxPlan } from '../../saga/plan'
import { progressOf, rigOfFile } from '../rig'
import { completing, rejected, script, WAIT } from '../script'

const rig = rigOfFile()
const HOUR_MS = 3_600_000

describe('E24 a venue that is closed', () => {
  it('is waited out over hours, then the trade is cured', async () => {
    const startedMs = await rig.environment.currentTimeMs()
    let nowMs = startedMs
    const plays = script({
      place: { b2: () => rejected('closed') },
      cure: async (unpaired) => {
        nowMs = await rig.environment.currentTimeMs()
        return nowMs - startedMs < 3 * HOUR_MS ? WAIT : completing(unpaired)
      },
    })
    const result = await rig.run(boxPlan('Closed'), plays)
    expect([result.label, result.locked, result.cures]).toMatchObject(['locked', 1_000, [{ chosen: { way: 'complete' } }]])
    expect(nowMs - startedMs).toBeGreaterThanOrEqual(3 * HOUR_MS)
    // quiet: a question every two minutes
    expect(plays.happened.filter((what) => what.startsWith('cure')).length).toBeLessThan(110)
  }, 60_000)

  it.each(['waiting-for-venue', 'over-budget'] as const)(
    '%s is a state that the operator sees',
    async (state) => {
      let opened = false
      const plays = script({
        place: { b2: () => rejected('closed') },
        cure: (unpaired) => (opened ? completing(unpaired) : { way: 'wait', state, loss: money(0) }),
      })
      const trade = await rig.start(boxPlan(state === 'over-budget' ? 'Over' : 'Waits'), plays)
      expect(await progressOf(trade, (progress) => progress.state === state)).toMatchObject({ state, step: 'cure', halts: [] })
      opened = true
      expect((await rig.result(trade)).label).toBe('locked')
    },
    20_000,
  )
})

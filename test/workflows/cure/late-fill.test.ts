import { quantity } from '../../../src/core/units'
import { boxPlan } from '../../saga/plan'
import { rigOfFile } from '../rig'
import { completing, done, rejected, script } from '../script'

const rig = rigOfFile()
const [NONE, ONE, TEN] = [quantity(0), quantity('1'), quantity('10')]

describe('E14 a fill that comes after the final that a cure was sized by', () => {
  /** Chaos seed 443: the cure of ten was refused, as I3 wants, for nine were left; it was asked for, ever more slowly, until somebody looked. */
  it('is asked for when the order port refuses the cure for its lots, and the cure is of what is left', async () => {
    const plays = script({
      place: { b2: () => done('0'), c3: () => rejected('lots') },
      finals: { b2: [NONE, ONE] },
    })
    const result = await rig.run(boxPlan('Short'), plays)
    expect(result).toMatchObject({ label: 'locked', locked: 1_000, flat: 0, held: 0, dust: 0 })
    expect(plays.happened.slice(plays.happened.indexOf('cure 1000'))).toEqual([
      ...['cure 1000', 'place c3 1000', 'finish a1', 'finish b2'],
      ...['cure 900', 'place c4 900', 'finish c4', 'close locked'],
    ])
  })

  it('ends the trade when nothing is left to cure', async () => {
    const plays = script({
      place: { b2: () => done('0'), c3: () => rejected('lots') },
      finals: { b2: [NONE, TEN] },
    })
    const result = await rig.run(boxPlan('Whole'), plays)
    expect([result.label, result.locked, plays.happened.at(-1)]).toEqual(['locked', 1_000, 'close locked'])
    expect(plays.happened.filter((what) => what.startsWith('cure'))).toEqual(['cure 1000'])
  })

  it('that only a later read tells is waited for', async () => {
    const refused = { c3: () => rejected('lots'), c4: () => rejected('lots') }
    const plays = script({ place: { b2: () => done('0'), ...refused }, finals: { b2: [NONE, NONE, ONE] }, cure: completing })
    const result = await rig.run(boxPlan('Later'), plays)
    expect([result.label, result.locked]).toEqual(['locked', 1_000])
    expect(plays.happened.filter((what) => what.startsWith('cure'))).toEqual(['cure 1000', 'cure 1000', 'cure 900'])
  })

  it('nothing is asked again after another refusal', async () => {
    const plays = script({ place: { b2: () => done('0'), c3: () => rejected('guard') } })
    await rig.run(boxPlan('Guarded'), plays)
    expect(plays.happened.filter((what) => what === 'finish a1')).toHaveLength(1)
  })
})

import { tradeId } from '../../src/core/ids'
import type { Estate, EstateOrder } from '../../src/core/trade/plan'
import { money } from '../../src/core/units'
import type { Done, Rejected } from '../../src/core/trade/outcome'
import { boxPlan, SUBJECT } from '../saga/plan'
import { rigOfFile } from './rig'
import { done, HOLD, rejected, script, selling } from './script'

const rig = rigOfFile()

/** What a predecessor left of a trade of ten: what is known of its legs; the reserved cure is only an intent. */
const estateOf = (id: string, first: Done | Rejected | null, second: Done | Rejected | null): Estate => {
  const plan = boxPlan(id)
  const [a, b] = plan.legs
  const orders: EstateOrder[] = [
    { order: a.order, known: first },
    { order: b.order, known: second },
    { order: plan.cure, known: null },
  ]
  return { plan, lossBudget: money('3'), orders, verdicts: [] }
}
const NEVER = { c3: () => rejected('never-accepted') }

describe('E25 a successor', () => {
  it('E12 knows every order that may have been sent before it cures, with a number and a budget of its own', async () => {
    const budgets: number[] = []
    const plays = script({
      estate: () => estateOf('Orphan', done('10'), null),
      resolve: { b2: () => done('4'), ...NEVER },
      cure: (unpaired, budgetLeft) => {
        budgets.push(budgetLeft)
        return selling(unpaired)
      },
    })
    const result = await rig.result(await rig.succeed(tradeId('Orphan'), 'terminated', plays))
    expect(result).toMatchObject({ label: 'partly-locked', locked: 400, flat: 600, takenOver: 'terminated', reason: 'terminated' })
    expect(plays.happened).toEqual([
      ...['take over', 'resolve b2', 'resolve c3', 'finish b2'],
      ...['cure 600', 'place c4 600', 'finish c4', 'close partly-locked'],
    ])
    expect(budgets).toEqual([3_000_000])
  })

  it('only closes when nothing is unpaired and all is booked', async () => {
    const plays = script({ estate: () => estateOf('Whole', done('10'), done('10')), resolve: NEVER })
    const result = await rig.result(await rig.succeed(tradeId('Whole'), 'a late fill', plays))
    expect(result).toMatchObject({ label: 'locked', locked: 1_000 })
    expect(plays.happened).toEqual(['take over', 'resolve c3', 'close locked'])
  })

  it('E23 hands on to `settle` what it may hold', async () => {
    const plays = script({ estate: () => estateOf('Holds', done('10'), done('9')), resolve: NEVER, cure: () => HOLD })
    const result = await rig.result(await rig.succeed(tradeId('Holds'), 'terminated', plays))
    expect(result).toMatchObject({ label: 'held', locked: 900, held: 100, reason: 'terminated; settle owns what remains' })
  })

  it('E26 is found by a halt of its pair, and shown', async () => {
    await rig.result(
      await rig.succeed(
        tradeId('Shown'),
        'terminated',
        script({
          estate: () => estateOf('Shown', rejected('too-late'), null),
          resolve: { b2: () => rejected('never-accepted'), ...NEVER },
        }),
      ),
    )
    const events = rig.histories.find(({ workflowId }) => workflowId === 'cure-Shown')?.history.events ?? []
    const upserted = events.flatMap((event) =>
      Object.keys(event.upsertWorkflowSearchAttributesEventAttributes?.searchAttributes?.indexedFields ?? {}),
    )
    expect(upserted).toEqual(expect.arrayContaining(['CrossbookMode', 'CrossbookStrategy', 'CrossbookSubject', 'CrossbookOutcome']))
    expect(await rig.details('cure-Shown')).toContain('### cure of Shown: terminated')
    expect(await rig.details('cure-Shown')).toContain(SUBJECT)
  })

  it('of a trade that the ledger does not know fails, and says so', async () => {
    const trade = await rig.succeed(tradeId('Nobody'), 'by hand', script())
    await expect(trade.result()).rejects.toMatchObject({
      cause: { cause: { message: 'trade Nobody is not in the ledger', type: 'NoSuchTrade' } },
    })
  })
})

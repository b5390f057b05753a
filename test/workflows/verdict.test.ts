import type { OrderVerdict } from '../../src/core/trade/outcome'
import { parseOrderId } from '../../src/core/ids'
import { quantity } from '../../src/core/units'
import { UPDATES } from '../../src/workflows/messages'
import { boxPlan } from '../saga/plan'
import { progressOf, rigOfFile, type Trade } from './rig'
import { completing, done, LOST, rejected, script, silence, type Script } from './script'

const rig = rigOfFile()
const idOf = (trade: string, slot: string) => parseOrderId(`cb-${trade}-${slot}`).clientOrderId
const verdict = (trade: string, change: Partial<OrderVerdict> = {}): OrderVerdict => ({
  order: idOf(trade, 'a1'),
  outcome: done('6'),
  by: 'ana',
  role: 'operator',
  evidence: 'statement of 20 November, line 12',
  secondBy: null,
  ...change,
})

/** A trade whose first leg nobody can find. */
async function unresolved(id: string, change: Parameters<typeof boxPlan>[2] = {}, parts: Partial<Script> = {}) {
  const plays = script({ place: { a1: () => LOST }, resolve: { a1: silence }, ...parts })
  const trade = await rig.start(boxPlan(id, quantity('10'), change), plays)
  await progressOf(trade, ({ state }) => state === 'resolving')
  return { plays, trade, give: (given: OrderVerdict) => trade.executeUpdate<void, [OrderVerdict]>(UPDATES.verdict, { args: [given] }) }
}
const refusalOf = (given: Promise<unknown>): Promise<string> =>
  given.then(
    () => 'taken',
    (error: Error & { cause?: Error }) => error.cause?.message ?? error.message,
  )
const updatesIn = async (trade: Trade): Promise<number> => {
  const { events } = await trade.fetchHistory()
  return (events ?? []).filter((event) => event.workflowExecutionUpdateAcceptedEventAttributes).length
}

describe('E12 the operator’s verdict', () => {
  it('ends the resolving, stands without the venue, and makes the trade surrendered', async () => {
    const { plays, trade, give } = await unresolved('Judged')
    await give(verdict('Judged'))
    const result = await rig.result(trade)
    expect(result).toMatchObject({ label: 'surrendered', locked: 600, verdicts: [verdict('Judged')] })
    expect(plays.happened.slice(1)).toEqual([
      ...['place a1 1000', 'resolve a1', 'finish a1 by verdict', 'place b2 600'],
      ...['finish b2', 'close surrendered'],
    ])
    expect(await rig.details('box-Judged')).toMatch(
      /\*\*verdict\*\* cb-Judged-a1: filled 6.00, says ana \(operator\): statement of 20 November/,
    )
  })

  it('that nothing filled is booked too, before anything rests on it', async () => {
    const { plays, trade, give } = await unresolved('Dead')
    await give(verdict('Dead', { outcome: rejected('never-accepted') }))
    expect(await rig.result(trade)).toMatchObject({ label: 'surrendered', locked: 0, flat: 0 })
    expect(plays.happened.slice(-2)).toEqual(['finish a1 by verdict', 'close surrendered'])
  })

  it('on a second leg is followed by the cure of the rest', async () => {
    const plays = script({ place: { b2: () => LOST }, resolve: { b2: silence }, cure: completing })
    const trade = await rig.start(boxPlan('Second'), plays)
    await progressOf(trade, ({ state }) => state === 'resolving')
    const given = verdict('Second', { order: idOf('Second', 'b2') })
    await trade.executeUpdate<void, [OrderVerdict]>(UPDATES.verdict, { args: [given] })
    expect(await rig.result(trade)).toMatchObject({ label: 'surrendered', locked: 1_000 })
    expect(plays.happened).toContain('place c3 400')
  })

  it('comes too late when the venue has answered', async () => {
    const { trade, give } = await unresolved(
      'Answered',
      {},
      { resolve: { a1: () => new Promise((resolve) => setTimeout(() => resolve(done('10')), 50)) } },
    )
    expect((await rig.result(trade)).label).toBe('locked')
    expect(await refusalOf(give(verdict('Answered')))).toMatch(/not found|completed/)
  })
})

describe('E12 a verdict is refused', () => {
  it.each<[string, Partial<OrderVerdict>, RegExp]>([
    ['OtherOrder', { order: idOf('OtherOrder', 'b2') }, /cb-OtherOrder-b2 is not being resolved/],
    ['NoEvidence', { evidence: ' ' }, /needs evidence/],
    ['NoName', { by: '' }, /say who/],
    ['TooMuch', { outcome: done('11') }, /cannot have filled 1100/],
    ['Nonsense', { outcome: { kind: 'done', filled: -1 as never } }, /not -1/],
  ])('%s, and leaves no trace', async (id, change, reason) => {
    const { trade, give } = await unresolved(id)
    expect(await refusalOf(give(verdict(id, change)))).toMatch(reason)
    expect(await updatesIn(trade)).toBe(0)
    expect(await progressOf(trade, ({ state }) => state === 'resolving')).toMatchObject({ step: 'resolve a1' })
    await give(verdict(id))
    expect((await rig.result(trade)).label).toBe('surrendered')
  })

  it('in live without a second person, or with the same one', async () => {
    const { trade, give } = await unresolved('Live', { mode: 'live' })
    expect(await refusalOf(give(verdict('Live')))).toMatch(/a second person must sign/)
    expect(await refusalOf(give(verdict('Live', { secondBy: 'ana ' })))).toMatch(/a second person must sign/)
    await give(verdict('Live', { secondBy: 'bo' }))
    expect((await rig.result(trade)).verdicts).toMatchObject([{ by: 'ana', secondBy: 'bo' }])
  })
})

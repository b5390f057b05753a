import { tradeId } from '../../../src/core/ids'
import type { EstateOrder, TradeResult } from '../../../src/core/trade/plan'
import { money, quantity } from '../../../src/core/units'
import { KALSHI_MARKET } from '../../saga/plan'
import { rigOfFile } from '../rig'
import { done, LOST, refusal, rejected, script } from '../script'
import { edgePlan } from './plan'

const rig = rigOfFile()
const vector = ({ label, locked, flat, held, dust }: TradeResult): object => ({ label, locked, flat, held, dust })
const NOTHING = { locked: 0, flat: 0, held: 0, dust: 0 }

describe('§5 how an edge ends', () => {
  it('refused: nothing is sent, every failed check is the reason', async () => {
    const plays = script({ reserve: () => refusal('price bounds', '$0.91') })
    const result = await rig.run(edgePlan('EdgeRefused'), plays)
    expect([vector(result), result.reason]).toEqual([{ label: 'refused', ...NOTHING }, 'price bounds: $0.91'])
    expect(plays.happened).toEqual(['reserve', 'close refused'])
  })

  it('refused: no byte left', async () => {
    const result = await rig.run(edgePlan('EdgeLate'), script({ place: { a1: () => rejected('too-late') } }))
    expect([vector(result), result.reason]).toEqual([{ label: 'refused', ...NOTHING }, 'too-late: as scripted'])
  })

  it('missed: it was sent, and nothing filled', async () => {
    expect(vector(await rig.run(edgePlan('EdgeMissed'), script({ place: { a1: () => done('0') } })))).toEqual({
      label: 'missed',
      ...NOTHING,
    })
  })

  it('held: E25 `settle` owns what was bought, and nothing is cured', async () => {
    const plays = script()
    const result = await rig.run(edgePlan('EdgeHeld'), plays)
    expect([vector(result), result.reason]).toEqual([{ label: 'held', ...NOTHING, held: 1_000 }, 'settle owns what remains'])
    expect(plays.happened).toEqual(['reserve', 'place a1 1000', 'finish a1', 'close held'])
  })

  it('E12, E14 an unknown order is found, and its final counts', async () => {
    const plays = script({ place: { a1: () => LOST }, resolve: { a1: () => done('4') }, finals: { a1: quantity('6.25') } })
    expect(vector(await rig.run(edgePlan('EdgeFound'), plays))).toEqual({ label: 'held', ...NOTHING, held: 600, dust: 25 })
    expect(plays.happened).toEqual(['reserve', 'place a1 1000', 'resolve a1', 'finish a1', 'close held'])
  })

  it('E26 a halt stops what was not sent', async () => {
    const plays = script()
    const halt = { scope: 'strategy:edge', by: 'test', reason: 'test', epoch: 1 } as const
    const result = await rig.result(await rig.start(edgePlan('EdgeHalted'), plays, { halt }))
    expect([vector(result), plays.happened]).toEqual([{ label: 'refused', ...NOTHING }, ['reserve', 'close refused']])
  })

  it('shows its one leg', async () => {
    await rig.run(edgePlan('EdgeShown'), script())
    expect(await rig.details('edge-EdgeShown')).toContain(`### ${KALSHI_MARKET}: Kalshi YES 0.4200, 10.00 contracts, edge $0.62`)
  })
})

describe('E25 the successor of an edge', () => {
  it.each([
    ['unknown', null, ['resolve a1', 'finish a1']],
    ['known', done('10'), []],
  ] as const)('ends it when its order is %s', async (how, known, learnt) => {
    const id = `EdgeOrphan${how}`
    const plan = edgePlan(id)
    const orders: EstateOrder[] = [{ order: plan.legs[0].order, known }]
    const plays = script({ estate: () => ({ plan, lossBudget: money('3'), orders, verdicts: [] }), resolve: { a1: () => done('10') } })
    const result = await rig.result(await rig.succeed(tradeId(id), 'terminated', plays))
    expect(result).toMatchObject({ label: 'held', held: 1_000, takenOver: 'terminated', reason: 'terminated; settle owns what remains' })
    expect(plays.happened).toEqual(['take over', ...learnt, 'close held'])
  })
})

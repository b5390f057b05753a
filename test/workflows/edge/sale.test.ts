import { tradeId } from '../../../src/core/ids'
import type { EstateOrder, TradeResult } from '../../../src/core/trade/plan'
import { money } from '../../../src/core/units'
import { cureOrder } from '../../saga/plan'
import { rigOfFile } from '../rig'
import { done, LOST, rejected, sale, script, type Script } from '../script'
import { edgePlan } from './plan'

const rig = rigOfFile()
const REASON = 'sale of 10.00 YES ≥ 0.6100'
const vector = ({ label, locked, flat, held, dust }: TradeResult): object => ({ label, locked, flat, held, dust })

/** Ten contracts bought and held, and what was sold of them before. */
function ended(id: string, parts: Omit<Script, 'happened' | 'estate'>, ...soldBefore: readonly string[]) {
  const plan = edgePlan(id)
  const bought: EstateOrder = { order: plan.legs[0].order, known: done('10') }
  const sold = soldBefore.map((of, n): EstateOrder => {
    const order = cureOrder({ tradeId: plan.tradeId, quantity: done(of).filled, n: n + 3 }, 'kalshi')
    return { order, known: done(of) }
  })
  return script({ ...parts, estate: () => ({ plan, lossBudget: money('3'), orders: [bought, ...sold], verdicts: [] }) })
}
async function sell(id: string, plays: Script): Promise<TradeResult> {
  return rig.result(await rig.succeed(tradeId(id), REASON, plays, { way: 'sell' }))
}

describe('ruling 13: a sale of what an edge holds', () => {
  it('sells all of it, and the trade is flat', async () => {
    const plays = ended('SoldAll', { sale: sale() })
    const result = await sell('SoldAll', plays)
    expect(vector(result)).toEqual({ label: 'unwound', locked: 0, flat: 1_000, held: 0, dust: 0 })
    expect([result.reason, result.takenOver]).toEqual([REASON, REASON])
    expect(plays.happened).toEqual(['take over', 'sale 1000', 'place c2 1000', 'finish c2', 'close unwound'])
  })

  it('E25 sells what is bid for, and `settle` owns the rest', async () => {
    const result = await sell('SoldSome', ended('SoldSome', { sale: sale('4') }))
    expect([vector(result), result.reason]).toEqual([
      { label: 'held', locked: 0, flat: 400, held: 600, dust: 0 },
      `${REASON}; settle owns what remains`,
    ])
  })

  it('I3 asks with what is left after earlier sales, and counts them too', async () => {
    const plays = ended('SoldAgain', { sale: sale() }, '4')
    const result = await sell('SoldAgain', plays)
    expect(vector(result)).toEqual({ label: 'unwound', locked: 0, flat: 1_000, held: 0, dust: 0 })
    expect(plays.happened.slice(1, 3)).toEqual(['sale 600', 'place c5 600'])
  })

  it('E14 counts the final, and calls what is left of a contract dust', async () => {
    const plays = ended('SoldDust', { sale: sale(), place: { c2: () => done('9') }, finals: { c2: done('9.5').filled } })
    expect(vector(await sell('SoldDust', plays))).toEqual({ label: 'unwound', locked: 0, flat: 950, held: 0, dust: 50 })
  })

  it('E12, I2 knows an order whose answer was lost before anything is booked', async () => {
    const plays = ended('SoldLost', { sale: sale(), place: { c2: () => LOST }, resolve: { c2: () => done('10') } })
    expect((await sell('SoldLost', plays)).label).toBe('unwound')
    expect(plays.happened).toEqual(['take over', 'sale 1000', 'place c2 1000', 'resolve c2', 'finish c2', 'close unwound'])
  })

  it.each([
    ['the books say otherwise when they are asked', {}, 'not sold: worth more than is bid', ['sale 1000']],
    [
      'the bid has gone',
      { sale: sale(), place: { c2: () => done('0') } },
      'not sold: the bid had gone',
      ['sale 1000', 'place c2 1000', 'finish c2'],
    ],
    [
      'the order port refuses it',
      { sale: sale(), place: { c2: () => rejected('lease') } },
      'not sold: lease: as scripted',
      ['sale 1000', 'place c2 1000'],
    ],
  ])('holds where %s', async (how, parts, why, steps) => {
    const id = `Kept${how.length}`
    const plays = ended(id, parts)
    const result = await sell(id, plays)
    expect([vector(result), result.reason]).toEqual([
      { label: 'held', locked: 0, flat: 0, held: 1_000, dust: 0 },
      `${REASON}: ${why}; settle owns what remains`,
    ])
    expect(plays.happened).toEqual(['take over', ...steps, 'close held'])
  })

  it('sends nothing where nothing is left', async () => {
    const plays = ended('SoldOut', { sale: sale() }, '10')
    expect((await sell('SoldOut', plays)).reason).toBe(`${REASON}: nothing is left to sell`)
    expect(plays.happened).toEqual(['take over', 'close unwound'])
  })

  it('E14 a successor without that word sells nothing, and counts what was sold', async () => {
    const plays = ended('SoldBefore', { sale: sale() }, '4')
    const result = await rig.result(await rig.succeed(tradeId('SoldBefore'), 'a late fill', plays))
    expect(vector(result)).toEqual({ label: 'held', locked: 0, flat: 400, held: 600, dust: 0 })
    expect(plays.happened).toEqual(['take over', 'close held'])
  })

  it('shows what it chose', async () => {
    await sell('SoldShown', ended('SoldShown', { sale: sale() }))
    expect(await rig.details('cure-SoldShown')).toMatch(/\*\*sale\*\* sell 10\.00 YES ≥ .*, \$0\.63 net is bid for one/)
  })
})

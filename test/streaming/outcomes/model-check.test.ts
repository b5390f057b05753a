import type { BoxPlan, CureChoice, TradeResult } from '../../../src/core/trade/plan'
import { money, NO_QUANTITY, quantity } from '../../../src/core/units'
import type { Log } from '../../../src/ports/log'
import { lossOf, ModelCheck, standingOf } from '../../../src/streaming/outcomes/model-check'
import { boxPlan } from '../../saga/plan'

/** Modelled 0.44, at most 4.37. */
const PLAN: BoxPlan = boxPlan('t1')
const CURE: CureChoice = { chosen: { way: 'hold', loss: money(0) }, over: [], budgetLeft: money(0) }
const ended = (change: Partial<TradeResult>): TradeResult => ({
  tradeId: PLAN.tradeId,
  label: 'unwound',
  locked: NO_QUANTITY,
  flat: quantity('10'),
  held: NO_QUANTITY,
  dust: NO_QUANTITY,
  realisedPnl: money(0),
  maxRemainingLoss: money(0),
  reason: '',
  cures: [CURE],
  ...change,
})
const lost = (amount: string): Partial<TradeResult> => ({ realisedPnl: money(`-${amount}`) })

function check(): {
  readonly checked: ModelCheck
  readonly lines: { readonly level: string; readonly text: string; readonly fields: object }[]
} {
  const lines: { level: string; text: string; fields: object }[] = []
  const at = (level: string) => (fields: object, text: string) => void lines.push({ level, text, fields })
  const log: Log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
  return { checked: new ModelCheck({ log }), lines }
}

describe('a trade that ended (E10: both losses travel with it, and are held against what happened)', () => {
  it('is within the model when it lost no more than modelled', () => {
    expect(standingOf(PLAN, ended(lost('0.44')))).toBe('withinModel')
    expect(standingOf(PLAN, ended({ realisedPnl: money('0.62'), label: 'locked', cures: [] }))).toBe('withinModel')
    expect(standingOf(PLAN, ended({ label: 'missed', cures: [] }))).toBe('withinModel')
  })
  it('is beyond the model when the books moved', () => {
    expect(standingOf(PLAN, ended(lost('0.440001')))).toBe('beyondModel')
    expect(standingOf(PLAN, ended(lost('4.37')))).toBe('beyondModel')
  })
  it('is beyond the maximum when it lost more than could be lost', () => {
    expect(standingOf(PLAN, ended(lost('4.370001')))).toBe('beyondMaximum')
  })
  it('counts what open lots may still lose as lost', () => {
    const held = ended({ label: 'held', held: quantity('10'), realisedPnl: money('-0.17'), maxRemainingLoss: money('4.20') })
    expect(lossOf(held)).toBe(4_370_000)
    expect(standingOf(PLAN, held)).toBe('beyondModel')
    expect(standingOf(PLAN, { ...held, maxRemainingLoss: money('4.21') })).toBe('beyondMaximum')
  })
  it('may lose nothing when both legs filled and nothing had to be cured: the bounds said so', () => {
    const locked = ended({ label: 'locked', locked: quantity('10'), flat: NO_QUANTITY, cures: [], ...lost('0.000001') })
    expect(standingOf(PLAN, locked)).toBe('beyondMaximum')
    expect(standingOf(PLAN, { ...locked, cures: [CURE] })).toBe('withinModel')
    expect(standingOf(PLAN, { ...locked, dust: quantity('0.37') })).toBe('withinModel')
  })
  it('is not judged when it rests on a verdict', () => {
    expect(standingOf(PLAN, ended({ label: 'surrendered', ...lost('100') }))).toBe('notJudged')
  })
})

describe('the check of outcomes', () => {
  it('counts each, warns of the one and alarms of the other with the figures', () => {
    const { checked, lines } = check()
    for (const amount of ['0.10', '1.00', '5.00']) checked.ended(PLAN, ended(lost(amount)))
    checked.ended(PLAN, ended({ label: 'surrendered' }))
    expect(checked.counts).toEqual({ withinModel: 1, beyondModel: 1, beyondMaximum: 1, notJudged: 1 })
    expect(lines.map(({ level, text }) => [level, text])).toEqual([
      ['warn', 'a trade lost more than its model: the books moved while it ran'],
      ['error', 'loss beyond the maximum'],
    ])
    expect(lines[1]?.fields).toEqual({
      tradeId: 't1',
      ended: 'unwound',
      lost: '5.00',
      modelled: '0.44',
      atItsLimit: 'not known',
      most: '4.37',
    })
  })
  it('says the loss at the limit of plans that carry it', () => {
    const { checked, lines } = check()
    checked.ended(boxPlan('t2', quantity('10'), { opportunity: { ...PLAN.opportunity, limitLoss: money('0.90') } }), ended(lost('5.00')))
    expect(lines[0]?.fields).toMatchObject({ atItsLimit: '0.90' })
  })
})

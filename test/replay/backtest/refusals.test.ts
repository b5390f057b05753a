import { subjectId } from '../../../src/core/ids'
import { millis } from '../../../src/core/units'
import type { OpportunityRow } from '../../../src/ports/record'
import { Refusals } from '../../../src/replay/backtest/refusals'

const [U3, CPI] = [subjectId('u3'), subjectId('cpi')]
const TAKEN_HERE = 'taken here before'
const row = (subject: typeof U3, outcome: OpportunityRow['outcome'], refusals = ''): OpportunityRow => ({
  ...{ kind: 'opportunity', subject, direction: 'A', mode: 'sim', n: 1, outcome, reason: 'none', tradeId: null, trades: 0 },
  ...{ firstSeenMs: millis(1), lastSeenMs: millis(2), endedMs: millis(3), looks: 1, finds: 1, best: null, last: null, refusals },
})
let refusals: Refusals
beforeEach(() => (refusals = new Refusals()))

it('a find that is tried again and again is many tries of one opportunity', () => {
  for (let n = 0; n < 5; n++) refusals.refuse(refusals.of(U3), TAKEN_HERE)
  expect([refusals.looks, refusals.opportunities]).toEqual([{ [TAKEN_HERE]: 5 }, { [TAKEN_HERE]: 1 }])
})

it('the next opportunity of a pair is another one, and so is that of another pair', () => {
  refusals.refuse(refusals.of(U3), TAKEN_HERE)
  refusals.refuse(refusals.of(CPI), TAKEN_HERE)
  refusals.ended(row(U3, 'taken'))
  refusals.refuse(refusals.of(U3), TAKEN_HERE)
  expect([refusals.looks, refusals.opportunities]).toEqual([{ [TAKEN_HERE]: 3 }, { [TAKEN_HERE]: 3 }])
})

it('what gates refused is counted when the opportunity ends, once by each reason; their looks they count themselves', () => {
  refusals.ended(row(U3, 'refused', 'cool-down 3, calendar 1'))
  refusals.ended(row(U3, 'refused', 'cool-down 40'))
  expect([refusals.looks, refusals.opportunities]).toEqual([{}, { 'cool-down': 2, calendar: 1 }])
})

it('what the launcher took and no trade was made of was refused', () => {
  refusals.refuse(refusals.of(U3), TAKEN_HERE)
  expect(refusals.ended(row(U3, 'taken'))).toBe('refused')
  refusals.of(U3).wasTraded = true
  refusals.refuse(refusals.of(U3), TAKEN_HERE)
  expect(refusals.ended(row(U3, 'taken'))).toBe('taken')
  expect((['superseded', 'vanished', 'refused'] as const).map((outcome) => refusals.ended(row(U3, outcome)))).toEqual([
    ...['superseded', 'vanished', 'refused'],
  ])
})

it('a reserve that answers after the end of an opportunity has refused that one', () => {
  const opportunity = refusals.of(U3)
  refusals.ended(row(U3, 'taken', 'reserve: cash 1'))
  refusals.refuse(opportunity, 'reserve: cash')
  refusals.refuse(opportunity, 'reserve: capital')
  expect(refusals.opportunities).toEqual({ 'reserve: cash': 1, 'reserve: capital': 1 })
})

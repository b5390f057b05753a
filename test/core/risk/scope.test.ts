import { subjectId, type Venue } from '../../../src/core/ids'
import { haltCovers, haltsOpening, isCure, parseScope, type HaltSubject, type Scope } from '../../../src/core/risk/scope'
import { quantity } from '../../../src/core/units'
import { boxPlan, cureOrder, SUBJECT } from '../../saga/plan'

const plan = boxPlan('T1')
const [{ order: first }, { order: second }] = plan.legs
const cureAt = (venue: Venue) => cureOrder({ tradeId: plan.tradeId, quantity: quantity('10'), n: 2 }, venue)

describe('a scope', () => {
  it.each(['all', 'venue:kalshi', 'venue:forecastex', 'strategy:box', 'strategy:edge', 'pair:u3-25mar-41', 'trade:0mi8xk2p0001'])(
    'is read as %s',
    (text) => expect(parseScope(text)).toBe(text),
  )
  it.each([
    '',
    'everything',
    'ALL',
    'venue:',
    'venue:binance',
    'strategy:',
    'strategy:carry',
    'pair:',
    'trade:',
    'trade:a-b',
    'all ',
    'xall',
  ])('is not read from "%s", and the message says what to write', (text) =>
    expect(() => parseScope(text)).toThrow(/is not a scope: use all, venue:kalshi/),
  )
})

describe('E26 what a halt stops of a running trade', () => {
  const orders = { first, second, 'cure at Kalshi': cureAt('kalshi'), 'cure at ForecastEx': cureAt('forecastex') }
  const table: readonly [Scope, readonly (keyof typeof orders)[]][] = [
    ['all', ['first']],
    ['strategy:box', ['first']],
    ['trade:T1', ['first']],
    [`pair:${SUBJECT}`, ['first', 'second']],
    ['venue:kalshi', ['first', 'cure at Kalshi']],
    ['venue:forecastex', ['first', 'second', 'cure at ForecastEx']],
  ]
  it.each(table)('%s stops %j and nothing else', (scope, stopped) => {
    const covered = Object.entries(orders).filter(([, order]) => haltCovers(scope, order))
    expect(covered.map(([name]) => name)).toEqual(stopped)
  })

  it('tells cures by their leg letter', () => expect([first, second, cureAt('kalshi')].map(isCure)).toEqual([false, false, true]))
})

describe('E26 what stops an opening', () => {
  const subject: HaltSubject = { strategy: 'box', subject: SUBJECT, tradeId: plan.tradeId, venues: ['kalshi', 'forecastex'] }
  it.each<Scope>(['all', 'strategy:box', `pair:${SUBJECT}`, 'trade:T1', 'venue:kalshi', 'venue:forecastex'])('%s does', (scope) =>
    expect(haltsOpening([scope], subject)).toEqual([scope]),
  )
  it.each<Scope>(['strategy:edge', 'pair:another', 'trade:T2'])('%s does not', (scope) =>
    expect(haltsOpening([scope], subject)).toEqual([]),
  )
  it('a venue that it does not touch does not', () =>
    expect(haltsOpening(['venue:forecastex'], { ...subject, subject: subjectId('edge'), venues: ['kalshi'] })).toEqual([]))
  it('all that stop it are named', () =>
    expect(haltsOpening(['strategy:edge', 'all', 'venue:kalshi'], subject)).toEqual(['all', 'venue:kalshi']))
})

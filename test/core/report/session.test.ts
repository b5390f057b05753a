import { tradeId } from '../../../src/core/ids'
import { totalOf } from '../../../src/core/ledger/attribution'
import type { Report } from '../../../src/core/report/document'
import { refusedLooks, type SeenMargin } from '../../../src/core/report/record'
import { sessionFindings, type Session } from '../../../src/core/report/session'
import { millis, money, quantity } from '../../../src/core/units'
import { randomReported } from './random'

const NOON = Date.UTC(2026, 10, 20, 17)
const SPAN = { fromMs: millis(NOON), toMs: millis(NOON + 600_000) }
const margin = (outcome: string, refusals: string): SeenMargin => ({
  ...{ firstMs: NOON, durationMs: 10, pair: 'u3', direction: 'A', outcome, reason: 'cool-down', refusals },
  ...{ size: quantity('10'), netEdge: money('0.50'), capital: money('9') },
})
const move = (ms: number, amount: string) => ({ tradeId: tradeId('t1'), atMs: millis(NOON + ms), amount: money(amount) })
const SESSION: Session = {
  span: SPAN,
  results: {
    trades: [randomReported(1).trade, { ...randomReported(2).trade, outcome: null, endedMs: null }],
    couponsOf: null,
    carryOfNobody: money(0),
    interest: [{ venue: 'kalshi', atMs: millis(NOON + 3), amount: money('2.50') }],
  },
  refused: [{ check: 'cash', plans: 2 }],
  changed: money('1.25'),
  moves: [move(-1_000, '10'), move(300_000, '30'), move(300_000, '-20'), move(700_000, '99')],
  halts: [
    { atMs: millis(NOON + 1), action: 'halt', scope: 'all', by: 'me', reason: 'lunch' },
    { atMs: millis(NOON + 2), action: 'resume', scope: 'all', by: 'me', reason: 'eaten' },
  ],
  breaks: [],
  margins: { known: [margin('taken', 'cool-down 3, calendar 1'), margin('refused', 'calendar 4'), margin('vanished', '')] },
  steps: { known: [1, 2, 3, 4, 5, 6, 7, 8, 9, 100].map((ms) => ({ measure: 'reserve', tradeId: null, micros: ms * 1_000 })) },
  ticked: {
    known: [
      { venue: 'kalshi', minutes: 4, firstMs: NOON, lastMs: NOON + 180_000 },
      { venue: 'forecastex', minutes: 1, firstMs: NOON, lastMs: NOON },
    ],
  },
  feeds: { known: [{ venue: 'kalshi', shard: 'a', state: 'connected', atMs: NOON }] },
}
const valueOf = ({ figures }: Pick<Report, 'figures'>, key: string): unknown => figures.find((each) => each.key === key)?.value
const rowsOf = ({ tables }: Pick<Report, 'tables'>, name: string): unknown => tables.find((each) => each.name === name)?.rows

describe('the report of a session', () => {
  const made = sessionFindings(SESSION)

  it('counts trades, plans that were refused, opportunities and halts', () => {
    const keys = ['trades', 'running', 'refusedPlans', 'opportunities', 'taken', 'refused', 'halts', 'breaks', 'changed']
    expect(keys.map((key) => valueOf(made, key))).toEqual([2, 1, 2, 3, 1, 1, 1, 0, 1_250_000])
  })

  it('has interest on cash apart from every result', () => {
    const none = sessionFindings({ ...SESSION, results: { ...SESSION.results, interest: [] } })
    expect([valueOf(made, 'interest'), valueOf(none, 'interest')]).toEqual([2_500_000, 0])
    expect(rowsOf(made, 'results')).toEqual(rowsOf(none, 'results'))
    expect(valueOf(made, 'total')).toBe(valueOf(none, 'total'))
  })

  it('has outcomes with their results, and what runs apart', () => {
    const [done, running] = SESSION.results.trades
    expect(rowsOf(made, 'outcomes')).toEqual([
      ['locked', 1, done && totalOf(done.parts)],
      ['(running)', 1, running && totalOf(running.parts)],
    ])
  })

  it('has capital as it was in the span: on average, most, and at the end', () => {
    expect(['capitalAverage', 'capitalPeak', 'capitalAtEnd'].map((key) => valueOf(made, key))).toEqual([15_000_000, 20_000_000, 20_000_000])
  })

  it('has reasons by the looks they refused, most first', () => {
    expect(refusedLooks(SESSION.margins && 'known' in SESSION.margins ? SESSION.margins.known : [])).toEqual([
      ['calendar', 5],
      ['cool-down', 3],
    ])
    expect(rowsOf(made, 'refusals')).toEqual([
      ['calendar', 5],
      ['cool-down', 3],
    ])
  })

  it('has quantiles that were measured, none in between', () => {
    expect(rowsOf(made, 'latency')).toEqual([['reserve', 10, 5_000, 9_000, 100_000, 100_000]])
  })

  it('has minutes with news of those in which any feed told something', () => {
    expect(rowsOf(made, 'feeds')).toEqual([
      ['kalshi', 4, 4, 1_000_000],
      ['forecastex', 1, 4, 250_000],
    ])
  })

  it('has how long feeds were connected, of the time that somebody watched', () => {
    expect(rowsOf(made, 'uptime')).toEqual([['kalshi', 'a', 32_000, 32_000, 1_000_000, 0, 0]])
  })

  it('says what it does not know, and claims nothing of it', () => {
    const unknown = { unknown: 'QuestDB does not answer (refused)' }
    const blind = sessionFindings({ ...SESSION, margins: unknown, steps: unknown, ticked: unknown, feeds: unknown })
    expect(['opportunities', 'taken', 'refused'].map((key) => valueOf(blind, key))).toEqual([null, null, null])
    expect(blind.notes.slice(0, 4)).toEqual([
      'Opportunities and refusals are not known: QuestDB does not answer (refused).',
      'Latencies are not known: QuestDB does not answer (refused).',
      'How long feeds were connected is not known: QuestDB does not answer (refused).',
      'What the feeds told is not known: QuestDB does not answer (refused).',
    ])
  })

  it('of nothing is nothing', () => {
    const nothing = sessionFindings({
      ...SESSION,
      results: { ...SESSION.results, trades: [] },
      moves: [],
      refused: [],
      halts: [],
      margins: { known: [] },
    })
    expect(['trades', 'total', 'capitalPeak', 'opportunities'].map((key) => valueOf(nothing, key))).toEqual([0, 0, 0, 0])
  })
})

import { executionOf, askAt } from '../../../src/operator/reports/execution'
import type { Quote, RecordReader } from '../../../src/operator/reports/record'
import { millis } from '../../../src/core/units'
import { randomReported } from '../../core/report/random'

const quote = (atMs: number, outcome: string, bid: number | null, ask: number | null): Quote => ({ atMs, outcome, bid, ask })

describe('the price at arrival', () => {
  const KALSHI = [quote(1, 'yes', 4_000, 4_200), quote(5, 'yes', 4_100, null), quote(9, 'yes', 1, 2)]

  it('at Kalshi is the ask of YES, and of NO what the bid of YES leaves of a dollar', () => {
    expect(askAt(KALSHI, { venue: 'kalshi', outcome: 'yes', atMs: 4 })).toBe(4_200)
    expect(askAt(KALSHI, { venue: 'kalshi', outcome: 'no', atMs: 5 })).toBe(5_900)
  })

  it('at ForecastEx is of its own outcome', () => {
    const quotes = [quote(1, 'yes', 4_000, 4_200), quote(2, 'no', 5_700, 5_900), quote(3, 'yes', 4_000, 4_300)]
    expect(askAt(quotes, { venue: 'forecastex', outcome: 'no', atMs: 9 })).toBe(5_900)
  })

  it('is not known before the first quote, nor where there was none', () => {
    expect(askAt(KALSHI, { venue: 'kalshi', outcome: 'yes', atMs: 0 })).toBeNull()
    expect(askAt(KALSHI, { venue: 'kalshi', outcome: 'yes', atMs: 6 })).toBeNull()
  })
})

describe('the cost of execution by the record', () => {
  const { trade } = randomReported(1)
  const SPAN = { fromMs: millis(0), toMs: millis(trade.startedMs + 1) }
  const away = { unknown: 'QuestDB does not answer (refused)' }
  const record: RecordReader = {
    margins: async () => away,
    steps: async () => away,
    ticked: async () => away,
    feeds: async () => away,
    quotes: async () => away,
    shadows: async () => away,
  }

  it('is made without it, and says what is not known', async () => {
    const { notes, violations, figures } = await executionOf([trade], record, SPAN)
    expect(violations).toEqual([])
    expect(notes.join('\n')).toContain('How long steps took is not known: QuestDB does not answer')
    expect(figures.find(({ key }) => key === 'result')?.value).toBe(trade.ledger)
  })

  it('has steps of its own trades alone, and the first leg’s arrival when its bytes left', async () => {
    const asked: { fromMs: number; toMs: number }[] = []
    const seen = trade.plan.opportunity.seenAtMs
    const known: RecordReader = {
      ...record,
      steps: async () => ({
        known: [
          { measure: 'detection to wire', tradeId: trade.tradeId, micros: 7_500 },
          { measure: 'detection to wire', tradeId: 'another', micros: 1 },
        ],
      }),
      quotes: async (_venue, _market, span) => {
        asked.push(span)
        return { known: [] }
      },
    }
    const { tables } = await executionOf([trade], known, SPAN)
    expect(tables.find(({ name }) => name === 'latency')?.rows).toEqual([['detection to wire', 1, 7_500, 7_500, 7_500, 7_500]])
    expect(asked[0]?.toMs).toBe(seen + 7 + 1)
  })
})

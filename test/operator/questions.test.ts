import { closedText } from '../../src/cli/verbs/status'
import { questionsText } from '../../src/cli/verbs/reference/questions'
import type { QuestionsReport } from '../../src/operator/reference/questions'

const REPORT: QuestionsReport = {
  products: [
    {
      ...{ symbol: 'FF', name: 'US Fed Funds Target Rate', category: 'g5351', underConId: 658_663_572, trouble: null },
      ...{ problems: ['FF FF 20261209 4: NO is contract 22, and no YES is listed: it is not traded'] },
      ...{ firstSeenMs: 0, lastSeenMs: Date.UTC(2026, 10, 22), lookedMs: Date.UTC(2026, 10, 22) },
    },
    {
      ...{ symbol: 'XX', name: 'XX', category: '', underConId: null, problems: [], trouble: 'correct forecastex.symbols' },
      ...{ firstSeenMs: 0, lastSeenMs: null, lookedMs: 0 },
    },
  ],
  questions: [
    {
      ...{ market: '11', yesConId: 11, noConId: 12, product: 'FF', tradingClass: 'FF', name: 'US Fed Funds Target Rate', strike: '3.125' },
      ...{ lastTradeDate: '20261209', lastTradeMs: Date.UTC(2026, 11, 9, 19), realExpiration: '20261209', timeZone: 'US/Central' },
      ...{
        hours: { state: 'open', untilMs: Date.UTC(2026, 10, 25, 8) },
        tradingHours: '',
        liquidHours: '',
        tick: '0.0100',
        pairs: ['ff.1'],
      },
      ...{ firstSeenMs: Date.UTC(2026, 10, 1), lastSeenMs: Date.UTC(2026, 10, 22), delistedMs: null },
    },
  ],
  changes: [{ market: '11', atMs: Date.UTC(2026, 10, 20), field: 'strike', before: '3.1', after: '3.125' }],
}

describe('crossbook questions', () => {
  it('shows products, questions with their contracts and pairs, what is no question, and what has changed', () => {
    const text = questionsText(REPORT, null)
    for (const line of [
      'FF       US Fed Funds Target Rate  658663572  2026-11-22T00:00Z',
      'XX       XX                        –          never              correct forecastex.symbols',
      'FF 20261209 3.125   11  12  2026-12-09T19:00Z  open until 2026-11-25T08:00Z  0.0100  2026-11-01T00:00Z  ff.1',
      '- FF: FF FF 20261209 4: NO is contract 22, and no YES is listed: it is not traded',
      '- 2026-11-20T00:00Z 11: strike was 3.1, is 3.125',
    ])
      expect(text).toContain(line)
  })

  it('says what to do when nothing was read yet', () => {
    const nothing = { products: [], questions: [], changes: [] }
    expect(questionsText(nothing, null)).toMatch(/^ForecastEx has not been read yet: crossbook schedules trigger ingestContracts/)
    expect(questionsText(nothing, 'FF')).toMatch(/^FF has not been read yet/)
  })
})

it('crossbook status says what questions are closed by, each reason once, and nothing while all trade', () => {
  const of = (market: string, closedBy: string | null, untilMs: number | null) => ({ market, closedBy, untilMs, closeMs: 0 })
  const reset = Date.UTC(2026, 10, 24, 6, 45)
  expect(closedText([of('1', null, null), of('2', null, null)])).toEqual([])
  expect(
    closedText([of('1', 'the daily reset of IBKR', reset), of('2', 'the daily reset of IBKR', reset), of('3', 'the close', null)]),
  ).toEqual([
    'ForecastEx: 2 of 3 questions closed by the daily reset of IBKR until 06:45:00.000',
    'ForecastEx: 1 of 3 questions closed by the close',
  ])
})

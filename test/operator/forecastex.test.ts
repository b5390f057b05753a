import { quotesText } from '../../src/cli/verbs/status'
import type { QuotesState } from '../../src/operator/status'

const QUOTES: QuotesState = {
  lines: { used: 4, of: 5 },
  beyondLines: ['800021'],
  withheld: [
    { market: '800001', outcome: 'yes', why: 'no quotes (354): subscribe' },
    { market: '800001', outcome: 'no', why: 'no quotes (354): subscribe' },
  ],
  unlisted: [],
  probes: { agreed: 3, differed: 1, unanswered: 0 },
  complements: { agreeing: 3, differing: 1 },
  depth: { books: 2, refusal: null },
}

describe('crossbook status shows of ForecastEx', () => {
  it('its quotes in a line, and each reason for missing ones once', () => {
    expect(quotesText(QUOTES).split('\n')).toEqual([
      "ForecastEx quotes: 4 of 5 lines; compared: 3 agreed, 1 differed, 0 unanswered; asks that fit the other outcome's bid: 3 of 4; depth of 2 books",
      '  800001 yes and 1 more: no quotes (354): subscribe',
      '  800021: the 5 market data lines do not suffice (forecastex.market_data_lines)',
    ])
  })
  it('why there is no depth', () => {
    const depth = { books: 0, refusal: 'no quotes (10092: none): write forecastex.depth: off' }
    expect(quotesText({ ...QUOTES, withheld: [], beyondLines: [], complements: null, depth })).toContain('\n  depth: no quotes (10092')
  })
})

import { quotesText, streamingText } from '../../src/cli/verbs/status'
import { gatewayText, type QuotesState } from '../../src/operator/status'

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
  it('the session, and that no order leaves yet while the account is read', () => {
    const session = { reason: 'up' }
    expect(gatewayText({ ...session, recovering: null })).toBe('up')
    expect(gatewayText({ ...session, recovering: 'recovering after a reconnect: …' })).toBe('up, recovering after a reconnect: …')
  })
  it('a trouble of the gateway in a line of its own; missing quotes once, with the contracts', () => {
    const streaming = { role: 'trading', reason: null, leaseEpoch: 3, clientId: 7 }
    const known = 'streaming: trading, lease epoch 3, client id 7'
    expect(streamingText({ ...streaming, gateway: 'up', trouble: null }, QUOTES)).toBe(`${known}, gateway up`)
    expect(streamingText({ ...streaming, gateway: 'the API is read-only: untick it', trouble: 'read-only' }, QUOTES)).toBe(
      `${known}\nIB Gateway: the API is read-only: untick it`,
    )
    const delayed = { ...streaming, gateway: 'no live quotes of 1 (354): subscribe', trouble: 'not-quoted' }
    expect(streamingText(delayed, QUOTES)).toBe(`${known}, gateway up, without live quotes`)
    expect(streamingText(delayed, { ...QUOTES, withheld: [] })).toContain('IB Gateway: no live quotes of 1 (354): subscribe')
  })
  it('why there is no depth', () => {
    const depth = { books: 0, refusal: 'no quotes (10092: none): write forecastex.depth: off' }
    expect(quotesText({ ...QUOTES, withheld: [], beyondLines: [], complements: null, depth })).toContain('\n  depth: no quotes (10092')
  })
})

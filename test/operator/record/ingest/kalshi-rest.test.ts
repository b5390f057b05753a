import { temporaryDirectory } from '../../../stores/doubles'
import { recordings } from '../../../venues/kalshi/fakes'
import { counted, loadLines } from './loading'

const dir = temporaryDirectory()
const CAPTURED_MS = Date.UTC(2026, 6, 10, 11, 53, 40)

describe('market objects of Kalshi', () => {
  const TOLD = {
    ...{
      ticker: 'KXAFLGAME-26JUL10-COL',
      event_ticker: 'KXAFLGAME-26JUL10',
      status: 'active',
      title: 'Who wins?',
      yes_sub_title: 'Collingwood',
    },
    ...{ open_time: '2026-07-04T04:10:00Z', close_time: '2026-07-24T09:40:00Z', expected_expiration_time: '2026-07-10T12:40:00Z' },
    ...{
      yes_bid_dollars: '0.3600',
      yes_bid_size_fp: '1.00',
      yes_ask_dollars: '1.0000',
      yes_ask_size_fp: '0.00',
      last_price_dollars: '0.5000',
    },
    ...{ volume_fp: '5677.54', volume_24h_fp: '5597.69', open_interest_fp: '4886.39' },
  }
  const line = (market: object): object => ({ captured_at: '20260710T115340Z', market })

  it('are rows as the catalogue makes them: a side that nobody quotes is null, not a dollar', async () => {
    const { rows, bad, told } = await loadLines(dir, [line(TOLD)])
    expect([bad, told.form]).toEqual([[], 'markets'])
    expect(rows).toEqual([
      {
        ...{ kind: 'market', ticker: TOLD.ticker, series: 'KXAFLGAME', event: TOLD.event_ticker, status: 'open', title: 'Who wins?' },
        ...{ subtitle: 'Collingwood', yesBid: 3_600, yesAsk: null, lastPrice: 5_000, volume: 567_754, volume24h: 559_769 },
        ...{ openInterest: 488_639, openMs: Date.UTC(2026, 6, 4, 4, 10), closeMs: Date.UTC(2026, 6, 24, 9, 40) },
        ...{ expirationMs: Date.UTC(2026, 6, 10, 12, 40), atMs: CAPTURED_MS },
      },
    ])
  })

  it.each([
    [line({ ...TOLD, volume_fp: 5677.54 }), 'has market.volume_fp that cannot be: '],
    [line({ ...TOLD, yes_bid_dollars: '0.36001' }), 'has market.yes_bid_dollars that cannot be: '],
    [{ captured_at: 'yesterday', market: TOLD }, 'not an RFC 3339 time: "yesterday"'],
    [{ market: TOLD }, 'has "captured_at" that is no text: nothing'],
    ['{"captured_at":"2026', 'is not JSON'],
  ])('%j is told', async (broken, reason) => {
    const { rows, bad } = await loadLines(dir, [line(TOLD), broken, line(TOLD)])
    expect(bad).toEqual([expect.objectContaining({ number: 2, reason: expect.stringContaining(reason) as string })])
    expect(rows).toHaveLength(2)
  })
})

describe('quotes of market objects as CSV', () => {
  const HEADING =
    'captured_at,ticker,yes_bid_dollars,yes_ask_dollars,no_bid_dollars,no_ask_dollars,yes_bid_size_fp,yes_ask_size_fp,last_price_dollars,volume_fp,open_interest_fp,status,result'
  const quote = (rest: string): string => `20260710T115340Z,KXAFLGAME-26JUL10-COL,${rest}`
  const GOOD = quote('0.6800,0.6900,0.3100,0.3200,2500.00,1758.04,0.6900,117.23,117.23,active,')
  const tick = { kind: 'tick', venue: 'kalshi', market: 'KXAFLGAME-26JUL10-COL', outcome: 'yes', series: 'KXAFLGAME', atMs: CAPTURED_MS }
  const none = { bid: null, bidSize: null, ask: null, askSize: null }

  it.each([
    [GOOD, { bid: 6_800, bidSize: 250_000, ask: 6_900, askSize: 175_804 }],
    [quote('0.0000,0.0100,0.9900,1.0000,0.00,5.00,,,,active,'), { ...none, ask: 100, askSize: 500 }],
    [quote('0.9900,1.0000,0.0000,0.0100,5.00,0.00,,,,active,'), { ...none, bid: 9_900, bidSize: 500 }],
    [quote('0.6800,0.6900,0.3100,0.3200,1.00,1.00,,,,finalized,yes'), none],
  ])('%s', async (line, wanted) => {
    const { rows, bad, told } = await loadLines(dir, [HEADING, line])
    expect([bad, told.form, rows]).toEqual([[], 'quotes', [{ ...tick, ...wanted }]])
  })

  it.each([
    ['what?', 'has 1 fields, not 13'],
    [GOOD.replace('0.3200', '0.3300'), 'has quotes of NO (0.3100 and 0.3300) that are not those of YES (0.6800 and 0.6900)'],
    [GOOD.replace('2500.00', '-1.00'), 'has a size of -100 hundredths'],
    [GOOD.replace('2500.00', ''), 'not a plain decimal: ""'],
    [GOOD.replace('20260710T', '20260732T'), 'no such day: "2026-07-32T11:53:40Z"'],
    [GOOD.replace('KXAFLGAME-26JUL10-COL', ''), 'has no ticker, or no status'],
  ])('%s is told', async (line, reason) => {
    const { rows, bad } = await loadLines(dir, [HEADING, GOOD, line, GOOD])
    expect(bad).toEqual([{ number: 3, text: line, reason: expect.stringContaining(reason) as string }])
    expect(rows).toHaveLength(2)
  })
})

recordings('recorded markets and quotes are read whole', () => {
  it.each([
    ['sports_markets_20260709_10.jsonl.gz', { kalshi_markets: 1_230 }],
    ['sports_markets_bbo_20260709_10.csv.gz', { kalshi_ticks: 31_016 }],
  ])('%s', async (name, rows) => {
    expect(await counted(`kalshi_rest/${name}`)).toEqual({ rows, bad: [] })
  })
})

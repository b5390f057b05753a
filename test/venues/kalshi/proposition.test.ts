import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { Proposition, Reading } from '../../../src/core/market/proposition'
import { mulberry32 } from '../../../src/core/random'
import { readKalshi } from '../../../src/venues/kalshi/wire/proposition'
import { readEvent, readMarket, readMarketPage, readSeries, type KalshiMarket } from '../../../src/venues/kalshi/wire/markets'

/** Beside the repository, where the shared recordings lie. */
const CAPTURES = join(__dirname, '../../../../shared/data/kalshi_wire_captures')
const recorded = existsSync(CAPTURES) ? it : it.skip
/** Ladders of economic releases, of which only titles and strikes were kept. */
const LADDERS = join(__dirname, '../../../../shared/data/kalshi_series/econ_ladders/2026-07-14.jsonl.gz')

const market = (change: object): KalshiMarket =>
  readMarket({ market: { ticker: 'T-1', event_ticker: 'T', status: 'active', close_time: '2026-09-16T17:55:00Z', ...change } })
const event = (change: object = {}) => readEvent({ event: { event_ticker: 'T', series_ticker: 'T', ...change } })
const series = (change: object = {}) => readSeries({ series: { ticker: 'T', fee_type: 'quadratic', fee_multiplier: 1, ...change } })
const read = (change: object, ofEvent: object = {}): Reading => readKalshi(market(change), event(ofEvent), series())
function told(reading: Reading): Proposition {
  if (reading.kind === 'not-read') throw new Error(reading.because)
  return reading.proposition
}
const because = (reading: Reading): string => (reading.kind === 'not-read' ? reading.because : 'read')

const U3 =
  'If the seasonally adjusted unemployment rate (U-3) reported by the Bureau of Labor Statistics in the Employment Situation Report is above 4.1% in March 2025, then the market resolves to Yes.'
const u3 = { event_ticker: 'KXU3-25MAR', strike_type: 'greater', floor_strike: 4.1, rules_primary: U3 }

describe('a Kalshi market read from its rules', () => {
  it('unemployment: statistic, source, period, threshold and what decides; the rest is not told', () =>
    expect(told(read(u3))).toEqual({
      ...{ statistic: 'us-u3', adjustment: 'adjusted', source: { agency: 'BLS', document: 'Employment Situation' }, period: '2025-03' },
      ...{ condition: { kind: 'threshold', operator: '>', threshold: '4.1' }, grid: '0.1', rounding: '0.1' },
      ...{ revision: null, measured: null, fallback: null, branches: [] },
    }))
  it('revision, day of release and what decides when it is missing, where the further rules say so', () => {
    const rules_secondary =
      'The first released value counts; later revisions are not used. It is released on April 4, 2025 at 8:30 AM ET. If the report is not released by May 2, 2025, the market resolves to No.'
    expect(told(read({ ...u3, rules_secondary }))).toMatchObject({
      ...{ revision: 'first-print', measured: { date: '2025-04-04', zone: 'America/New_York' } },
      fallback: 'if report not released by may 2 2025 resolves no',
    })
  })
  it.each([
    ['negates it', U3.replace('is above', 'is not above'), 'its text negates its condition: "not above"'],
    ['negates it otherwise', U3.replace('is above', 'fails to exceed'), 'its text negates its condition: "fails to exceed"'],
    ['says No first', U3.replace('Yes.', 'No.'), 'its rule says first when it resolves to No'],
    ['says above and at least', `${U3} A rate of at least 4.1% counts.`, 'the fields say > 4.1 and the text says >= 4.1'],
    ['says no condition that is understood', U3.replace('above', '&gt;'), 'its text states no condition that is understood'],
  ])('a text that %s is not read', (_how, rules_primary, why) => expect(because(read({ ...u3, rules_primary }))).toContain(why))
  it('further rules of another operator are not read, and the other side of the same one is', () => {
    const readWith = (rules_secondary: string): string => because(read({ ...u3, rules_secondary }))
    expect(readWith('A rate of 4.1% or higher resolves to Yes.')).toContain('the fields say > 4.1 and the text says >= 4.1')
    expect(readWith('A rate of 4.1% or lower resolves to No.')).toBe('read')
  })
  it('the monthly and the yearly CPI are two statistics, however alike the tickers', () => {
    const cpi = (rules_primary: string) => told(read({ strike_type: 'greater', floor_strike: 0.3, rules_primary }))
    const monthly = cpi(
      'If the Consumer Price Index (CPI) increases by more than 0.3% (single-decimal) in August 2026, then the market resolves to Yes.',
    )
    const yearly = cpi(
      'If the Consumer Price Index (CPI) increases by more than 0.3% in the twelve months ending August 2026 (as represented by the one-decimal place value reported by the Bureau of Labor Statistics), then the market resolves to Yes.',
    )
    expect([monthly, yearly].map(({ statistic, adjustment, period, rounding }) => [statistic, adjustment, period, rounding])).toEqual([
      ['us-cpi-mom', null, '2026-08', '0.1'],
      ['us-cpi-yoy', null, '2026-08', '0.1'],
    ])
    expect([monthly.source, yearly.source]).toEqual([null, { agency: 'BLS', document: null }])
  })
  it('the Fed: the upper bound after a named meeting, and the decision in basis points', () => {
    const rules_primary =
      "If the upper bound of the target federal funds rate published on the Federal Reserve's official website is greater than 3.75% following the Federal Reserve's Sep 16, 2026 meeting, then the market resolves to Yes."
    expect(told(read({ strike_type: 'greater', floor_strike: 3.75, rules_primary }))).toMatchObject({
      ...{ statistic: 'us-fed-upper-bound', period: '2026-09-16', grid: '0.25', rounding: '0.25' },
      ...{ source: { agency: 'Federal Reserve', document: 'official website' }, measured: { date: '2026-09-16', zone: null } },
    })
    const decision = (what: string) =>
      told(
        read({
          strike_type: 'custom',
          rules_primary: `If the Federal Reserve does a ${what} on October 28, 2026, then the market resolves to Yes.`,
        }),
      )
    expect(['Hike of 0bps', 'Cut of 25bps', 'Hike of >25bps', 'Cut of >25bps'].map((what) => decision(what).condition)).toEqual([
      { kind: 'between', low: '0', high: '0' },
      { kind: 'between', low: '-25', high: '-25' },
      { kind: 'threshold', operator: '>', threshold: '25' },
      { kind: 'threshold', operator: '<', threshold: '-25' },
    ])
  })
})

describe('where its texts are short, or do not agree', () => {
  it('only titles: the statistic of the event, the month of its ticker', () =>
    expect(
      told(
        read(
          { event_ticker: 'KXU3-25MAR', title: 'Above 4.0%', strike_type: 'greater', floor_strike: 4 },
          { title: 'Unemployment rate in March?' },
        ),
      ),
    ).toMatchObject({
      ...{
        statistic: 'us-u3',
        adjustment: null,
        source: null,
        period: '2025-03',
        rounding: null,
        condition: { operator: '>', threshold: '4' },
      },
    }))
  it('who says how it came out may stand in for a source', () => {
    const sources = { settlement_sources: [{ name: 'Bureau of Labor Statistics', url: 'https://www.bls.gov' }] }
    expect(told(read({ ...u3, rules_primary: '', title: 'Unemployment above 4.1% in March 2025? (U-3)' }, sources)).source).toEqual({
      agency: 'BLS',
      document: null,
    })
  })
  it.each([
    ['the strike type, never the ticker', { ...u3, strike_type: 'greater_or_equal' }, 'the fields say >= 4.1 and the text says > 4.1'],
    ['another strike', { ...u3, floor_strike: 4.2 }, 'the fields say > 4.2 and the text says > 4.1'],
    ['another month', { ...u3, event_ticker: 'KXU3-25APR' }, 'its texts tell several periods: 2025-03, 2025-04'],
    ['no strike', { ...u3, floor_strike: null }, 'its strike type "greater" with floor none and cap none says no condition'],
    ['a strike type of later', { ...u3, strike_type: 'modulo' }, 'its strike type "modulo" with floor 4.1 and cap none says no condition'],
    [
      'a strike that is no plain decimal',
      { ...u3, floor_strike: 1e-9 },
      'its strike type "greater" with floor 1e-9 and cap none says no condition',
    ],
    [
      'a change of the CPI that is not named',
      { title: 'Will CPI be above 3% in August 2026?' },
      'the text does not say which change of the CPI it means',
    ],
    ['no question that we know', { title: 'Purple?' }, 'not a question that is understood: "Purple?"'],
  ])('not read: %s', (_, change, sentence) => expect(because(read(change))).toBe(`Kalshi T-1: ${sentence}`))
  it('an election by its title, its year by the event', () =>
    expect(
      told(read({ event_ticker: 'HOUSECA41-26', title: 'Will Democratic win the House race for CA-41?', strike_type: 'structured' })),
    ).toMatchObject({
      ...{ statistic: 'us-house-seat/CA-41', period: '2026', condition: { kind: 'named', outcome: 'party:D' } },
    }))
})

const pages = (): readonly KalshiMarket[] =>
  readdirSync(CAPTURES)
    .filter((name) => /^markets__.*\.json$/.test(name) && !name.endsWith('.meta.json'))
    .flatMap((name) => {
      const body = JSON.parse(readFileSync(join(CAPTURES, name), 'utf8')) as { markets?: unknown; market?: unknown }
      return body.markets ? readMarketPage({ cursor: '', ...body }).items : body.market ? [readMarket(body)] : []
    })

interface Rung {
  readonly ticker: string
  readonly title: string
  readonly strike_type: string
  readonly floor_strike: number
}
interface Ladders {
  readonly series: string
  readonly open_events: { readonly events: readonly { readonly event_ticker: string; readonly strikes: readonly Rung[] }[] }
}
const rungs = () =>
  gunzipSync(readFileSync(LADDERS))
    .toString('utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Ladders)
    .flatMap(({ series: name, open_events: { events } }) =>
      events.flatMap(({ event_ticker, strikes }) =>
        strikes.map(({ title, strike_type, floor_strike }) => ({
          series: name,
          event: event_ticker,
          strike: { title, strike_type, floor_strike },
        })),
      ),
    )

describe('recorded markets', () => {
  recorded('the high temperature of New York: one station, one report, whole degrees, one day; between and both tails', () => {
    const of = pages().filter(({ market: ticker }) => ticker.startsWith('KXHIGHNY-26JUN15'))
    const propositions = of.map((each) => told(readKalshi(each, event(), null)))
    expect(
      new Set(propositions.map(({ statistic, period, grid, rounding }) => `${statistic} ${period ?? ''} ${grid ?? ''} ${rounding ?? ''}`)),
    ).toEqual(new Set(['daily-high/KNYC 2026-06-15 1 1']))
    expect(propositions[0]?.source).toEqual({ agency: 'NWS', document: 'Climatological Report (Daily)' })
    expect(propositions.map(({ condition }) => condition)).toEqual(
      expect.arrayContaining([
        { kind: 'threshold', operator: '>', threshold: '85' },
        { kind: 'threshold', operator: '<', threshold: '78' },
        { kind: 'between', low: '84', high: '85' },
      ]),
    )
  })
  recorded('ladders of releases by their titles: one statistic to a series, the month of the event, the strike of the field', () => {
    const found = new Map<string, Set<string>>()
    for (const { series: name, event: ticker, strike } of rungs()) {
      const { statistic, period, condition } = told(read({ ...strike, event_ticker: ticker }))
      const all = found.get(name) ?? new Set()
      found.set(name, all.add(`${statistic} ${period?.slice(0, 5) ?? '?'} ${condition.kind === 'threshold' ? condition.operator : '?'}`))
    }
    expect(Object.fromEntries([...found].map(([name, all]) => [name, [...all]]))).toEqual({
      ...{ KXCPI: ['us-cpi-mom 2026- >'], KXCPICORE: ['us-cpi-core-mom 2026- >'], KXCPIYOY: ['us-cpi-yoy 2026- >'] },
      ...{ KXGDP: ['us-gdp 2026- >'], KXPAYROLLS: ['us-payrolls-change 2026- >'] },
    })
  })
  recorded('each is read, or one sentence says why not; none is read as a statistic that it is not', () => {
    const all = pages().map((each) => readKalshi(each, event({ event_ticker: each.event }), null))
    expect(all.length).toBeGreaterThan(100)
    for (const reading of all) {
      if (reading.kind === 'not-read') expect(reading.because).toMatch(/^Kalshi \S+: \S/)
      else expect(reading.proposition.statistic).toMatch(/^(?:daily-high\/KNYC|question\/|qualifier\/|count\/)/)
    }
  })
})

it('whatever the text, it is read or not read: nothing is thrown (seeds 1 … 400)', () => {
  const pieces = [
    U3,
    'above',
    '4.1%',
    '-',
    '\u0000',
    '𝟜',
    'CPI',
    'between 3-4',
    'If ',
    '?',
    'Q2 2026',
    'highest temperature in',
    '**',
    '9'.repeat(40),
    'Fed ',
    'hike of',
    '(KNYC)',
    '\n',
    'tie',
    'exactly',
  ]
  for (let seed = 1; seed <= 400; seed++) {
    const next = mulberry32(seed)
    const random = () => next() / 2 ** 32
    const text = () =>
      Array.from({ length: Math.floor(random() * 8) }, () => pieces[Math.floor(random() * pieces.length)]).join(random() < 0.5 ? ' ' : '')
    const change = {
      title: text(),
      rules_primary: text(),
      rules_secondary: text(),
      strike_type: random() < 0.5 ? 'greater' : text(),
      floor_strike: random() * 10 ** (random() * 40 - 20),
    }
    expect([seed, ['read', 'not-read'].includes(read(change, { title: text() }).kind)]).toEqual([seed, true])
  }
})

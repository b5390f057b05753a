import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { mulberry32 } from '../../../src/core/random'
import type { Proposition, Reading } from '../../../src/core/market/proposition'
import { readForecastex, type ForecastexText } from '../../../src/venues/forecastex/proposition'

/** Beside the repository, where the shared recordings lie: the exchange's catalogue, its data a JSON string within JSON. */
const CATALOGUE = join(__dirname, '../../../../shared/data/forecastex/api_2026-08')
const recorded = existsSync(CATALOGUE) ? it : it.skip

const read = (change: Partial<ForecastexText>): Reading =>
  readForecastex({ symbol: 'UNR', name: 'US Unemployment Rate', strike: '4.1', ...change })
function told(reading: Reading): Proposition {
  if (reading.kind === 'not-read') throw new Error(reading.because)
  return reading.proposition
}
const because = (reading: Reading): string => (reading.kind === 'not-read' ? reading.because : 'read')

describe('a ForecastEx contract', () => {
  it('by its product and strike alone: what the gateway tells, strictly above; period, source and rounding are not told', () =>
    expect(told(read({}))).toEqual({
      ...{ statistic: 'us-u3', adjustment: null, source: null, period: null, grid: '0.1', rounding: null, revision: null, measured: null },
      ...{ condition: { kind: 'threshold', operator: '>', threshold: '4.1' }, fallback: null, branches: [] },
    }))
  it('is not read where the question negates its condition, or its rules have another operator', () => {
    const question = 'Will the seasonally adjusted US unemployment rate (U-3) exceed 4.1% in March 2025?'
    expect(because(read({ question }))).toBe('read')
    expect(because(read({ question: question.replace('exceed', 'not exceed') }))).toContain('negates its condition')
    expect(because(read({ question, rules: 'YES pays at a rate of at least 4.1%.' }))).toContain(
      'the fields say > 4.1 and the text says >= 4.1',
    )
  })
  it('by its id: the period', () =>
    expect(['UNR_0824_3.9', 'UNR_1224_4.0'].map((contractId) => told(read({ contractId })).period)).toEqual(['2024-08', '2024-12']))
  it('a week by its id: the day it ends', () =>
    expect(
      told(read({ symbol: 'IJC', name: 'US Initial Jobless Claims', strike: '244000', contractId: 'IJC_080324_244000' })),
    ).toMatchObject({
      ...{ statistic: 'us-initial-claims', period: '2024-08-03', condition: { operator: '>', threshold: '244000' } },
    }))
  it('by a long name that is the question, and the rules after it', () => {
    const name =
      'Will the seasonally adjusted US unemployment rate (U-3) exceed 4.1% in March 2025? Source: Bureau of Labor Statistics, Employment Situation Report. Read at one decimal place as first released on April 4, 2025 at 8:30 AM ET.'
    expect(told(read({ name }))).toMatchObject({
      ...{ adjustment: 'adjusted', period: '2025-03', rounding: '0.1', revision: 'first-print' },
      ...{ source: { agency: 'BLS', document: 'Employment Situation' }, measured: { date: '2025-04-04', zone: 'America/New_York' } },
    })
  })
  it('exceed is strictly greater, at least is not, below is below', () => {
    const asks = (words: string) => told(read({ question: `Will the US unemployment rate ${words} in March 2025?` })).condition
    expect([asks('exceed 4.1%'), asks('be at least 4.1%'), asks('be below 4.1%')]).toMatchObject(
      ['>', '>=', '<'].map((operator) => ({ operator, threshold: '4.1' })),
    )
  })
  it('a question that depends on another one is told by its four-part id too', () => {
    const question = 'Will the year-over-year change in the US Consumer Price Index exceed 4.1% in September2026?'
    expect(told(read({ question })).period).toBe('2026-09')
    expect(because(read({ question, contractId: 'ZFFCP_091626_E0X0926_4.1' }))).toMatch(/depends on another question/)
  })
  it('"as reported" is no rounding where the document prints finer figures as well', () => {
    const reported = (what: string) =>
      told(read({ question: `Will the ${what} exceed 4.1% in March 2025, as reported by the BLS?` })).rounding
    expect([reported('US unemployment rate'), reported('year-over-year change in the CPI')]).toEqual(['0.1', null])
  })
  it('FF: a target rate that is no upper bound, on no grid', () =>
    expect(told(read({ symbol: 'FF', name: 'US Fed Funds Target Rate', strike: '3.875' }))).toMatchObject({
      ...{ statistic: 'us-fed-target-rate', grid: null, rounding: null, period: null, condition: { operator: '>', threshold: '3.875' } },
    }))
  it('a meeting is told by the question, not by the date in the id', () => {
    const ff = { symbol: 'FF', name: 'US Fed Funds Target Rate', strike: '3.625', contractId: 'FF_091726_3.625' }
    const question = 'Will the US Fed Funds Target Rate be set above 3.625% at the FOMC meeting ending September 16, 2026?'
    expect([told(read(ff)).period, told(read({ ...ff, question })).period]).toEqual([null, '2026-09-16'])
  })
  it.each([
    [
      'a strike that is not the one of the question',
      { question: 'Will the US unemployment rate exceed 4.2% in March 2025?' },
      'the fields say > 4.1 and the text says > 4.2',
    ],
    ['no strike', { strike: '' }, 'its strike "" is not a plain decimal'],
    [
      'a temperature by name alone: above or below is not told',
      { symbol: 'UHBKF', name: 'Denver Daily Temperature High' },
      'its product "Denver Daily Temperature High" is not one whose question is known by the name alone',
    ],
    [
      'a product that we do not know',
      { symbol: 'GCE', name: 'Global Carbon Emissions' },
      'its product "Global Carbon Emissions" is not one whose question is known by the name alone',
    ],
    [
      'a question on another question',
      { question: 'If the Fed leaves the rate unchanged, will the year-over-year change in the US Consumer Price Index exceed 3.4%?' },
      'the question depends on the answer to another one',
    ],
  ])('not read: %s', (_, change, sentence) => expect(because(read(change))).toContain(sentence))
  it('whatever the words, it is read or not read (seeds 1 … 400)', () => {
    const pieces = [
      'Will the ',
      'If ',
      'temperature in ',
      '(KATL)',
      'exceed ',
      '3.4%',
      '?',
      ' in ',
      'September2026',
      'Fed ',
      'raise the rate',
      ' 25bps',
      '_',
      '\u{1F600}',
      'CPI',
      '"',
      '(',
    ]
    for (let seed = 1; seed <= 400; seed++) {
      const next = mulberry32(seed)
      const text = () => Array.from({ length: next() % 8 }, () => pieces[next() % pieces.length]).join('')
      expect([
        seed,
        ['read', 'not-read'].includes(read({ name: text(), question: text(), strike: text(), contractId: text() }).kind),
      ]).toEqual([seed, true])
    }
  })
})

interface Row {
  readonly contract_id: string
  readonly product_id: string
  readonly event_display_name: string
  readonly question: string
}
const rows = <T>(file: string): readonly T[] =>
  JSON.parse((JSON.parse(readFileSync(join(CATALOGUE, file), 'utf8')) as { body: { data: string } }).body.data) as T[]

describe('the recorded catalogue', () => {
  const readings = (): ReadonlyMap<string, Reading> => {
    const agencies = new Map(
      rows<{ product_id: string; source_agency: string }>('products.json').map((row) => [row.product_id, row.source_agency]),
    )
    return new Map(
      rows<Row>('contracts.json').map((row) => {
        const [strike = ''] = row.contract_id.split('_').slice(-1)
        const agency = agencies.get(row.product_id)
        const text = { symbol: row.product_id, name: row.event_display_name, strike, question: row.question, contractId: row.contract_id }
        return [row.contract_id, readForecastex({ ...text, ...(agency !== undefined && { sourceAgency: agency }) })]
      }),
    )
  }
  recorded('temperatures: the airport in brackets, the source of the product, above and below as asked', () => {
    const all = readings()
    const of = (id: string) => told(all.get(id) ?? { kind: 'not-read', because: id })
    expect(of('UHBKF_082326_85')).toMatchObject({
      ...{ statistic: 'daily-high/KBKF', period: '2026-08-23', source: { agency: 'Weather Underground', document: null }, grid: null },
      condition: { operator: '>', threshold: '85' },
    })
    expect(of('ULATL_082326_73')).toMatchObject({ statistic: 'daily-low/KATL', condition: { operator: '<', threshold: '73' } })
  })
  recorded('the Fed: what it would decide; control of the House: the party; conditional questions are not read', () => {
    const all = readings()
    const conditions = ['E0', 'E25', 'E-25', 'H50', 'M-50'].map((what) =>
      told(all.get(`FFDEC_091626_${what}`) ?? { kind: 'not-read', because: what }),
    )
    expect(conditions.map(({ condition }) => condition)).toEqual([
      { kind: 'between', low: '0', high: '0' },
      { kind: 'between', low: '25', high: '25' },
      { kind: 'between', low: '-25', high: '-25' },
      { kind: 'threshold', operator: '>=', threshold: '50' },
      { kind: 'threshold', operator: '<=', threshold: '-50' },
    ])
    expect(new Set(conditions.map(({ statistic, period }) => `${statistic} ${period ?? ''}`))).toEqual(
      new Set(['us-fed-change 2026-09-16']),
    )
    expect(told(all.get('HORC_1126_Republican') ?? { kind: 'not-read', because: '' })).toMatchObject({
      ...{ statistic: 'us-house-control', period: '2026', condition: { outcome: 'party:R' } },
    })
    const conditional = [...all].filter(([id]) => id.startsWith('ZFFCP'))
    expect(conditional.map(([, reading]) => reading.kind)).toEqual(conditional.map(() => 'not-read'))
  })
})

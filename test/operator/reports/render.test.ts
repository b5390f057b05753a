import type { Report } from '../../../src/core/report/document'
import { millis } from '../../../src/core/units'
import { csvOf } from '../../../src/operator/reports/render/csv'
import { momentText, plain, shown } from '../../../src/operator/reports/render/format'
import { htmlOf } from '../../../src/operator/reports/render/html'
import { jsonOf } from '../../../src/operator/reports/render/json'
import { textOf } from '../../../src/cli/verbs/report/text'

const NOON = Date.UTC(2026, 10, 20, 17)
const EVIL = `<script>alert("1 & 2")</script>`
const REPORT: Report = {
  kind: 'pnl',
  title: 'Profit and loss',
  span: { fromMs: millis(0), toMs: millis(NOON) },
  madeAtMs: NOON,
  figures: [
    { key: 'total', label: 'in total', unit: 'money', value: -1_500_000 },
    { key: 'rate', label: 'a year', unit: 'ratio', value: 252_001 },
    { key: 'seen', label: 'seen', unit: 'count', value: null },
  ],
  tables: [
    {
      name: 'results',
      title: 'Results',
      columns: [
        { key: 'pair', heading: 'pair', unit: 'text' },
        { key: 'paid', heading: 'paid', unit: 'money' },
        { key: 'at', heading: 'at', unit: 'time' },
        { key: 'price', heading: 'price', unit: 'price' },
        { key: 'contracts', heading: 'contracts', unit: 'quantity' },
      ],
      rows: [
        [EVIL, 1, NOON, 4_200, 1_250],
        ['=1+1, "x"', -1, null, null, null],
      ],
    },
  ],
  charts: [
    {
      kind: 'bars',
      title: EVIL,
      unit: 'money',
      bars: [
        { label: EVIL, value: -5 },
        { label: 'gain', value: 15 },
      ],
    },
    {
      kind: 'steps',
      title: 'use',
      unit: 'money',
      steps: [
        { atMs: NOON - 9, value: 5 },
        { atMs: NOON - 3, value: 0 },
      ],
      untilMs: NOON,
    },
  ],
  notes: ['Not all is known.'],
  violations: [],
}

describe('a report as text', () => {
  it('shows figures, tables and notes, and a dash for what is not known', () => {
    const text = textOf(REPORT)
    expect(text).toContain('Profit and loss, from the beginning to 2026-11-20 17:00:00 UTC')
    expect(text).toMatch(/in total +−\$1\.50\na year +25\.2001 %\nseen +–\n/)
    expect(text).toContain('Not all is known.')
  })

  it('has what does not tie out before everything else that is noted', () => {
    expect(textOf({ ...REPORT, violations: ['one cent is missing'] })).toContain('DOES NOT TIE OUT: one cent is missing\nNot all is known.')
  })
})

describe('a report as JSON', () => {
  it('has money in micro-dollars, prices and contracts as decimals, times in milliseconds', () => {
    expect(jsonOf(REPORT)).toMatchObject({
      kind: 'pnl',
      figures: { totalMicros: -1_500_000, ratePpm: 252_001, seen: null },
      results: [
        { pair: EVIL, paidMicros: 1, atMs: NOON, price: '0.4200', contracts: '12.50' },
        { paidMicros: -1, atMs: null, price: null },
      ],
      notes: ['Not all is known.'],
    })
  })
})

describe('a report as CSV', () => {
  it('is the first table, quoted, in plain dollars and ISO times', () => {
    expect(csvOf(REPORT)).toBe(
      'pair,paid,at,price,contracts\r\n"<script>alert(""1 & 2"")</script>",0.000001,2026-11-20T17:00:00.000Z,0.4200,12.50\r\n"\'=1+1, ""x""",-0.000001,,,\r\n',
    )
  })

  it('is nothing a spreadsheet would calculate, and leaves numbers alone', () => {
    const [table] = REPORT.tables
    const rows = ['@x', '+1', '-cmd', '-0.50', 'a'].map((text) => [text])
    const csv = csvOf({ ...REPORT, tables: table ? [{ ...table, columns: [{ key: 'a', heading: 'a', unit: 'text' }], rows }] : [] })
    expect(csv.split('\r\n')).toEqual(['a', "'@x", "'+1", "'-cmd", '-0.50', 'a', ''])
  })
})

describe('a report as a page', () => {
  const page = htmlOf(REPORT)

  it('asks nobody for anything', () => {
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`)
    expect(page).not.toMatch(/https?:|src=|@import|url\(|<link|<script/)
  })

  it('escapes text wherever it stands', () => {
    expect(page).not.toContain('<script')
    expect(page).toContain('&lt;script&gt;alert(&quot;1 &amp; 2&quot;)&lt;/script&gt;')
  })

  it('has charts, figures, tables and what it does not say, for light and dark', () => {
    expect(page.match(/<svg role="img"/g)).toHaveLength(2)
    expect(page).toContain('prefers-color-scheme: dark')
    expect(page).toContain('<h2>What this does not say</h2>')
    expect(page).not.toContain('Does not tie out')
    expect(page.match(/<tr>/g)).toHaveLength(3)
  })

  it('draws losses left and gains right of zero, in proportion', () => {
    expect(page).toContain('<rect x="0.00%" y="20" width="25.00%" height="12" class="loss"/>')
    expect(page).toContain('<rect x="25.00%" y="60" width="75.00%" height="12" class="gain"/>')
  })

  it('draws steps that stay until the next one', () => {
    expect(page).toContain('<path d="M0 0H0V0H800V1200H1200" class="line"/>')
  })

  it('sums up bars that do not fit', () => {
    const many = Array.from({ length: 40 }, (_, at) => ({ label: `b${at}`, value: at + 1 }))
    const drawn = htmlOf({ ...REPORT, charts: [{ kind: 'bars', title: 'x', unit: 'count', bars: many }] })
    expect(drawn.match(/<rect/g)).toHaveLength(24)
    expect(drawn).toContain('>17 others<')
    expect(drawn).toContain(`>${(17 * 18) / 2}<`)
  })
})

describe('a value', () => {
  it.each([
    ['money', -17_325, '−$0.017325', '-0.017325'],
    ['price', -100, '−0.0100', '-0.0100'],
    ['micros', 1_500, '1.500 ms', '1.500'],
    ['duration', 93_784_000, '1 d 2 h', '93784000'],
    ['duration', 250, '250 ms', '250'],
    ['duration', 60_000, '1 min', '60000'],
    ['dollarSeconds', 1_234, '1.234 $·s', '1.234'],
    ['ratio', -1, '−0.0001 %', '-0.000001'],
    ['count', 7, '7', '7'],
    ['text', null, '–', ''],
  ] as const)('%s %p is %p for persons and %p for machines', (unit, value, person, machine) => {
    expect([shown(unit, value), plain(unit, value)]).toEqual([person, machine])
  })

  it('of a moment is to the second, or the beginning', () => {
    expect([momentText(0), momentText(NOON)]).toEqual(['the beginning', '2026-11-20 17:00:00 UTC'])
  })
})

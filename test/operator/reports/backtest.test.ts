import { textOf } from '../../../src/cli/verbs/report/text'
import { backtestReport } from '../../../src/core/report/backtest/findings'
import { csvOf } from '../../../src/operator/reports/render/csv'
import { htmlOf } from '../../../src/operator/reports/render/html'
import { jsonOf } from '../../../src/operator/reports/render/json'
import { NOTHING, RESULT, START } from '../../core/report/backtest/sample'

const REPORT = backtestReport(RESULT, START)

describe('a backtest as a page', () => {
  const page = htmlOf(REPORT)

  it('holds each of its charts', () => {
    const titles = REPORT.charts.map(({ title }) => title.replace('&', '&amp;'))
    expect(titles).toHaveLength(6)
    for (const title of titles) expect(page).toContain(`<figcaption>${title}</figcaption><svg role="img"`)
    expect(page).toContain('class="zero"')
  })

  it('has no script, and asks nobody for anything', () => {
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`)
    expect(page).not.toMatch(/https?:|src=|@import|url\(|<link|<script|javascript:| on\w+=/)
  })

  it('has caveats, and of frames without a trade neither a chart nor a wrong number', () => {
    expect(page).toContain('<li>What our own orders would have changed in the book is not in the frames.</li>')
    expect(page).not.toMatch(/NaN|undefined|Infinity/)
    const empty = htmlOf(backtestReport(NOTHING, START))
    expect(empty).not.toMatch(/<figure|NaN|undefined|Infinity/)
  })
})

describe('a backtest in the other forms', () => {
  it('is its trades as CSV', () => {
    const [head, first, ...others] = csvOf(REPORT).trimEnd().split('\r\n')
    expect(head).toMatch(/^trade,pair,decided,ended,took,label,planned,locked,held,edge,pnl,/)
    expect(first).toMatch(
      /^t1,u3,2026-11-20T17:00:01\.000Z,2026-11-20T17:00:03\.000Z,2000,locked,10\.00,10\.00,0\.00,0\.50,0\.50,realised,/,
    )
    expect(others).toHaveLength(5)
  })

  it('is everything as JSON, and is read in a terminal', () => {
    expect(jsonOf(REPORT)).toMatchObject({
      kind: 'backtest',
      figures: { pnlMicros: -1_240_000, winRatePpm: 666_666 },
      byPair: [{ locked: '20.00' }, {}, {}, {}],
    })
    expect(textOf(REPORT)).toMatch(/P&L in all +−\$1\.24\n/)
  })
})

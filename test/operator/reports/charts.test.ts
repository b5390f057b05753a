import type { Chart } from '../../../src/core/report/document'
import { chartOf } from '../../../src/operator/reports/render/svg'

const FROM = Date.UTC(2026, 10, 20, 17)
const MINUTE_MS = 60_000
const steps = (...values: readonly (readonly [afterMs: number, value: number])[]): string =>
  chartOf({
    kind: 'steps',
    title: 'equity',
    unit: 'money',
    steps: values.map(([after, value]) => ({ atMs: FROM + after, value })),
    untilMs: FROM + 12 * MINUTE_MS,
  })
const EVIL = `<b>"&'`

describe('a chart of steps', () => {
  it('that never go below zero is one curve over zero, with its largest value and its times', () => {
    expect(steps([0, 500_000], [3 * MINUTE_MS, 1_000_000], [6 * MINUTE_MS, 0])).toBe(
      '<figure><figcaption>equity</figcaption><svg role="img" aria-label="equity" width="100%" height="224">' +
        '<svg viewBox="0 -10 1200 1220" preserveAspectRatio="none" y="20" width="100%" height="180">' +
        '<path d="M0 600H0V600H300V0H600V1200H1200V1200H0Z" class="area"/><path d="M0 600H0V600H300V0H600V1200H1200" class="line"/></svg>' +
        '<text x="0" y="14">$1.00</text><text x="0" y="218">2026-11-20 17:00:00 UTC</text>' +
        '<text x="100%" y="218" class="end">2026-11-20 17:12:00 UTC</text></svg></figure>',
    )
  })

  it('that go below zero are cut at a line of zero, and name their least value too', () => {
    const drawn = steps([0, 0], [3 * MINUTE_MS, 1_000_000], [6 * MINUTE_MS, -2_000_000])
    const path = 'M0 400H0V400H300V0H600V1200H1200'
    expect(drawn.split(`<path d="${path}V400H0Z" class="area"/><path d="${path}" class="line"/>`)).toHaveLength(3)
    expect(drawn).toContain('<g><svg viewBox="0 -10 1200 410" preserveAspectRatio="none" y="20" width="100%" height="60.49">')
    expect(drawn).toContain(
      '<g class="below"><svg viewBox="0 400 1200 810" preserveAspectRatio="none" y="80.49" width="100%" height="119.51">',
    )
    expect(drawn).toContain('<line x1="0" x2="100%" y1="80.49" y2="80.49" class="zero"/>')
    expect(drawn.match(/>(−?\$[\d.]+)</g)).toEqual(['>$1.00<', '>−$2.00<'])
  })

  it('that are all below zero hang from it', () => {
    const drawn = steps([0, -500_000], [6 * MINUTE_MS, -1_000_000])
    expect(drawn).toContain('d="M0 600H0V600H600V1200H1200V0H0Z"')
    expect(drawn).toContain('y1="21.48"')
    expect(drawn.match(/>(−?\$[\d.]+)</g)).toEqual(['>$0.00<', '>−$1.00<'])
  })

  it('lose no trough and no peak where several fall into one column', () => {
    const drawn = steps([0, 0], [1, -1_000_000], [2, 1_000_000], [3, 0])
    expect(drawn).toContain('d="M0 0H0V0V1200V600H1200"')
  })

  it('without any are no chart', () => expect(steps()).toBe(''))
})

describe('a chart of pairs', () => {
  const PAIRS: Chart = {
    ...{ kind: 'pairs', title: EVIL, unit: 'ratio', names: ['predicted', EVIL], whole: 1_000_000 },
    pairs: [
      { label: '90 to 95 %', values: [930_000, 500_000] },
      { label: EVIL, values: [null, 0] },
    ],
  }
  const drawn = chartOf(PAIRS)

  it('has two bars a label, in proportion to the whole, both values and a legend', () => {
    expect(drawn).toContain('<rect x="0.00%" y="46" width="93.00%" height="12" class="first"/>')
    expect(drawn).toContain('<rect x="0.00%" y="58" width="50.00%" height="12" class="second"/>')
    expect(drawn).toContain('>93.00 % · 50.00 %<')
    expect(drawn).toContain('<text x="16" y="14">predicted</text>')
  })

  it('has no bar for what is not known, and escapes what it is told', () => {
    expect(drawn).toContain('>– · 0.00 %<')
    expect(drawn.match(/height="12" class="first"/g)).toHaveLength(1)
    expect(drawn).not.toContain('<b>')
  })

  it('draws losses left of a common zero', () => {
    const lost = chartOf({
      kind: 'pairs',
      title: 'x',
      unit: 'money',
      names: ['edge', 'P&L'],
      pairs: [{ label: 'a', values: [1_000_000, -3_000_000] }],
    })
    expect(lost).toContain('<rect x="75.00%" y="46" width="25.00%" height="12" class="first"/>')
    expect(lost).toContain('<rect x="0.00%" y="58" width="75.00%" height="12" class="second"/>')
    expect(lost).toContain('<line x1="75.00%" x2="75.00%"')
    expect(lost).toContain('>$1.00 · −$3.00<')
  })

  it('without any is no chart', () => expect(chartOf({ ...PAIRS, pairs: [] })).toBe(''))
})

import { missedFindings, paidPerPair, type PairEnd } from '../../../src/core/report/missed'
import type { SeenMargin } from '../../../src/core/report/record'
import { money, quantity } from '../../../src/core/units'

const end = (kalshi: string | null, forecastex: string | null, isOpposite = false): PairEnd => ({
  ...{ pair: 'u3', isOpposite },
  kalshiYes: kalshi === null ? null : money(kalshi),
  forecastexYes: forecastex === null ? null : money(forecastex),
})
const margin = (change: Partial<SeenMargin> = {}): SeenMargin => ({
  ...{ firstMs: 1, durationMs: 10, pair: 'u3', direction: 'A', outcome: 'refused', reason: 'cool-down', refusals: '' },
  ...{ size: quantity('10'), netEdge: money('0.50'), capital: money('9.50') },
  ...change,
})
const made = (margins: readonly SeenMargin[], ...ends: readonly PairEnd[]) =>
  missedFindings({ margins: { known: margins }, ends, yesPaid: new Map() })
const valueOf = (margins: readonly SeenMargin[], ...ends: readonly PairEnd[]): unknown =>
  made(margins, ...ends).figures.find(({ key }) => key === 'value')?.value

describe('what a pair of a box paid', () => {
  it.each([
    ['A', '1', '1', false, 1_000_000],
    ['A', '0', '0', false, 1_000_000],
    ['B', '1', '1', false, 1_000_000],
    ['A', '1', '0', true, 1_000_000],
    ['B', '1', '0', true, 1_000_000],
    ['A', '0', '1', false, 0],
    ['A', '1', '0', false, 2_000_000],
    ['B', '0', '1', false, 2_000_000],
    ['A', '0.37', '1', false, 370_000],
  ] as const)('direction %s, Kalshi YES %s, ForecastEx YES %s, opposite %p: %p µ$', (direction, kalshi, forecastex, isOpposite, paid) => {
    expect(paidPerPair(end(kalshi, forecastex, isOpposite), direction)).toBe(paid)
  })

  it('is not known while a market has not ended, nor of two directions at once', () => {
    expect([paidPerPair(end('1', null), 'A'), paidPerPair(end(null, '1'), 'A'), paidPerPair(end('1', '1'), 'both')]).toEqual([
      null,
      null,
      null,
    ])
  })
})

describe('a refused edge', () => {
  // ten contracts of 0.50 at most, fees included: 5.20
  const edge = (direction: 'yes' | 'no', yes: string | null, change: Partial<SeenMargin> = {}): unknown => {
    const known = [margin({ pair: 'K-BUF', direction, netEdge: money('0.40'), capital: money('5.20'), ...change })]
    const yesPaid = new Map(yes === null ? [] : [['K-BUF', money(yes)] as const])
    const { figures } = missedFindings({ margins: { known }, ends: [], yesPaid })
    return figures.find(({ key }) => key === 'value')?.value
  }
  it.each([
    ['yes', '1', 4_800_000],
    ['yes', '0', -5_200_000],
    ['no', '0', 4_800_000],
    ['no', '1', -5_200_000],
    ['yes', '0.5', -200_000],
    ['yes', null, null],
  ] as const)('of %s whose YES paid %s came to %p µ$: what its side paid, less what it cost', (direction, yes, value) =>
    expect(edge(direction, yes)).toBe(value),
  )
  it('that was never sized came to nothing that is known', () =>
    expect(edge('yes', '1', { size: null, netEdge: null, capital: null })).toBeNull())
  it('has no end but that of its own market: a pair of the same name is another question', () => {
    const known = [margin({ pair: 'u3', direction: 'yes' })]
    const { tables } = missedFindings({ margins: { known }, ends: [end('1', '1')], yesPaid: new Map() })
    expect(tables[0]?.rows[0]?.slice(-3)).toEqual([null, null, null])
  })
})

describe('a refused opportunity', () => {
  it('that both venues settled alike has lost its edge', () => expect(valueOf([margin()], end('1', '1'))).toBe(500_000))

  it('whose venues disagree would have lost its money, or doubled it', () => {
    expect(valueOf([margin()], end('0', '1'))).toBe(500_000 - 10_000_000)
    expect(valueOf([margin()], end('1', '0'))).toBe(500_000 + 10_000_000)
  })

  it('of which a market has not ended has come to nothing that is known, and it is said', () => {
    expect(valueOf([margin()], end('1', null))).toBeNull()
    expect(made([margin()], end('1', null)).notes[0]).toContain('Of 1 refused opportunities it is not known yet')
    expect(made([margin({ pair: 'unknown' })], end('1', '1')).notes[0]).toContain('it is not known yet')
  })

  it('without a size is counted, and nothing is claimed of it', () => {
    const { notes, tables } = made([margin({ size: null, netEdge: null })], end('1', '1'))
    expect(notes[0]).toContain('1 were refused before they had a size')
    expect(tables[1]?.rows).toEqual([['cool-down', 1, 0, 0, 0, null, 0]])
  })
})

describe('the report of what was missed', () => {
  it('leaves out what was taken, superseded or vanished', () => {
    const others = (['taken', 'superseded', 'vanished'] as const).map((outcome) => margin({ outcome }))
    const { figures, tables } = made([...others, margin()], end('1', '1'))
    expect(figures.slice(0, 3).map(({ value }) => value)).toEqual([4, 1, 1])
    expect(tables[0]?.rows).toHaveLength(1)
  })

  it('has what each gate kept from being taken, the dearest first, and what it saved from', () => {
    const margins = [margin(), margin({ reason: 'exit depth', netEdge: money('2') }), margin({ reason: 'exit depth', pair: 'cpi' })]
    const { tables } = made(margins, end('1', '1'), { ...end('0', '1'), pair: 'cpi' })
    expect(tables[1]?.rows).toEqual([
      ['exit depth', 2, 2, 2_500_000, 2, 2_000_000 + 500_000 - 10_000_000, 1],
      ['cool-down', 1, 1, 500_000, 1, 500_000, 0],
    ])
  })

  it('without the record says so, and nothing else', () => {
    const { figures, tables, notes } = missedFindings({
      margins: { unknown: 'QuestDB does not answer (refused)' },
      ends: [],
      yesPaid: new Map(),
    })
    expect([figures, tables, notes]).toEqual([[], [], ['What was missed is not known: QuestDB does not answer (refused).']])
  })
})

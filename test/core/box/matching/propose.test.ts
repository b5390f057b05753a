import { propose } from '../../../../src/core/box/matching/propose'
import { pairUp, type Readable } from '../../../../src/core/box/matching/pair-up'
import type { Proposition, Reading } from '../../../../src/core/market/proposition'
import { money } from '../../../../src/core/units'
import { above, asked, U3 } from './fixture'

const classOf = (kalshi: Partial<Proposition>, forecastex: Partial<Proposition> = {}) => propose(asked(kalshi), asked(forecastex)).class
const [nothing, all, anything] = [
  { least: money('0'), most: money('0') },
  { least: money('1'), most: money('1') },
  { least: money('0'), most: money('1') },
]

describe('the class that two texts come to (market-math §8)', () => {
  it('S0 only where every field is told by both and the same; each field left open or different takes it away', () => {
    expect(propose(asked(), asked())).toMatchObject({ class: 'S0', polarity: 'same', states: [] })
    const open = {
      adjustment: null,
      source: null,
      period: null,
      grid: null,
      rounding: null,
      revision: null,
      measured: null,
      fallback: null,
    }
    const other = {
      ...{ statistic: 'us-payrolls-change', adjustment: 'unadjusted', source: { agency: 'BEA', document: null }, period: '2025-04' },
      ...{
        grid: '0.01',
        rounding: '0.01',
        revision: 'final',
        measured: { date: '2025-04-05', zone: 'UTC' },
        fallback: 'if late resolves yes',
      },
    } as const
    for (const [field, value] of [...Object.entries(open), ...Object.entries(other)]) {
      expect([field, classOf({ [field]: value })]).not.toEqual([field, 'S0'])
      const isTold = value !== null && field !== 'source' // of this source the document is not told
      expect([field, classOf({ [field]: value }, { [field]: value }) === 'S0']).toEqual([field, isTold])
    }
  })
  it('a hazard only: S1h, and either may pay anything in it', () => {
    const judged = propose(asked({ fallback: null }), asked())
    expect(judged).toMatchObject({
      class: 'S1h',
      states: [{ name: 'hazard', kalshiYes: anything, forecastexYes: anything, together: false }],
    })
  })
  it('nested: S1, with the gap that the wrong box falls into; nested with a hazard too: S1h', () => {
    const judged = propose(asked({ condition: above('4.0') }), asked())
    expect(judged).toMatchObject({
      class: 'S1',
      states: [{ name: 'gap', kalshiYes: all, forecastexYes: nothing, together: true }],
    })
    const swapped = propose(asked(), asked({ condition: above('4.0') }))
    expect(swapped).toMatchObject({ class: 'S1', states: [{ name: 'gap', kalshiYes: nothing, forecastexYes: all }] })
    expect(classOf({ condition: above('4.0'), fallback: null })).toBe('S1h')
  })
  it('the complement: the same bet with the other outcome; less than that leaves a gap in which both pay alike', () => {
    const turned = { fallback: 'if report not released by may 2 2025 resolves yes' }
    expect(propose(asked(), asked({ condition: above('4.1', '<='), ...turned }))).toMatchObject({
      ...{ class: 'S0', polarity: 'opposite', states: [] },
    })
    expect(propose(asked(), asked({ condition: above('4.1', '<'), ...turned }))).toMatchObject({
      ...{ class: 'S1', polarity: 'opposite', states: [{ name: 'gap', kalshiYes: nothing, forecastexYes: nothing }] },
    })
    expect(propose(asked(), asked({ condition: above('4.3', '<'), ...turned }))).toMatchObject({
      ...{ class: 'S1', polarity: 'opposite', states: [{ name: 'gap', kalshiYes: all, forecastexYes: all }] },
    })
  })
  it('the complement with the same words for a late release is not the same bet: both legs of its box pay nothing then', () => {
    const hazard = [{ name: 'hazard', kalshiYes: anything, forecastexYes: anything }]
    for (const fallback of ['if report not released by may 2 2025 resolves no', 'if report not released by may 2 2025 nothing is paid'])
      expect(propose(asked({ fallback }), asked({ condition: above('4.1', '<='), fallback }))).toMatchObject({
        class: 'S1h',
        states: hazard,
      })
  })
  it('a tie that one text knows: half there, anything at the other', () => {
    const tie = { state: 'tie', yesPays: { least: 500_000, most: 500_000 }, text: 'A tie pays 50-50.' } as const
    expect(propose(asked({ branches: [tie] }), asked())).toMatchObject({
      ...{
        class: 'S1h',
        states: [{ name: 'tie', kalshiYes: { least: 500_000, most: 500_000 }, forecastexYes: anything, together: false }],
      },
    })
    expect(classOf({ branches: [tie] }, { branches: [tie] })).toBe('S0')
  })
  it('a grid that only one text tells is none to compare on: what may lie between two thresholds is a gap', () => {
    const next = { condition: above('4.2', '>=') }
    expect([propose(asked(), asked(next)).states, propose(asked(), asked({ ...next, grid: null })).states.map(({ name }) => name)]).toEqual(
      [[], ['gap']],
    )
  })
  it('what was not read is S3, with its sentence; so is another family; another number of one family is S2', () => {
    const unread: Reading = { kind: 'not-read', because: 'Kalshi X: purple' }
    expect(propose(unread, asked())).toMatchObject({ class: 'S3', because: ['Kalshi X: purple'] })
    expect(classOf({ statistic: 'us-payrolls-change' })).toBe('S3')
    expect(classOf({ statistic: 'us-cpi-mom' }, { statistic: 'us-cpi-yoy' })).toBe('S2')
  })
})

describe('traps of market-math §8', () => {
  const NONE = { adjustment: 'none' } as const
  it('FED and FF: the words of FF leave open which rate is meant, at whatever strike', () => {
    const fed = { ...NONE, statistic: 'us-fed-upper-bound', condition: above('3.75'), grid: '0.25' }
    const ff = { ...NONE, statistic: 'us-fed-target-rate', condition: above('3.875'), grid: null }
    expect([classOf(fed, ff), classOf(ff, ff), classOf({ ...ff, grid: '0.25' }, { ...ff, grid: '0.25' })]).toEqual(['S2', 'S2', 'S2'])
  })
  it('weather: another station, another report', () => {
    const high = (statistic: string, source: Proposition['source']) => ({
      ...NONE,
      statistic,
      source,
      condition: above('85'),
      grid: '1',
      rounding: '1',
    })
    const nws = { agency: 'NWS', document: 'Climatological Report (Daily)' }
    expect(classOf(high('daily-high/KNYC', nws), high('daily-high/KLGA', nws))).toBe('S2')
    expect(classOf(high('daily-high/KNYC', nws), high('daily-high/KNYC', { agency: 'Weather Underground', document: null }))).toBe('S2')
    expect(classOf(high('daily-high/KNYC', nws), high('daily-high/KNYC', nws))).toBe('S0')
  })
  it('T3.0 asked with "above" and with "at least": nested, never the same', () =>
    expect(propose(asked({ condition: above('3.0') }), asked({ condition: above('3.0', '>=') }))).toMatchObject({
      class: 'S1',
    }))
  it('a rounding that only one text tells: S2 until both agree', () => expect(classOf({ rounding: null })).toBe('S2'))
})

describe('which pairs a person looks at', () => {
  const listed = (title: string, change: Partial<Proposition>, closeMs = 0): Readable => ({ title, reading: asked(change), closeMs })
  const ladder = ['4.0', '4.1', '4.2']
  it('of two ladders each rung with its own, of other months and families none', () => {
    const kalshi = ladder.map((strike) => listed(`U3 above ${strike}`, { condition: above(strike) }))
    const others = [listed('April', { period: '2025-04' }), listed('jobs', { statistic: 'us-payrolls-change' })]
    const forecastex = ladder.map((strike) => listed(`unemployment exceeds ${strike}`, { condition: above(strike) }))
    expect(
      pairUp(kalshi, [...forecastex, ...others]).map((pair) => [pair.kalshi.title, pair.forecastex.title, pair.judgement.class]),
    ).toEqual(expect.arrayContaining(ladder.map((strike) => [`U3 above ${strike}`, `unemployment exceeds ${strike}`, 'S0'])))
    expect(pairUp(kalshi, [...forecastex, ...others])).toHaveLength(3)
  })
  it('without its own rung the nearest on both sides; the same set in other words is its own rung', () => {
    const kalshi = [listed('K', { condition: above('4.1') })]
    const [below, beside, same] = [
      listed('below', { condition: above('4.0') }),
      listed('beside', { condition: above('4.2') }),
      listed('same', { condition: above('4.2', '>=') }),
    ]
    expect(pairUp(kalshi, [below, beside]).map(({ forecastex }) => forecastex.title)).toEqual(['below', 'beside'])
    expect(pairUp(kalshi, [below, beside, same]).map(({ forecastex }) => forecastex.title)).toEqual(['same'])
  })
  it('where a text tells no period, what closes near it; best class first', () => {
    const kalshi = [listed('K', {}), listed('K2', { condition: above('4.3') })]
    const near = listed('near', { period: null }, 3_600_000)
    const far = listed('far', { period: null }, 30 * 86_400_000)
    const whole = listed('whole', { condition: above('4.3') })
    expect(pairUp(kalshi, [near, far, whole]).map(({ forecastex, judgement }) => [forecastex.title, judgement.class])).toEqual([
      ['whole', 'S0'],
      ['near', 'S2'],
    ])
  })
  it('the fixture is a text that tells everything', () => expect(Object.values(U3)).not.toContain(null))
})

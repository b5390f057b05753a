import { match } from '../../../../src/core/box/matching/match'
import { MOST_SIMILAR, similarity } from '../../../../src/core/box/matching/similarity'
import type { Proposition, Reading } from '../../../../src/core/market/proposition'
import { above, asked } from './fixture'

const verdict = (one: Partial<Proposition>, other: Partial<Proposition> = {}) => match(asked(one), asked(other)).verdict
const who = (outcome: string): Partial<Proposition> => ({
  statistic: 'question/win al cy young',
  adjustment: 'none',
  grid: null,
  condition: { kind: 'named', outcome },
})

describe('what is confirmed, what a person looks at, what is another question', () => {
  it('confirmed: statistic, period and condition are told by both and the same, and nothing that decides it differs', () => {
    expect([verdict({}), verdict({ source: null, rounding: null, fallback: null }), verdict({ fallback: 'if late yes' })]).toEqual([
      'confirmed',
      'confirmed',
      'confirmed',
    ])
  })
  it('review: something of the question is not told, or the words leave it open', () => {
    const open = { statistic: 'us-fed-target-rate', grid: null }
    expect([verdict({ period: null }), verdict({ period: null }, { period: null }), verdict(open, open)]).toEqual([
      'review',
      'review',
      'review',
    ])
  })
  it('review: a text that was not understood, with its sentence', () => {
    const unread: Reading = { kind: 'not-read', because: 'purple' }
    expect([match(unread, asked()), match(asked(), unread)]).toEqual([
      { verdict: 'review', because: ['purple'] },
      { verdict: 'review', because: ['purple'] },
    ])
  })
  it('different: another number, another threshold, another month, another source', () =>
    expect([
      verdict({ statistic: 'us-payrolls-change' }),
      verdict({ condition: above('4.2') }),
      verdict({ period: '2025-04' }),
      verdict({ source: { agency: 'BEA', document: null } }),
    ]).toEqual(['different', 'different', 'different', 'different']))
  it('a name hardly different is looked at and never confirmed; a code has no spelling', () => {
    expect(verdict(who('name:george walsh'), who('name:george walish'))).toBe('review')
    expect(verdict(who('name:george walsh'), who('name:letitia james'))).toBe('different')
    expect(verdict(who('party:R'), who('party:D'))).toBe('different')
    expect(verdict({ ...who('name:george walsh'), period: '2026' }, { ...who('name:george walish'), period: '2028' })).toBe('different')
  })
})

describe('similarity orders a queue', () => {
  it('from nothing shared to all, alike from both sides', () => {
    expect([similarity('abc', 'xyz'), similarity('A-b, c', 'a b c'), similarity('', ''), similarity('x', 'x')]).toEqual([
      0,
      MOST_SIMILAR,
      0,
      0,
    ])
    expect(similarity('Fed above 3.75', 'Fed above 3.50')).toBe(similarity('Fed above 3.50', 'Fed above 3.75'))
  })
  it('nearly all for titles one digit apart: which is why it confirms nothing', () =>
    expect(similarity('Will unemployment be above 4.1% in March?', 'Will unemployment be above 4.2% in March?')).toBeGreaterThan(9_000))
})

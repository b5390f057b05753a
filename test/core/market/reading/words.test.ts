import { conditionsIn, conditionWords } from '../../../../src/core/market/reading/conditions'
import { daysIn, monthsIn, quartersIn } from '../../../../src/core/market/reading/dates'
import { decimal, plain, sentences, spelling } from '../../../../src/core/market/reading/words'

describe('words of a text', () => {
  it.each([
    ['244,000', '244000'],
    ['4.10', '4.1'],
    ['-0.10', '-0.1'],
    ['-0.0', '0'],
    ['007', '7'],
    ['1e5', null],
    ['', null],
    ['4.', '4'],
    ['9'.repeat(16), null],
  ])('decimal "%s"', (text, expected) => expect(decimal(text)).toBe(expected))
  it('one spelling of marks, accents and dashes', () => {
    expect(plain('Will the **high temp** be 84–85° …  “so”')).toBe('Will the high temp be 84-85° … "so"')
    expect(['Flávio Bolsonaro', "Drivers' Champion", 'deGrom', 'The MongolZ'].map(spelling)).toEqual([
      'flavio bolsonaro',
      'drivers champion',
      'degrom',
      'the mongolz',
    ])
  })
  it('sentences end at points and at lines', () =>
    expect(sentences('One. Two? three; Four\nfive')).toEqual(['One.', 'Two? three;', 'Four', 'five']))
})

describe('conditions on a number', () => {
  it.each([
    ['is above 4.1% in March', '> 4.1'],
    ['increases by more than -0.1% in', '> -0.1'],
    ['exceed 244,000 for the week', '> 244000'],
    ['is greater than or equal to 3', '>= 3'],
    ['at least 11 hurricanes', '>= 11'],
    ['86° or above', '>= 86'],
    ['50bps or more', ''],
    ['be below 73 F on', '< 73'],
    ['less than 78°, then', '< 78'],
    ['no more than 5', '<= 5'],
    ['77° or below', '<= 77'],
    ['is between 84-85°, then', '84 to 85'],
    ['be 84-85° on Jun 15', '84 to 85'],
    ['between 3 and 4 percent', '3 to 4'],
    ['exactly 4.5% in', '4.5 to 4.5'],
    ['in 2024-2025 there', ''],
    ['above 3 and at least 5', '>= 5, > 3'],
  ])('%s', (text, expected) => expect(conditionsIn(text).map(conditionWords).join(', ')).toBe(expected))
})

describe('dates', () => {
  it('days in both spellings; a date that is none is none', () =>
    expect(daysIn('the Sep 16, 2026 meeting, September 17 2026, May 40, 2026')).toEqual(['2026-09-16', '2026-09-17']))
  it('months, also without the space', () => expect(monthsIn('in September2026 or Mar. 2025')).toEqual(['2026-09', '2025-03']))
  it('quarters in both spellings', () => expect(quartersIn('Q2 2026, the third quarter of 2026')).toEqual(['2026-Q2', '2026-Q3']))
})

import { createHash } from 'node:crypto'
import { ruleText } from '../../../src/venues/rule-text'

const hashOf = (text: string): string => ruleText([['rules', text]]).sha256
const RULES = 'If the rate is above 4.1% in March 2025, then the market resolves to "Yes" - never before May 2.'

describe('the fingerprint of a rule text', () => {
  it('is the SHA-256 of the text that is kept for review', () => {
    const { text, sha256 } = ruleText([
      ['market', 'Above 4.1%'],
      ['rules', 'If …'],
    ])
    expect(text).toBe('market: Above 4.1%\nrules: If ...')
    expect(sha256).toBe(createHash('sha256').update(text, 'utf8').digest('hex'))
  })

  it.each([
    ['line ends and blanks of every kind', RULES.replaceAll(' ', '\u00a0 \r\n\t')],
    ['blanks around it', `\n ${RULES} `],
    ['typographic quotation marks', RULES.replace('"Yes"', '\u201cYes\u201d')],
    ['another dash', RULES.replace(' - ', ' \u2013 ')],
    ['invisible characters', RULES.replace('market', '\ufeffmar\u00adket\u200b')],
  ])('is the same for %s', (_what, text) => {
    expect(text).not.toBe(RULES)
    expect(hashOf(text)).toBe(hashOf(RULES))
  })
  it('is the same for decomposed letters', () => {
    expect(hashOf('Bogot\u0061\u0301')).toBe(hashOf('Bogot\u00e1'))
  })

  it.each([
    ['a digit', RULES.replace('4.1', '4.2')],
    ['a sign', RULES.replace('%', '')],
    ['a case', RULES.replace('Yes', 'yes')],
    ['a word', RULES.replace('above', 'at or above')],
    ['a comma', RULES.replace(',', '')],
    ['a superscript, which is no digit', RULES.replace('4.1', '4.\u00b9')],
  ])('is another for %s', (_what, text) => {
    expect(hashOf(text)).not.toBe(hashOf(RULES))
  })

  it('does not change for a thing that the venue leaves empty, and does for one that moves', () => {
    const said = ['rules', RULES] as const
    expect(ruleText([said, ['further rules', ' ']])).toEqual(ruleText([said]))
    expect(ruleText([said, ['functional strike', null]])).toEqual(ruleText([said]))
    expect(ruleText([['further rules', RULES]]).sha256).not.toBe(hashOf(RULES))
  })
})

import { createHash } from 'node:crypto'
import { isLabelledHere, judged, labelledPairs, type LabelledPair } from './labelled'

const recorded = isLabelledHere ? it : it.skip

/** By a hash of the ids: grammars were written with one half in view only. */
const half = (pair: LabelledPair): number =>
  (createHash('sha256')
    .update(pair.kalshi_id + pair.polymarket_id)
    .digest()[0] ?? 0) & 1

/** A little below what is reached (0.88 in either half): what falls below was broken. */
const RECALL_AT_LEAST = 0.85
/** Of 500 pairs 27 were left to a person. */
const REVIEW_AT_MOST = 35

describe('500 pairs of titles that people have labelled', () => {
  recorded('precision 1.00: none of the false ones is confirmed', () => {
    const wrong = labelledPairs().filter((pair) => pair.label === 'false_match' && judged(pair).verdict === 'confirmed')
    expect(wrong.map((pair) => [pair.kalshi_title, pair.polymarket_title])).toEqual([])
  })
  recorded('recall is alike in the half that the grammars were written from and in the other', () => {
    for (const which of [0, 1]) {
      const of = labelledPairs().filter((pair) => pair.label === 'true_match' && half(pair) === which)
      const confirmed = of.filter((pair) => judged(pair).verdict === 'confirmed')
      expect(of.length).toBeGreaterThan(80)
      expect([which, confirmed.length / of.length > RECALL_AT_LEAST]).toEqual([which, true])
    }
  })
  recorded('the queue for people is short, and has names that only a spelling parts', () => {
    const review = labelledPairs().filter((pair) => judged(pair).verdict === 'review')
    expect(review.length).toBeLessThan(REVIEW_AT_MOST)
    const spelt = review.filter((pair) => judged(pair).because.some((why) => /^condition: one says (?:name|team):/.test(why)))
    expect(spelt.length).toBeGreaterThan(0)
  })
  recorded('what people called the same and the texts do not: another year, "more than" and "at least"', () => {
    const different = labelledPairs().filter((pair) => pair.label === 'true_match' && judged(pair).verdict === 'different')
    for (const pair of different) expect(judged(pair).because.join('; ')).toMatch(/period: one says \d+, the other \d+|condition: /)
    expect(different.length).toBeLessThan(8)
  })
})

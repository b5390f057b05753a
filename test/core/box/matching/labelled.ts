import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { match, type Match } from '../../../../src/core/box/matching/match'
import { readTitle } from '../../../../src/core/market/reading/titles/title'
import type { Reading } from '../../../../src/core/market/proposition'

/** Beside the repository, where the shared recordings lie. */
const LABELLED = join(__dirname, '../../../../../shared/data/cross_venue/kalshi_polymarket_labelled.jsonl.gz')
export const isLabelledHere = existsSync(LABELLED)

export interface LabelledPair {
  readonly kalshi_id: string
  readonly polymarket_id: string
  readonly kalshi_title: string
  readonly polymarket_title: string
  readonly polymarket_rules: string
  readonly label: 'true_match' | 'false_match'
}
export const labelledPairs = (): readonly LabelledPair[] =>
  gunzipSync(readFileSync(LABELLED))
    .toString('utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as LabelledPair)

/** The year of an election or a season, where a segment of the ticker is nothing but two digits: as the venue's reader takes it from the event. */
const editionOf = (ticker: string): string | null => {
  const found = ticker.split('-').filter((segment) => /^\d\d$/.test(segment))
  return found.length === 1 ? `20${found[0] ?? ''}` : null
}
export const kalshiSide = (pair: LabelledPair): Reading =>
  readTitle({ title: pair.kalshi_title, rules: '', edition: editionOf(pair.kalshi_id) })
export const otherSide = (pair: LabelledPair): Reading =>
  readTitle({ title: pair.polymarket_title, rules: pair.polymarket_rules, edition: null })
export const judged = (pair: LabelledPair): Match => match(kalshiSide(pair), otherSide(pair))

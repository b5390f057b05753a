import { decidedText, importText, listText, pairText, proposedText } from '../../../src/cli/verbs/pairs/text'
import { payoffMatrix } from '../../../src/core/box/payoff'
import { money, type Money } from '../../../src/core/units'
import type { PairView } from '../../../src/operator/pairs/review'

const DAY = Date.UTC(2026, 10, 22)
const ANY = { least: 0 as Money, most: money('1') }
const HAZARD = { name: 'hazard', kalshiYes: ANY, forecastexYes: ANY, together: false } as const
const side = (market: string, latest: string) => ({
  ...{ market, key: null, readNow: null, judgedSha256: 'ab'.repeat(32), latestSha256: latest },
  texts: [{ sha256: latest, firstSeenMs: DAY as never, text: 'If it rains,\nit pays.' }],
})
const VIEW: PairView = {
  ...{ id: 'u3.1', state: 'suspended', version: 3, class: 'S1h', polarity: 'opposite', approvedFor: 'sim', kalshi: 'K', forecastex: '11' },
  ...{ question: 'Rain?', similarity: 8_750, expiresMs: DAY + 86_400_000, by: 'desk', atMs: DAY, reason: 'the text has changed' },
  ...{
    waitsFor: 'a new approval: the text has changed',
    because: ['fallback: neither says'],
    fields: null,
    states: [HAZARD],
    evidence: 'read',
  },
  sides: { kalshi: side('K', 'cd'.repeat(32)), forecastex: side('11', 'ab'.repeat(32)) },
  payoff: payoffMatrix({ id: 'u3.1', class: 'S1h', polarity: 'opposite', approvedFor: 'sim', version: '3', states: [HAZARD] }),
  ...{ approval: { by: 'ada', second: 'bob', atMs: DAY }, missingForAll: ['its class is S1h, and only S0 trades outside sim'] },
  versions: [
    {
      version: 3,
      state: 'suspended',
      class: 'S1h',
      approvedFor: 'sim',
      by: { name: 'desk', role: 'system' },
      atMs: DAY,
      reason: 'the text has changed',
    },
  ],
}

it('crossbook pairs list says what waits for whom', () => {
  const text = listText([VIEW, { ...VIEW, id: 'u4.1', state: 'active', waitsFor: null, approvedFor: 'none' }])
  expect(text).toContain(
    'u3.1  suspended  S1h    sim until 2026-11-23   88 %  a new approval: the text has changed  desk, 2026-11-22  Rain?',
  )
  expect(text).toContain('1 pair waits for a person: crossbook pairs show ID')
  expect(listText([])).toBe('no pairs: crossbook pairs propose compares what ingest has read, crossbook pairs import takes a file')
})

it('crossbook pairs show has everything a person needs to judge', () => {
  const text = pairText(VIEW)
  for (const line of [
    'pair u3.1, version 3: suspended (the text has changed), by desk at 2026-11-22T00:00Z',
    'class S1h: fallback: neither says\nYES at Kalshi pays when NO at ForecastEx does',
    'keys: kalshi and forecastex not read, so they cannot be compared',
    'kalshi K: judged: text abababababab; the newest on record is another one\ntext cdcdcdcdcdcd, first seen 2026-11-22T00:00Z\n  If it rains,\n  it pays.',
    'forecastex 11: judged: text abababababab\ntext abababababab, first seen 2026-11-22T00:00Z (judged)',
    'both end  Kalshi YES + ForecastEx YES  Kalshi NO + ForecastEx NO',
    'hazard                 $0.00 to $2.00             $0.00 to $2.00',
    'at the least: $0.00 (hazard) with Kalshi YES, $0.00 (hazard) with Kalshi NO',
    'approved for sim by ada and bob on 2026-11-22, until 2026-11-23; not in force: suspended\nevidence: read',
    '- its class is S1h, and only S0 trades outside sim',
  ])
    expect(text).toContain(line)
})

it('crossbook pairs show says what to do next, as it is typed', () => {
  const sides = { ...VIEW.sides, kalshi: side('K', 'ab'.repeat(32)) }
  const next = (change: Partial<PairView>): string => pairText({ ...VIEW, ...change }).split('\n')[2] ?? ''
  expect(next({})).toBe(
    'next: crossbook pairs propose --kalshi K --forecastex 11 takes the texts on record as those to judge; then look again',
  )
  expect(next({ sides, class: 'S0' })).toBe(
    'next: judge it anew, then crossbook pairs approve u3.1 --certificate 3 --evidence "…"; or leave it: nothing opens on it',
  )
  expect(next({ sides, state: 'proposed' })).toContain(' --certificate 3 --class S0 --evidence "…" (S1h trades in no mode')
  expect(next({ sides, state: 'active', waitsFor: null })).toBe('to stop it: crossbook pairs suspend u3.1 --reason "…"')
  expect(next({ sides, state: 'active' })).toContain('next: judge it anew')
  expect(next({ sides, state: 'ended' })).toBe('')
  expect(pairText({ ...VIEW, approval: null })).toContain('forecastex 11: to be judged: text abababababab')
})

it('crossbook pairs approve says that another class than S0 trades in no mode', () => {
  expect(decidedText({ ...VIEW, state: 'active' })).toBe(
    'pair u3.1 is active (version 3), approved for sim until 2026-11-23; class S1h is recorded and trades in no mode',
  )
  expect(decidedText(VIEW)).toBe('pair u3.1 is suspended (version 3): the text has changed')
})

it('crossbook pairs propose and import leave out nothing silently', () => {
  const proposed = {
    id: 'a' as never,
    version: 1,
    kind: 'added',
    why: 'new',
    kalshi: 'K',
    forecastex: '11',
    question: 'Rain?',
    class: 'S0',
    similarity: 10_000,
  } as const
  const notRead = [{ venue: 'kalshi', market: 'K2', because: 'no period is told' }] as const
  const text = proposedText({ markets: { kalshi: 2, forecastex: 1 }, proposals: [proposed, { ...proposed, kind: 'unchanged' }], notRead })
  expect(text).toContain('looked at 2 markets of kalshi and 1 question of forecastex: 1 proposed, 0 changed, 0 suspended, 1 as they were')
  expect(text).toContain('1 market not understood, of which nothing is proposed:\n- kalshi K2: no period is told')
  expect(importText({ imported: [], refused: [{ row: 2, name: 'X', why: 'kalshi_ticker is missing' }] })).toBe(
    'row 2 (X): kalshi_ticker is missing\n\n0 pairs on record; 1 row not imported',
  )
})

import { calibrationBy, calibrationOf, type Calibration, type CalibrationGroup, type Claim, type Scored } from '../../stats/calibration'
import type { ConfidencePercent, Estimate } from '../../stats/estimates'
import { column, figure, unknownFindings, type Chart, type Findings, type Table, type Value } from '../document'
import type { Recorded } from '../record'

/** Of a group's intervals: what is judged has the one of its rule (config/profiles.yaml). */
export const REPORT_CONFIDENCE: ConfidencePercent = 95
const MILLIONTHS = 1_000_000
const PERCENT = 100

interface Named {
  readonly name: string
  readonly calibration: Calibration
}

const micros = (value: number | null | undefined): number | null =>
  value === null || value === undefined ? null : Math.round(value * MILLIONTHS)
const ofScored = ({ scored }: Calibration, of: (scored: Scored) => number | null | undefined): number | null =>
  scored === null ? null : micros(of(scored))
const interval = (estimate: Estimate | null | undefined): readonly Value[] => [
  micros(estimate?.mean),
  micros(estimate?.low),
  micros(estimate?.high),
]

/** Whether claims came true: by group, and all of them together. */
export function calibrationFindings(claims: Recorded<readonly Claim[]>, by: CalibrationGroup): Findings {
  if ('unknown' in claims) return unknownFindings(`What was claimed is not known: ${claims.unknown}.`)
  const all = calibrationOf(claims.known, REPORT_CONFIDENCE)
  const groups = calibrationBy(by, claims.known, REPORT_CONFIDENCE)
  return {
    figures: [
      figure('claims', 'signals', 'count', all.claims),
      figure('games', 'of so many games', 'count', all.games),
      figure('unknown', 'of these signals not ended yet', 'count', all.unknown),
      figure(
        'brier',
        'Brier score of the consensus',
        'ratio',
        ofScored(all, ({ brier }) => brier),
      ),
      figure(
        'priceBrier',
        'Brier score of the price',
        'ratio',
        ofScored(all, ({ priceBrier }) => priceBrier),
      ),
      figure(
        'skill',
        'skill: what the consensus knew beyond the price',
        'ratio',
        ofScored(all, ({ skill }) => skill),
      ),
      figure(
        'claimed',
        'claimed a contract, net of fee',
        'money',
        ofScored(all, ({ claimed }) => claimed),
      ),
      figure(
        'realised',
        'earned a contract, net of fee',
        'money',
        ofScored(all, ({ realised }) => realised.mean),
      ),
      figure('closing', 'value of the closing line a contract, net of fee', 'money', micros(all.closing?.mean)),
    ],
    tables: [groupsTable(by, groups, all), binsTable(all)],
    charts: [reliabilityChart(all), edgeChart(by, groups)],
    notes: notesOf(all, by),
    violations: [],
  }
}

function groupsTable(by: CalibrationGroup, groups: readonly Named[], all: Calibration): Table {
  const rows = [...groups, { name: 'all', calibration: all }].map(({ name, calibration }): readonly Value[] => {
    const { scored, closing } = calibration
    const ratio = (of: (scored: Scored) => number | null): number | null => ofScored(calibration, of)
    return [
      ...[name, calibration.claims, calibration.unknown, scored?.games ?? 0],
      ...[ratio(({ brier }) => brier), ratio(({ priceBrier }) => priceBrier), ratio(({ skill }) => skill)],
      ...[ratio(({ logLoss }) => logLoss), ratio(({ priceLogLoss }) => priceLogLoss)],
      ...interval(scored?.gap),
      ...[ratio(({ claimed }) => claimed), ratio(({ claimedAtLeast }) => claimedAtLeast)],
      ...[...interval(scored?.realised), micros(scored?.filled?.mean)],
      ...[micros(closing?.mean), micros(closing?.error), calibration.withoutClosing],
    ]
  })
  return {
    name: 'groups',
    title: `By ${by}`,
    columns: [
      column(by, by, 'text'),
      column('claims', 'signals', 'count'),
      column('unknown', 'not ended', 'count'),
      column('games', 'games ended', 'count'),
      column('brier', 'Brier', 'ratio'),
      column('priceBrier', 'of the price', 'ratio'),
      column('skill', 'skill', 'ratio'),
      column('logLoss', 'log-loss', 'ratio'),
      column('priceLogLoss', 'of the price', 'ratio'),
      column('gap', 'claimed too often', 'ratio'),
      column('gapLow', 'at least', 'ratio'),
      column('gapHigh', 'at most', 'ratio'),
      column('claimed', 'claimed', 'money'),
      column('claimedAtLeast', 'on the bound', 'money'),
      column('realised', 'earned', 'money'),
      column('realisedLow', 'at least', 'money'),
      column('realisedHigh', 'at most', 'money'),
      column('filled', 'of filled ones', 'money'),
      column('closing', 'closing line', 'money'),
      column('closingError', 'standard error', 'money'),
      column('withoutClosing', 'without it', 'count'),
    ],
    rows,
  }
}

const binName = (from: number, to: number): string => `${Math.round(from * PERCENT)} to ${Math.round(to * PERCENT)} %`

const binsTable = ({ scored }: Calibration): Table => ({
  name: 'reliability',
  title: 'Claimed and observed, by what was claimed',
  columns: [
    column('probability', 'probability', 'text'),
    column('claims', 'signals', 'count'),
    column('games', 'games', 'count'),
    column('predicted', 'claimed, on average', 'ratio'),
    column('observed', 'observed', 'ratio'),
    column('low', 'at least', 'ratio'),
    column('high', 'at most', 'ratio'),
  ],
  rows: (scored?.bins ?? []).map(({ from, to, claims, games, predicted, observed, low, high }): readonly Value[] => [
    ...[binName(from, to), claims, games],
    ...[predicted, observed, low, high].map(micros),
  ]),
})

const reliabilityChart = ({ scored }: Calibration): Chart => ({
  kind: 'pairs',
  title: 'How often the side paid, by what was claimed',
  unit: 'ratio',
  names: ['claimed', 'observed'],
  pairs: (scored?.bins ?? []).map(({ from, to, games, predicted, observed }) => ({
    label: `${binName(from, to)} (${games} games)`,
    values: [micros(predicted), micros(observed)],
  })),
  whole: MILLIONTHS,
})

const edgeChart = (by: CalibrationGroup, groups: readonly Named[]): Chart => ({
  kind: 'pairs',
  title: `Claimed and earned a contract, net of fee, by ${by}`,
  unit: 'money',
  names: ['claimed', 'earned'],
  pairs: groups.flatMap(({ name, calibration: { scored } }) =>
    scored === null
      ? []
      : [{ label: `${name} (${scored.games} games)`, values: [micros(scored.claimed), micros(scored.realised.mean)] as const }],
  ),
})

const notesOf = ({ claims, unknown, scored, withoutClosing }: Calibration, by: CalibrationGroup): readonly string[] => [
  ...(claims === 0 ? ['Nothing was claimed in this time: no edge passed every check.'] : []),
  ...(unknown === 0 ? [] : [`Of ${unknown} signals it is not known yet how their market ended: they are in no score.`]),
  ...(scored?.games === 1 ? ['All that has ended is of one game: nothing tells what is chance.'] : []),
  ...(withoutClosing === 0 ? [] : [`Of ${withoutClosing} signals no closing line is known.`]),
  `Intervals are of ${REPORT_CONFIDENCE} %, by game: signals of one game share its result.`,
  'A signal that was not filled counts at the price that was displayed, as if all of it had been had.',
  'Signals are where books and Kalshi differ most, and errors are among them: what a probability is worth elsewhere, this does not say.',
  ...(by === 'book' ? ['A signal counts for each of its books, by that book’s own probability.'] : []),
]

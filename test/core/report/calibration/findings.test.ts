import { calibrationFindings } from '../../../../src/core/report/calibration/findings'
import type { Findings } from '../../../../src/core/report/document'
import { claim } from '../../stats/claims'

const figuresOf = ({ figures }: Findings): Readonly<Record<string, unknown>> =>
  Object.fromEntries(figures.map(({ key, value }) => [key, value]))

describe('the report on calibration', () => {
  const claims = [
    claim({ closing: 560_000 }),
    claim({ probability: 550_000, paid: 0, profile: 'SCALP' }),
    claim({ paid: null, profile: 'SCALP' }),
  ]
  const made = calibrationFindings({ known: claims }, 'profile')

  it('tells what was claimed and what became of it, in whole millionths', () => {
    expect(figuresOf(made)).toEqual({
      ...{ claims: 3, games: 3, unknown: 1, brier: 231_250, priceBrier: 250_000, skill: 75_000 },
      ...{ claimed: 55_000, realised: -20_000, closing: 40_000 },
    })
  })

  it('has a row a group and one of all, a curve, and both as charts', () => {
    const [groups, bins] = made.tables
    expect(groups?.rows.map(([name, ...row]) => [name, row.slice(0, 3)])).toEqual([
      ['SCALP', [2, 1, 1]],
      ['STANDARD', [1, 0, 1]],
      ['all', [3, 1, 2]],
    ])
    expect(groups?.rows.every((row) => row.length === groups.columns.length)).toBe(true)
    expect(bins?.rows.map(([name, count]) => [name, count])).toEqual([
      ['50 to 60 %', 1],
      ['60 to 70 %', 1],
    ])
    expect(made.charts.map((chart) => chart.kind === 'pairs' && chart.pairs.map(({ label }) => label))).toEqual([
      ['50 to 60 % (1 games)', '60 to 70 % (1 games)'],
      ['SCALP (1 games)', 'STANDARD (1 games)'],
    ])
  })

  it('names what it leaves out', () => {
    expect(made.notes[0]).toBe('Of 1 signals it is not known yet how their market ended: they are in no score.')
    expect(made.notes).toContain('Of 2 signals no closing line is known.')
    expect(calibrationFindings({ known: [] }, 'book').notes[0]).toContain('Nothing was claimed')
    expect(calibrationFindings({ unknown: 'this stack has no QuestDB' }, 'book')).toMatchObject({
      ...{ figures: [], tables: [], notes: ['What was claimed is not known: this stack has no QuestDB.'] },
    })
  })
})

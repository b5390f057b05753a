import { Command } from 'commander'
import { describeEdge } from '../../../src/cli/edge/describe'
import { liftedText, standingsText } from '../../../src/cli/verbs/edge/calibration-text'
import { millis } from '../../../src/core/units'
import type { StandingRead } from '../../../src/stores/postgres/calibration/standings'

const STANDING: StandingRead = {
  ...{ profile: 'STANDARD', share: 0.25, reasons: ['a contract earned -3c on average'], atMs: millis(Date.UTC(2026, 10, 23, 12)) },
  ...{ fromMs: millis(0), verdict: 'fails', liftedMs: null },
  figures: { claims: 120, endedGames: 80, gapPpm: 61_250, claimedMicros: 42_000, realisedMicros: -30_000 },
}

describe('crossbook calibration', () => {
  it('shows how each profile stands, and why some are throttled', () => {
    const lifted: StandingRead = { ...STANDING, profile: 'SCALP', share: 1, reasons: [], liftedMs: millis(1), figures: { claims: 0 } }
    expect(standingsText([lifted, STANDING]).split('\n')).toEqual([
      expect.stringMatching(/^profile +claims +of each size +judged/),
      expect.stringContaining('─'),
      expect.stringMatching(/^SCALP +lifted +100 % +2026-11-23 +0 +– +– +– +–$/),
      expect.stringMatching(/^STANDARD +fails +25 % +2026-11-23 +120 +80 +6\.13 % +\$0\.042 +−\$0\.03$/),
      'STANDARD: a contract earned -3c on average',
    ])
    expect(standingsText([])).toMatch(/^no profile was ever judged: /)
  })

  it('says what a lift has changed', () => {
    expect(liftedText('STANDARD', null)).toBe('STANDARD is not throttled: nothing was changed')
    expect(liftedText('STANDARD', STANDING)).toMatch(/^STANDARD trades whole sizes again, not 25 %; /)
  })

  it('is a verb with its options', () => {
    const program = new Command()
    describeEdge(program, () => undefined)
    const verb = program.commands.find((command) => command.name() === 'calibration')
    expect(verb?.commands.map((command) => [command.name(), command.options.map(({ long, mandatory }) => [long, mandatory])])).toEqual([
      ['status', [['--json', false]]],
      [
        'lift',
        [
          ['--profile', true],
          ['--reason', true],
          ['--json', false],
        ],
      ],
    ])
  })
})

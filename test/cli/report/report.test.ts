import { Command } from 'commander'
import { describeReport } from '../../../src/cli/report'
import { report } from '../../../src/cli/verbs/report/report'

const asked = (kind: string, options: Partial<Parameters<typeof report>[1]> = {}): Promise<number> =>
  report(kind, { format: 'text', ...options })

describe('crossbook report', () => {
  it('says which reports, groups and formats there are, before it looks for a stack', async () => {
    await expect(asked('weekly')).rejects.toThrow(
      'a report is one of session, pnl, execution, tax, capital, missed, calibration, paper-live, audit, not "weekly"',
    )
    await expect(asked('pnl', { by: 'moon' })).rejects.toThrow('--by is one of trade, pair, strategy, venue, day, not "moon"')
    await expect(asked('paper-live', { by: 'day' })).rejects.toThrow('--by is one of venue, strategy, market, not "day"')
    await expect(asked('pnl', { format: 'pdf' })).rejects.toThrow('--format is one of text, json, csv, html, not "pdf"')
    await expect(asked('tax', { by: 'day' })).rejects.toThrow(
      '--by is of the reports pnl, calibration and paper-live; report tax has no groups',
    )
  })

  it('is a verb with its options', () => {
    const program = new Command()
    describeReport(program, () => undefined)
    const [verb] = program.commands
    expect(verb?.options.map(({ long }) => long)).toEqual(['--from', '--to', '--by', '--format', '--out'])
    expect(verb?.opts()).toEqual({ format: 'text' })
  })
})

import type { CalibrationReport, ProfileCalibrated } from '../../../src/workflows/messages'
import { rigOfFile } from '../rig'

const WORKFLOW = 'calibrate'
const HOLDS: ProfileCalibrated = {
  ...{ profile: 'SCALP', verdict: 'holds', figures: { endedGames: 80 }, beforePpm: 1_000_000, sharePpm: 1_000_000, reasons: [] },
}
const QUIET: CalibrationReport = { fromMs: 0, toMs: 1, unread: null, claims: 0, unknown: 0, asked: 0, left: 0, changed: [], profiles: [] }
let answers: (CalibrationReport | Error)[] = []
const rig = rigOfFile({
  calibrateProfiles() {
    const next = answers.shift()
    return next instanceof Error ? Promise.reject(next) : Promise.resolve(next ?? QUIET)
  },
})
const linesOf = async (): Promise<readonly string[]> => (await rig.details(WORKFLOW)).split('\n')

describe('calibrate', () => {
  it('tells how each profile fared, and what is left of the sizes of one that failed', async () => {
    const failed: ProfileCalibrated = { ...HOLDS, profile: 'STANDARD', verdict: 'fails', sharePpm: 250_000, reasons: ['it lost'] }
    answers = [{ ...QUIET, claims: 120, unknown: 7, profiles: [HOLDS, failed] }]
    expect(await rig.runOther(WORKFLOW)).toMatchObject({ claims: 120 })
    expect(await linesOf()).toEqual([
      '120 signals, 7 not ended',
      '- SCALP: holds, 80 games',
      '- STANDARD: fails, 80 games, **25 % of each size**',
      '  - it lost',
    ])
  })

  it('tells what was left, and which results were changed', async () => {
    const changed = Array.from({ length: 11 }, (_, at) => `KX-${at}`)
    answers = [{ ...QUIET, claims: 120, left: 3, changed }]
    await rig.runOther(WORKFLOW)
    expect(await linesOf()).toEqual([
      '120 signals, 0 not ended',
      '- **3 markets left** to be asked for next time',
      `- **results changed**: ${changed.slice(0, 10).join(', ')}, …`,
    ])
  })

  it('tries again after a minute what could not be read', async () => {
    answers = [new Error('QuestDB does not answer'), new Error('QuestDB does not answer'), { ...QUIET, claims: 3 }]
    expect(await rig.runOther(WORKFLOW)).toMatchObject({ claims: 3 })
    expect(answers).toEqual([])
  })

  it('says that a stack keeps no record', async () => {
    answers = [{ ...QUIET, unread: 'this stack has no QuestDB' }]
    await rig.runOther(WORKFLOW)
    expect(await linesOf()).toEqual(['**nothing was read**: this stack has no QuestDB'])
  })
})

import { lift } from '../../../src/operator/calibration/standings'
import { verifyAudit } from '../../../src/operator/audit'
import type { CalibrationRule, Judged, Kept } from '../../../src/core/stats/throttle'
import { millis } from '../../../src/core/units'
import { keepFindings, readLifts, readStanding, readStandings } from '../../../src/stores/postgres/calibration/standings'
import { SettableClock } from '../../stores/doubles'
import { freshLedger, NEVER, NOW } from '../ledger/support/ledger'

const RULE: CalibrationRule = { days: 180, minGames: 40, confidence: 95, maxGap: 0.05, share: 0.25 }
const BY = { name: 'calibrate', role: 'system' } as const
const PERSON = { name: 'me', role: 'operator' } as const
const FAILS: Judged = { kind: 'fails', reasons: ['it lost'] }
const ledger = freshLedger()

async function keep(run: string, atMs: number, judged: Judged, mode: 'sim' | 'paper' = 'sim'): Promise<Kept | undefined> {
  const finding = { profile: 'STANDARD', fromMs: NOW, judged, figures: { claims: 3, brierPpm: null } }
  const [kept] = await keepFindings(ledger().database, { run, mode, atMs: millis(NOW + atMs), rule: RULE, by: BY }, [finding], NEVER)
  return kept
}
const standing = async (): Promise<unknown> => {
  const read = await readStanding(ledger().database, 'sim', 'STANDARD')
  return read && [read.verdict, read.share, read.reasons, read.liftedMs]
}
const audited = (): Promise<unknown[]> =>
  ledger().column(`select detail ->> 'share' from audit where action like 'calibration%' order by seq`)
const liftIt = (by: { name: string; role: 'operator' | 'viewer' } = PERSON, reason = 'weights of the books changed') =>
  lift({ database: ledger().database, clock: new SettableClock(NOW + 10), mode: 'sim' }, { profile: 'STANDARD', reason, by })

describe('how a profile stands', () => {
  it('is not known before a run has judged it, and full sizes are left', async () => {
    expect(await standing()).toBeNull()
    expect(await readStandings(ledger().database, 'sim')).toEqual([])
    expect(await liftIt()).toBeNull()
  })

  it('is throttled by claims that fail, audited; a run that is told again changes nothing', async () => {
    expect(await keep('r1', 1, FAILS)).toMatchObject({ before: null, after: { share: 0.25 } })
    // whatever an attempt finds whose predecessor's answer was lost
    expect(await keep('r1', 2, { kind: 'holds', isEarned: true })).toMatchObject({ verdict: 'fails', before: null, after: { share: 0.25 } })
    expect(await ledger().column('select count(*) from calibration')).toEqual([1])
    expect(await standing()).toEqual(['fails', 0.25, ['it lost'], null])
    expect(await readStandings(ledger().database, 'sim')).toMatchObject([{ profile: 'STANDARD', figures: { claims: 3, brierPpm: null } }])
    expect(await audited()).toEqual(['0.25'])
  })

  it('is of its own mode', async () => {
    await keep('r1', 1, FAILS)
    await keep('r2', 2, { kind: 'holds', isEarned: true }, 'paper')
    expect(await standing()).toEqual(['fails', 0.25, ['it lost'], null])
  })

  it('stays throttled where too few games have ended to say anything, and is free when claims hold', async () => {
    await keep('r1', 1, FAILS)
    await keep('r2', 2, { kind: 'few', games: 3 })
    expect(await standing()).toEqual(['few', 0.25, ['it lost'], null])
    expect(await keep('r3', 3, { kind: 'holds', isEarned: true })).toMatchObject({ before: { share: 0.25 }, after: { share: 1 } })
    expect(await standing()).toEqual(['holds', 1, [], null])
    expect(await audited()).toEqual(['0.25', '1'])
  })

  it('is lifted by a person with a reason, audited, and once', async () => {
    await keep('r1', 1, FAILS)
    await expect(liftIt({ name: 'you', role: 'viewer' })).rejects.toThrow('you is a viewer')
    await expect(liftIt(PERSON, ' ')).rejects.toThrow('--reason')
    expect(await standing()).toMatchObject({ 1: 0.25 })
    expect(await liftIt()).toMatchObject({ share: 0.25, reasons: ['it lost'] })
    expect(await liftIt()).toBeNull()
    expect(await standing()).toEqual(['fails', 1, [], NOW + 10])
    expect([...(await readLifts(ledger().database, 'sim'))]).toEqual([['STANDARD', NOW + 10]])
    expect(await ledger().column(`select detail ->> 'reason' from audit where action = 'calibration-lift'`)).toEqual([
      'weights of the books changed',
    ])
    expect((await verifyAudit(ledger().database, null)).violations).toEqual([])
  })

  it('is free after that until claims fail anew', async () => {
    await keep('r1', 1, FAILS)
    await liftIt()
    expect(await keep('r2', 20, { kind: 'few', games: 0 })).toMatchObject({ before: { share: 1 }, after: { share: 1 } })
    expect(await keep('r3', 30, FAILS)).toMatchObject({ after: { share: 0.25 } })
    expect(await standing()).toEqual(['fails', 0.25, ['it lost'], null])
  })

  it('is never changed afterwards', async () => {
    await keep('r1', 1, FAILS)
    for (const table of ['calibration', 'calibration_lift'])
      await expect(ledger().database.query(`delete from ${table}`)).rejects.toThrow('append-only')
  })
})

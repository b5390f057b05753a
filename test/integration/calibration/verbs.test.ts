import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { liftProfile, show } from '../../../src/cli/verbs/edge/calibration'
import { report } from '../../../src/cli/verbs/report/report'
import { millis } from '../../../src/core/units'
import { keepFindings } from '../../../src/stores/postgres/calibration/standings'
import { migrateQuestdb } from '../../../src/stores/questdb/migrate'
import { temporaryDirectory } from '../../stores/doubles'
import { freshLedger, NEVER, NOW } from '../ledger/support/ledger'
import { LIMIT_MS, questdb } from '../record/support/questdb'

jest.setTimeout(2 * LIMIT_MS)
const ledger = freshLedger()
const dataDir = temporaryDirectory()
let out: string[]
beforeAll(() => migrateQuestdb(questdb.httpUrl, AbortSignal.timeout(LIMIT_MS)))
beforeEach(() => {
  const nowhere = { restUrl: 'http://127.0.0.1:1', wsUrl: 'ws://127.0.0.1:1', keyId: '', privateKeyFile: '', account: 'a' }
  const endpoints = {
    ...{ databaseUrl: ledger().url, redisUrl: null, temporal: { address: '127.0.0.1:1', uiUrl: null } },
    questdb: { httpUrl: questdb.httpUrl },
    ...{ kalshi: nowhere, forecastex: { host: '127.0.0.1', port: 1, account: 'b' }, simControlUrl: null },
    ...{ streamingHealthPort: 1, workerHealthPort: 1 },
  }
  mkdirSync(path.join(dataDir, 'run'), { recursive: true })
  writeFileSync(path.join(dataDir, 'run', 'endpoints.json'), JSON.stringify(endpoints))
  Object.assign(process.env, { CROSSBOOK_DATA: dataDir, CROSSBOOK_OPERATOR: 'me' })
  out = []
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => (out.push(String(text)), true))
  jest.spyOn(process.stderr, 'write').mockImplementation(() => true) // a CSV's notes
})
afterEach(() => {
  jest.restoreAllMocks()
  for (const name of ['CROSSBOOK_DATA', 'CROSSBOOK_OPERATOR']) delete process.env[name]
})
async function said(work: () => Promise<unknown>): Promise<string> {
  out = []
  await work()
  return out.join('')
}
const throttle = (): Promise<unknown> =>
  keepFindings(
    ledger().database,
    {
      ...{ run: 'r', mode: 'sim', atMs: NOW, by: { name: 'calibrate', role: 'system' } },
      rule: { days: 180, minGames: 50, confidence: 95, maxGap: 0.03, share: 0.25 },
    },
    [{ profile: 'STANDARD', fromMs: millis(0), judged: { kind: 'fails', reasons: ['it lost'] }, figures: { claims: 60 } }],
    NEVER,
  )

describe('crossbook calibration', () => {
  it('shows how profiles stand, in words and as JSON, and lifts a throttle', async () => {
    expect(await said(() => show(false))).toContain('no profile was ever judged')
    await throttle()
    expect(await said(() => show(false))).toMatch(/STANDARD +fails +25 %[^]*STANDARD: it lost/)
    expect(JSON.parse(await said(() => show(true)))).toMatchObject([{ profile: 'STANDARD', share: 0.25, verdict: 'fails' }])
    const lift = (): Promise<string> => said(() => liftProfile({ profile: 'STANDARD', reason: 'weights changed', json: true }))
    expect(JSON.parse(await lift())).toMatchObject({ lifted: { share: 0.25 } })
    expect(JSON.parse(await lift())).toEqual({ lifted: null })
    await expect(liftProfile({ profile: 'MOON', reason: 'x' })).rejects.toThrow('there is no profile "MOON"')
  })
})

describe('crossbook report calibration', () => {
  it('is made of the record and the ledger, in every format', async () => {
    const made = async (format: string): Promise<string> => {
      out = []
      expect(await report('calibration', { format, from: '2026-09-01T00:00:00Z', to: '2026-09-01T00:00:01Z', by: 'book' })).toBe(0)
      return out.join('')
    }
    expect(JSON.parse(await made('json'))).toMatchObject({
      kind: 'calibration',
      figures: { claims: 0, brierPpm: null },
      groups: [{ book: 'all' }],
    })
    expect(await made('text')).toContain('Nothing was claimed in this time')
    expect(await made('csv')).toMatch(/^book,claims,unknown,games,brier/)
    expect(await made('html')).toContain('<h1>Calibration</h1>')
  })
})

import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { disarm, run, status } from '../../../src/cli/verbs/edge/executor'
import { run as pipelineRun, type PipelineOptions } from '../../../src/cli/verbs/edge/pipeline'
import { writeOdds } from '../../../src/stores/redis/odds'
import { temporaryDirectory } from '../../stores/doubles'
import { freshLedger } from '../ledger/support/ledger'
import { emptyDatabase, GAME, NEVER, redisUrl } from '../redis/support'

/** Of this file alone. */
const DATABASE = 4
const ledger = freshLedger()
const redis = emptyDatabase(DATABASE)
const dataDir = temporaryDirectory()
const EDGES = {
  ...{
    profile: 'STANDARD',
    armed: 'not armed',
    watched: 12,
    looks: 900,
    found: 2,
    odds: 30,
    oddsAgeMs: 4_200,
    opportunities: { taken: 2 },
  },
  ...{ refusals: { min_edge: 7, 'strategy armed': 2 }, unjudged: { 'odds fetched lately': 40 } },
}

let page: Server
let out: string[]
let err: string[]
beforeAll(async () => {
  page = createServer((_request, response) => response.end(JSON.stringify({ edges: EDGES })))
  await new Promise<void>((resolve) => void page.listen(0, '127.0.0.1', resolve))
})
afterAll(() => page.close())
beforeEach(() => {
  const nowhere = { restUrl: 'http://127.0.0.1:1', wsUrl: 'ws://127.0.0.1:1', keyId: '', privateKeyFile: '', account: 'a' }
  const endpoints = {
    ...{ databaseUrl: ledger().url, redisUrl: `${redisUrl}/${DATABASE}`, questdb: null, temporal: { address: '127.0.0.1:1', uiUrl: null } },
    ...{ kalshi: nowhere, forecastex: { host: '127.0.0.1', port: 1, account: 'b' }, simControlUrl: null },
    ...{ streamingHealthPort: (page.address() as AddressInfo).port, workerHealthPort: 1 },
  }
  mkdirSync(path.join(dataDir, 'run'), { recursive: true })
  writeFileSync(path.join(dataDir, 'run', 'endpoints.json'), JSON.stringify(endpoints))
  Object.assign(process.env, { CROSSBOOK_DATA: dataDir, CROSSBOOK_OPERATOR: 'me' })
  out = []
  err = []
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => (out.push(String(text)), true))
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => (err.push(String(text)), true))
})
afterEach(() => {
  jest.restoreAllMocks()
  for (const name of ['CROSSBOOK_DATA', 'CROSSBOOK_OPERATOR', 'CROSSBOOK_ROLE']) delete process.env[name]
})
const json = (): unknown => JSON.parse(out.join(''))

const executor = (options: Partial<Parameters<typeof run>[0]> = {}): Promise<number> => run({ mode: 'sim', wait: '1s', ...options })
const pipeline = (options: Partial<PipelineOptions> = {}): Promise<number> => pipelineRun({ every: '1s', ...options })

describe('crossbook executor', () => {
  it('run arms, tells what happened as one document, and has disarmed', async () => {
    expect(await executor({ for: '1s', maxSignals: '3', json: true })).toBe(0)
    expect(json()).toMatchObject({
      ...{ mode: 'sim', profile: 'STANDARD', maxSignals: 3, by: 'me', end: 'time is up', disarmed: true, running: [] },
      counters: {
        ...{ desk: { watched: 12 }, credits: null },
        refusedMost: [{ reason: 'odds fetched lately', looks: 40 }, { reason: 'min_edge', looks: 7 }, {}],
      },
    })
    out = []
    await status(true)
    expect(json()).toMatchObject({ arming: { by: { name: 'me' }, maxTrades: 3 }, refused: { actual: 'not armed' } })
  })

  it('run, status and disarm say it in words', async () => {
    expect(await executor({ for: '1s', profile: 'STANDARD' })).toBe(0)
    expect(out.join('')).toMatch(
      /edge armed by me for sim, profile STANDARD, 0 signals, until [^]*12 markets, 900 looks, 2 found; odds 4 s old[^]*disarmed after 1 s/,
    )
    out = []
    await status(false)
    expect(out.join('')).toMatch(/no edge becomes a trade: not armed[^]*armed last by me[^]*no trade of the edge goes on/)
    out = []
    await disarm(false)
    expect(out.join('')).toBe('the edge was not armed\n')
  })

  it('Ctrl-C disarms', async () => {
    const running = executor({ json: true })
    while ((await ledger().column('select 1 from arming')).length === 0) await new Promise((resolve) => setTimeout(resolve, 20))
    process.emit('SIGINT')
    expect(await running).toBe(0)
    expect(json()).toMatchObject({ end: 'stopped', disarmed: true })
    expect(await ledger().column('select disarmed_ms is not null from arming')).toEqual([true])
  })

  it.each<[Parameters<typeof executor>[0], string]>([
    [{ mode: 'backtest' }, '--mode takes sim, paper, demo, live'],
    [{ for: '5' }, '--for takes a time like 60s'],
    [{ for: '25h' }, 'a day at most'],
    [{ maxSignals: '0' }, '--max-signals takes a number from 1'],
    [{ profile: 'NOBODY' }, 'there is no profile "NOBODY"'],
  ])('run %j is wrong usage', async (options, sentence) => {
    await expect(executor(options)).rejects.toThrow(sentence)
    await expect(executor(options)).rejects.toThrow(RangeError)
    expect(await ledger().column('select 1 from arming')).toEqual([])
  })

  it('run is refused for another mode, and for viewers', async () => {
    await expect(executor({ mode: 'paper' })).rejects.toThrow('this system runs in mode sim and cannot be armed for paper')
    process.env['CROSSBOOK_ROLE'] = 'viewer'
    await expect(executor()).rejects.toThrow('me is a viewer')
    await expect(disarm(false)).rejects.toThrow('me is a viewer')
    expect(await ledger().column('select 1 from arming')).toEqual([])
  })
})

describe('crossbook pipeline run', () => {
  beforeEach(async () => {
    const body = JSON.stringify({ ...ledger().limits, version: 'w' })
    await ledger().database.query(
      `insert into limits_version (version, body, by_name, at_ms, active, origin) values ('w', $1, 'test', 1, true, 'w')`,
      [body],
    )
    await writeOdds(redis(), [GAME], NEVER)
  })

  it('is one cycle, in words or as a document', async () => {
    expect(await pipeline()).toBe(0)
    expect(out.join('')).toMatch(
      /scanned 0 of 0 markets[^]*signals: none\nrefused: none\nmappings: 0 written, 0 taken out\nscan [^]*missing: no open market/,
    )
    out = []
    expect(await pipeline({ json: true, profile: 'SCALP' })).toBe(0)
    expect(json()).toMatchObject({ statistics: { scanned: 0, signals: {} }, review: [], signals: [], written: { written: 0 } })
  })

  it('again and again until Ctrl-C, whatever fails', async () => {
    const running = pipeline({ continuous: true })
    while (out.length === 0) await new Promise((resolve) => setTimeout(resolve, 20))
    await ledger().database.query('delete from limits_version')
    while (err.length === 0) await new Promise((resolve) => setTimeout(resolve, 20))
    process.emit('SIGINT')
    expect(await running).toBe(0)
    expect(err[0]).toContain('no limits in force')
  })

  it('without limits one cycle fails', async () => {
    await ledger().database.query('delete from limits_version')
    await expect(pipeline()).rejects.toThrow('no limits in force')
  })
})

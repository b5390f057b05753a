import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { main } from '../../../src/cli/main'
import { importLimits } from '../../../src/stores/postgres/limits'
import { endpointsFile } from '../../../src/config/load'
import { temporaryDirectory } from '../../stores/doubles'
import { freshLedger, NEVER, NOW, WIDE } from '../ledger/support/ledger'
import { ADA, ID, QUESTION, read, reading, stepsOn, TICKER } from './fixture'

// the built program imports its verbs by the name they are built to
jest.mock('../../../src/cli/verbs/pairs/review.js', () => jest.requireActual<object>('../../../src/cli/verbs/pairs/review'), {
  virtual: true,
})
jest.mock('../../../src/cli/verbs/pairs/enter.js', () => jest.requireActual<object>('../../../src/cli/verbs/pairs/enter'), {
  virtual: true,
})
jest.mock('../../../src/cli/verbs/pairs/decide.js', () => jest.requireActual<object>('../../../src/cli/verbs/pairs/decide'), {
  virtual: true,
})

const ledger = freshLedger()
const { tell } = stepsOn(ledger)
const folder = temporaryDirectory()
const data = path.join(folder, 'data')
/** The verbs ask the real clock. */
const CLOSES_LATE = { closeMs: (Date.now() + 86_400_000) as never }
let out = ''
let err = ''

beforeEach(async () => {
  const settings = { DATA: data, CONFIG: path.join(__dirname, '../../../config'), OPERATOR: 'ada', ROLE: 'approver' }
  for (const [name, value] of Object.entries(settings)) process.env[`CROSSBOOK_${name}`] = value
  mkdirSync(path.dirname(endpointsFile(data)), { recursive: true })
  const venue = { host: '127.0.0.1', port: 1, account: 'a' }
  const kalshi = { restUrl: 'http://127.0.0.1:1', wsUrl: 'ws://127.0.0.1:1', keyId: 'k', privateKeyFile: 'none', account: 'a' }
  const servers = {
    databaseUrl: ledger().url,
    redisUrl: null,
    questdb: null,
    temporal: { address: '127.0.0.1:1', uiUrl: null },
    simControlUrl: null,
  }
  writeFileSync(endpointsFile(data), JSON.stringify({ ...servers, kalshi, forecastex: venue, streamingHealthPort: 1, workerHealthPort: 1 }))
  ;[out, err] = ['', '']
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => (out += String(text)) !== '')
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => (err += String(text)) !== '')
  await importLimits(ledger().database, WIDE, ADA, NOW, NEVER)
})
afterEach(() => {
  jest.restoreAllMocks()
  for (const name of ['DATA', 'CONFIG', 'OPERATOR', 'ROLE']) delete process.env[`CROSSBOOK_${name}`]
})

interface Answer {
  readonly code: number
  readonly out: string
  readonly err: string
}
async function pairs(...argv: readonly string[]): Promise<Answer> {
  ;[out, err] = ['', '']
  const code = await main(['pairs', ...argv])
  return { code, out, err }
}
const json = async (...argv: readonly string[]): Promise<unknown> => JSON.parse((await pairs(...argv, '--json')).out)
const ingest = () => tell([reading('kalshi', CLOSES_LATE), reading('forecastex', CLOSES_LATE)])

describe('crossbook pairs', () => {
  it('from a proposal to a certificate, and back', async () => {
    await ingest()
    expect((await pairs('propose')).out).toContain(`${ID}  added  S0`)
    expect((await pairs('list')).out).toContain('1 pair waits for a person: crossbook pairs show ID')
    const shown = (await pairs('show', ID)).out
    for (const line of [
      'statistic   us-u3',
      'no      $1.00',
      'condition   > 4.1',
      'source  BLS, Employment Situation',
      'the rules of kalshi',
      'nothing is missing for an approval for all',
    ])
      expect(shown).toMatch(new RegExp(line.replaceAll('$', String.raw`\$`).replaceAll(/ +/g, ' +')))
    const approved = await pairs('approve', ID, '--for', 'all', '--certificate', '1', '--evidence', 'read both')
    expect(approved).toMatchObject({ code: 0, err: '' })
    expect(approved.out).toMatch(/is active \(version 2\), approved for all until 20\d\d-/)
    expect((await pairs('suspend', ID, '--reason', 'the release moves')).out).toBe(
      `pair ${ID} is suspended (version 3): the release moves\n`,
    )
    expect((await pairs('list')).out).toContain('a new approval: the release moves')
  })

  it('prints one document with --json', async () => {
    await ingest()
    expect(await json('propose')).toMatchObject({
      markets: { kalshi: 1, forecastex: 1 },
      proposals: [{ id: ID, kind: 'added', class: 'S0' }],
    })
    expect(await json('list')).toMatchObject([
      { id: ID, state: 'proposed', kalshi: TICKER, forecastex: QUESTION, waitsFor: 'a first approval' },
    ])
    expect(await json('show', ID)).toMatchObject({ payoff: { least: { A: { perContract: 1_000_000 } } }, missingForAll: [] })
    expect(await json('approve', ID, '--evidence', 'read')).toMatchObject({ state: 'active', approvedFor: 'sim', approval: { by: 'ada' } })
    expect(await json('list', '--state', 'proposed')).toEqual([])
    expect(await json('suspend', ID, '--reason', 'x')).toMatchObject({ state: 'suspended' })
  })

  it('says in one sentence what to change, with exit code 2 for usage and 1 for a refusal', async () => {
    await tell([reading('kalshi', CLOSES_LATE), reading('forecastex', { ...CLOSES_LATE, reading: read({ grid: null }) })])
    await pairs('propose')
    for (const [argv, code, text] of [
      [['list', '--state', 'sleeping'], 2, '"sleeping" is no state of a pair: use proposed, active, suspended, ended, rejected'],
      [['show', 'nobody'], 2, 'there is no pair "nobody": crossbook pairs list names them'],
      [['approve', ID, '--evidence', 'x', '--for', 'live'], 2, '"live" is nothing a pair is approved for: use sim, or all for real money'],
      [['approve', ID, '--evidence', 'x', '--expires', '2026-02-30'], 2, '"2026-02-30" is no day: write it like 2027-02-20'],
      [['approve', ID, '--evidence', 'x', '--certificate', 'one'], 2, '"one" is no version of a certificate'],
      [['approve', ID, '--evidence', 'x', '--class', 'S4'], 2, '"S4" is no class: use S0, S1, S1h, S2, S3 (docs/pairs.md)'],
      [['approve', ID], 2, "required option '--evidence <text>' not specified"],
      [['approve', ID, '--evidence', 'x', '--for', 'all'], 1, 'cannot be approved for all: its class is S2'],
      [['approve', ID, '--evidence', 'x', '--certificate', '9'], 1, 'is at version 1 by now'],
      [
        ['suspend', ID, '--reason', 'x'],
        1,
        'is proposed, and only an active one can be suspended: crossbook pairs reject says that it is none',
      ],
      [['propose', '--kalshi', 'KXNONE'], 2, 'KXNONE of kalshi is not on record'],
      [['import', path.join(folder, 'none.json')], 2, 'none.json cannot be read'],
    ] as const) {
      const answer = await pairs(...argv)
      expect([answer.code, answer.err]).toEqual([code, expect.stringContaining(text)])
      expect(answer.out).toBe('')
    }
  })

  it('imports an old list as proposals, and names each row that it does not', async () => {
    const file = path.join(folder, 'symbols.json')
    const row = {
      unified_symbol: 'U3',
      description: 'Unemployment',
      kalshi_ticker: TICKER,
      ibkr_yes_conid: 710_000_003,
      ibkr_no_conid: 710_000_004,
    }
    writeFileSync(file, JSON.stringify({ mappings: [row, { ...row, unified_symbol: 'U4', ibkr_no_conid: 'x' }] }))
    const { code, out: told } = await pairs('import', file)
    expect(code).toBe(1)
    expect(told).toContain('row 2 (U4): ibkr_no_conid is no contract number')
    expect(told).toContain('1 pair on record; 1 row not imported')
    expect(await json('list')).toMatchObject([{ id: ID, state: 'proposed', class: 'S3', approvedFor: 'none' }])
    expect(await json('reject', ID, '--reason', 'another question')).toMatchObject({ state: 'rejected' })
  })

  it('by a viewer change nothing', async () => {
    await ingest()
    await pairs('propose')
    process.env['CROSSBOOK_ROLE'] = 'viewer'
    const file = path.join(__dirname, '../../../examples/first-trade/pairs.yaml')
    for (const argv of [['propose'], ['import', file]])
      expect(await pairs(...argv)).toMatchObject({ code: 1, err: expect.stringContaining('ada is a viewer') as string })
    expect(await pairs('approve', ID, '--evidence', 'x')).toMatchObject({
      code: 1,
      err: expect.stringContaining('ada is a viewer') as string,
    })
    expect(await pairs('reject', ID, '--reason', 'x')).toMatchObject({ code: 1, err: expect.stringContaining('ada is a viewer') as string })
  })
})

import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { loadConfig } from '../../src/config/load'
import { MODES } from '../../src/config/schema/venues'
import { paper } from '../../src/config/schema/paper'
import { PAPER_PRESETS } from '../../src/core/trade/paper'

const why = (file: unknown): string =>
  paper
    .safeParse(file)
    .error?.issues.map(({ message }) => message)
    .join('; ') ?? ''

describe('the section paper of venues.yaml', () => {
  it('is pessimistic until own fills say otherwise, with ten thousand dollars at each venue', () => {
    const { preset, model, opening } = paper.parse(undefined)
    expect([preset, model]).toEqual(['pessimistic', PAPER_PRESETS.pessimistic])
    expect(opening).toEqual([
      { purse: 'kalshi', cash: 10_000_000_000 },
      { purse: 'forecastex', cash: 10_000_000_000 },
    ])
  })

  it('takes a preset by name, and single figures instead of its own', () => {
    const { model, seed } = paper.parse({ preset: 'first-plan', seed: 'run7', phantom: 500, way_ms: { forecastex: [30, 90] } })
    expect(seed).toBe('run7')
    expect(model).toEqual({ ...PAPER_PRESETS['first-plan'], phantom: 500, way: { kalshi: [10, 50], forecastex: [30, 90] } })
  })

  it('keeps the cash of each shard of Kalshi in its own purse', () => {
    const { opening } = paper.parse({ starting_balance: { kalshi: '50', 'kalshi/0.2': '25.5', forecastex: '75.00' } })
    expect(opening.map(({ purse, cash }) => [purse, cash])).toEqual([
      ['kalshi', 50_000_000],
      ['kalshi/0.2', 25_500_000],
      ['forecastex', 75_000_000],
    ])
  })

  it.each([
    ['a preset that is none', { preset: 'hopeful' }, /expected one of "pessimistic"/],
    ['an unknown key', { presets: 'first-plan' }, /presets/],
    ['a table that falls', { way_ms: { kalshi: [20, 10] } }, /does not fall/],
    ['a table of one wait', { way_ms: { kalshi: [20] } }, />=2/],
    ['a wait that no order would live through', { way_ms: { kalshi: [20, 1_001] } }, /<=1000/],
    ['a share above one', { phantom: 10_001 }, /<=10000/],
    ['no balance', { starting_balance: { kalshi: '0', forecastex: '10' } }, /"0" is no starting balance: write a quoted amount above 0/],
    ['a balance as a number', { starting_balance: { kalshi: 10, forecastex: '10' } }, /expected string/],
    ['a venue without one', { starting_balance: { kalshi: '10' } }, /names kalshi and forecastex at least/],
    ['a purse that is none', { starting_balance: { kalshi: '10', forecastex: '10', 'kalshi/9': '1' } }, /is no purse: write kalshi/],
  ])('refuses %s', (_what, file, sentence) => expect(why(file)).toMatch(sentence))
})

describe('the mode of venues.yaml', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'crossbook-mode-'))
  afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))
  const endpoints = {
    ...{ databaseUrl: 'postgres://127.0.0.1:1/x', redisUrl: null, questdb: null, simControlUrl: null },
    ...{ streamingHealthPort: 1, workerHealthPort: 2, temporal: { address: '127.0.0.1:3', uiUrl: null } },
    kalshi: { restUrl: 'http://127.0.0.1:4', wsUrl: 'ws://127.0.0.1:4', keyId: 'k', privateKeyFile: 'f', account: 'a' },
    forecastex: { host: '127.0.0.1', port: 5, account: 'b' },
  }

  it.each(MODES)('%s is read; where its venues are is asked of who sends orders (config/places)', (mode) => {
    fs.mkdirSync(path.join(folder, 'run'), { recursive: true })
    fs.writeFileSync(path.join(folder, 'run', 'endpoints.json'), JSON.stringify(endpoints))
    const shipped = fs.readFileSync(path.join(__dirname, '..', '..', 'config', 'venues.yaml'), 'utf8')
    fs.writeFileSync(path.join(folder, 'venues.yaml'), shipped.replace(/^mode: sim$/m, `mode: ${mode}`))
    expect(loadConfig({ CROSSBOOK_DATA: folder, CROSSBOOK_CONFIG: folder }).mode).toBe(mode)
  })
})

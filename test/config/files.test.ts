import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { ConfigurationError } from '../../src/config/environment'
import { readFile } from '../../src/config/files'
import { externalServers, loadConfig, logLevelOf, otlpEndpointOf } from '../../src/config/load'
import { limitsSchema } from '../../src/config/schema/limits'
import { pairsSchema } from '../../src/config/schema/pairs'
import { schedulesSchema } from '../../src/config/schema/schedules'
import { venuesSchema } from '../../src/config/schema/venues'
import { nearest } from '../../src/config/suggest'

const ROOT = path.join(__dirname, '..', '..')
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'crossbook-config-'))
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

/** A copy of a shipped file with one text replaced. */
function altered(name: string, from: string | RegExp, to: string): string {
  const text = fs.readFileSync(path.join(ROOT, name), 'utf8')
  const changed = text.replace(from, to)
  expect(changed).not.toBe(text)
  const file = path.join(folder, path.basename(name))
  fs.writeFileSync(file, changed)
  return file
}

describe('configuration files', () => {
  it('ships files that its schemas read', () => {
    expect(readFile(path.join(ROOT, 'config/venues.yaml'), venuesSchema).mode).toBe('sim')
    expect(readFile(path.join(ROOT, 'config/limits-conservative.yaml'), limitsSchema).maxOpenTrades).toBe(1)
    const { schedules } = readFile(path.join(ROOT, 'config/schedules.yaml'), schedulesSchema)
    expect(schedules.filter(({ id, workflow, note }) => id !== workflow || note.length < 20)).toEqual([]) // one of each, and each says what it does
    expect(new Set(schedules.map(({ id }) => id)).size).toBe(schedules.length)
    expect(readFile(path.join(ROOT, 'examples/first-trade/pairs.yaml'), pairsSchema).pairs).toHaveLength(4)
    expect(readFile(path.join(ROOT, 'examples/first-trade/limits.yaml'), limitsSchema).coolDownMs).toBe(0)
  })

  it.each([
    [
      'a misspelt key names the nearest known one',
      'config/venues.yaml',
      /^shard:/m,
      'shrad:',
      venuesSchema,
      'unknown key "shrad"; did you mean "shard"?',
    ],
    [
      'a misspelt key below names its place',
      'config/venues.yaml',
      'client_id',
      'clientid',
      venuesSchema,
      'unknown key "shards.main.clientid"; did you mean "client_id"?',
    ],
    [
      'E12 an acceptance window of its own at a real venue',
      'config/venues.yaml',
      /^mode: sim\n([^]*?)kalshi:$/m,
      'mode: demo\n$1kalshi:\n  acceptance_window_ms: 6000',
      venuesSchema,
      'kalshi.acceptance_window_ms: is for simulated venues: remove it, because a real one has its own',
    ],
    [
      'money written as a number',
      'config/limits-conservative.yaml',
      "max_daily_loss: '500.00'",
      'max_daily_loss: 500.00',
      limitsSchema,
      'max_daily_loss',
    ],
    [
      'money with too many decimals',
      'config/limits-conservative.yaml',
      "'500.00'",
      "'500.0000001'",
      limitsSchema,
      'is not an amount in dollars',
    ],
    [
      'a prior by its name of before',
      'config/venues.yaml',
      'fill_prior: {',
      'second_leg_fill_prior: {',
      venuesSchema,
      'unknown key "box.second_leg_fill_prior"',
    ],
    ['a mode that does not exist', 'config/venues.yaml', 'mode: sim', 'mode: lvie', venuesSchema, 'mode'],
    ['more rows of depth than are told', 'config/venues.yaml', '# depth: off', 'depth: 25', venuesSchema, "is 'off' or a number of rows"],
    [
      'too few lines for one question',
      'config/venues.yaml',
      '# market_data_lines: 100',
      'market_data_lines: 2',
      venuesSchema,
      'market_data_lines',
    ],
    [
      'a beat that is too quick',
      'config/venues.yaml',
      '# keep_warm_ms: 0',
      'keep_warm_ms: 5',
      venuesSchema,
      'is 0 (off) or from 20 to 1000',
    ],
    ['text that is not YAML', 'config/venues.yaml', 'mode: sim', 'mode: [sim', venuesSchema, 'venues.yaml'],
  ] as const)('%s', (_what, name, from, to, schema, says) => {
    const file = altered(name, from, to)
    expect(() => readFile(file, schema)).toThrow(ConfigurationError)
    expect(() => readFile(file, schema)).toThrow(says)
  })

  it('a file that is missing says what to do', () => {
    expect(() => readFile(path.join(folder, 'none.yaml'), venuesSchema)).toThrow('cannot be read')
  })
})

describe('environment', () => {
  it('without a running stack there is one sentence', () => {
    expect(() => loadConfig({ CROSSBOOK_DATA: folder, CROSSBOOK_CONFIG: path.join(ROOT, 'config') })).toThrow('type npm start first')
  })
  it('refuses a log level that does not exist', () => {
    expect(() => logLevelOf({ CROSSBOOK_LOG: 'loud' })).toThrow('use one of debug, info, warn, error')
    expect(logLevelOf({})).toBe('info')
  })
  it('refuses a collector of spans that has no address, and needs none', () => {
    for (const OTEL_EXPORTER_OTLP_ENDPOINT of ['collector', '127.0.0.1:4318', 'grpc://127.0.0.1:4317'])
      expect(() => otlpEndpointOf({ OTEL_EXPORTER_OTLP_ENDPOINT })).toThrow('name a collector as http://127.0.0.1:4318')
    expect([otlpEndpointOf({}), otlpEndpointOf({ OTEL_EXPORTER_OTLP_ENDPOINT: '' })]).toEqual([null, null])
    expect(otlpEndpointOf({ OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector:4318' })).toBe('https://collector:4318')
  })
  it('takes servers that exist already', () => {
    expect(externalServers({ DATABASE_URL: 'postgres://x', REDIS_URL: '' })).toEqual({ databaseUrl: 'postgres://x' })
  })
  it('suggests only what is near', () => {
    expect(nearest('shrad', ['shard', 'mode'])).toBe('shard')
    expect(nearest('zzzzzz', ['shard', 'mode'])).toBeNull()
  })
})

import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { main } from '../../../src/cli/main'
import { endpointsFile } from '../../../src/config/load'
import { millis, money, quantity } from '../../../src/core/units'
import { writeOdds } from '../../../src/stores/redis/odds'
import { replacePositions } from '../../../src/stores/redis/positions'
import { temporaryDirectory, until } from '../../stores/doubles'
import { AT_MS, emptyDatabase, GAME, NEVER, redisUrl } from './support'

// the built program imports its verbs by the name they are built to
jest.mock('../../../src/cli/verbs/cache/cache.js', () => jest.requireActual<object>('../../../src/cli/verbs/cache/cache'), {
  virtual: true,
})
jest.mock('../../../src/cli/verbs/cache/follow.js', () => jest.requireActual<object>('../../../src/cli/verbs/cache/follow'), {
  virtual: true,
})

const DATABASE = 15
const redis = emptyDatabase(DATABASE)
const data = path.join(temporaryDirectory(), 'data')
let out = ''
let err = ''

function writeEndpoints(url: string | null): void {
  mkdirSync(path.dirname(endpointsFile(data)), { recursive: true })
  const forecastex = { host: '127.0.0.1', port: 1, account: 'a' }
  const kalshi = { restUrl: 'http://127.0.0.1:1', wsUrl: 'ws://127.0.0.1:1', keyId: 'k', privateKeyFile: 'none', account: 'a' }
  const servers = { databaseUrl: '', redisUrl: url, questdb: null, temporal: { address: '', uiUrl: null }, simControlUrl: null }
  writeFileSync(endpointsFile(data), JSON.stringify({ ...servers, kalshi, forecastex, streamingHealthPort: 1, workerHealthPort: 1 }))
}
beforeEach(() => {
  for (const [name, value] of Object.entries({ DATA: data, CONFIG: path.join(__dirname, '../../../config') }))
    process.env[`CROSSBOOK_${name}`] = value
  writeEndpoints(`${redisUrl}/${DATABASE}`)
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => (out += String(text)) !== '')
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => (err += String(text)) !== '')
})
afterEach(() => {
  jest.restoreAllMocks()
  for (const name of ['DATA', 'CONFIG']) delete process.env[`CROSSBOOK_${name}`]
})
async function cache(...argv: readonly string[]): Promise<number> {
  ;[out, err] = ['', '']
  return main(['cache', ...argv])
}
const fill = async (): Promise<void> => {
  const side = { quantity: quantity('2'), cost: money('0.9') }
  await replacePositions(redis(), [{ venue: 'kalshi', market: 'KX-A', yes: side, no: side, trades: 1 }], millis(AT_MS), NEVER)
  await writeOdds(redis(), [GAME], NEVER)
}

describe('crossbook cache', () => {
  it('families tells what is there, how many and since when', async () => {
    expect(await cache('families', '--json')).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ schema: null, expected: '1' })
    await fill()
    expect(await cache('families', '--json')).toBe(0)
    const told = JSON.parse(out) as { families: readonly { name: string; count: number | null; lastUpdate: string | null }[] }
    expect(told.families.map(({ name, count, lastUpdate }) => [name, count, lastUpdate])).toEqual([
      ['kalshi', 0, null],
      ['forecastex', 0, null],
      ['odds', 1, '2026-08-07T06:46:28.416Z'],
      ['mapping', 0, null],
      ['positions', 1, '2026-08-07T06:46:28.416Z'],
      ['push', 1, null],
      ['schema', null, null],
    ])
    expect(await cache('families')).toBe(0)
    expect(out).toMatch(/positions +1 +2026-08-07T06:46:28.416Z +positions:active:\{ticker\} +hash +none +worker/)
  })

  it('list tells the keys of a family, show what one holds', async () => {
    await fill()
    expect([await cache('list', 'positions', '--json'), JSON.parse(out)]).toEqual([
      0,
      { family: 'positions', count: 1, keys: ['positions:active:KX-A'] },
    ])
    expect(await cache('show', 'positions:active:KX-A', '--json')).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ type: 'hash', ttlMs: null, value: { yes_contracts: '2.00', yes_cost: '0.90' } })
    expect([await cache('show', 'odds:consensus:e1:buffalo_bills'), out]).toEqual([
      0,
      expect.stringMatching(/, string, ends in 7\d\d\d s\n47\.6190\n$/),
    ])
    expect([await cache('show', 'odds:events:all'), out]).toEqual([0, expect.stringMatching(/, set, .*\ne1\n$/)])
    expect([await cache('show', 'push:odds'), out]).toEqual([
      0,
      expect.stringMatching(/, stream, does not end by itself\n\d+-0 {2}\{"n":"\d+"/),
    ])
  })

  it('show ends with 1 for a key that is not there', async () => {
    expect([await cache('show', 'kalshi:m:KX-NONE'), err]).toEqual([1, expect.stringContaining('kalshi:m:KX-NONE is not in the cache')])
  })

  it('follow prints what is pushed', async () => {
    const following = cache('follow', 'odds', '--for', '2', '--json')
    await until('begun', async () => (await redis().exists('push:odds:n')) === 1)
    await writeOdds(redis(), [GAME], NEVER)
    expect([await following, err]).toEqual([0, ''])
    expect(JSON.parse(out)).toMatchObject({ body: { eventId: 'e1' } })
  })
})

describe('crossbook cache refuses with one sentence', () => {
  it.each([
    [['list', 'prices'], 'the cache has no list of "prices": ask for kalshi, forecastex, odds, mapping, positions'],
    [['list', 'odds', '--limit', 'all'], '--limit takes a number from 1, not "all"'],
    [['show', 'session:1'], '"session:1" is no key of the cache'],
    [['follow', 'trades'], 'the cache has no stream "trades": ask for odds'],
    [['follow', 'odds', '--for', 'ever'], '--for takes seconds, 86400 at most, not "ever"'],
  ])('%j', async (argv, sentence) => expect([await cache(...argv), err]).toEqual([2, expect.stringContaining(sentence)]))

  it('a stack without a cache, and one whose cache is away', async () => {
    writeEndpoints(null)
    expect([await cache('families'), err]).toEqual([2, expect.stringContaining('this stack runs without a cache')])
    writeEndpoints('redis://127.0.0.1:1')
    expect([await cache('families'), err]).toEqual([1, expect.stringContaining('the cache does not answer: connect ECONNREFUSED')])
  })
})

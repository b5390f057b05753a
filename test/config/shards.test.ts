import fs from 'node:fs'
import path from 'node:path'
import { ConfigurationError } from '../../src/config/environment'
import { readFile } from '../../src/config/files'
import { venuesSchema } from '../../src/config/schema/venues'
import { CLIENT_OFFSETS, ownShard, shardsOf } from '../../src/config/shards'

const CONFIG = path.join(__dirname, '..', '..', 'config')
const venues = readFile(path.join(CONFIG, 'venues.yaml'), venuesSchema)
const endpoints = (...names: readonly string[]) => ({
  streamingHealthPort: 9_001,
  ...(names.length === 0 ? {} : { shards: names.map((name, i) => ({ name, healthPort: 9_001 + i })) }),
})
const withShards = (shards: NonNullable<typeof venues.shards>) => ({ ...venues, shards })

describe('E19 the shards that run here', () => {
  it('are one where nothing is said: all of the account is its own', () => {
    const { shards: _, ...alone } = venues
    expect(shardsOf(alone, endpoints())).toEqual([{ name: 'main', clientId: 7, share: 1, healthPort: 9_001, standbyPort: null }])
  })

  it('E18 share what the venues grant the account by their weights, and never more than all of it', () => {
    const three = withShards({ main: { client_id: 7, share: 2 }, second: { client_id: 17, share: 1 }, third: { client_id: 27, share: 5 } })
    expect(shardsOf(three, endpoints('main', 'second')).map(({ share }) => share)).toEqual([2 / 3, 1 / 3])
    const all = shardsOf(three, endpoints('main', 'second', 'third')).reduce((sum, { share }) => sum + share, 0)
    expect(all).toBeCloseTo(1, 12)
  })

  it('have client ids of their own, and their standbys, the worker and the command line too', () => {
    const shards = shardsOf(venues, endpoints('main', 'second'))
    const ids = [
      ...shards.flatMap(({ clientId }) => [clientId, clientId + CLIENT_OFFSETS.standby]),
      venues.forecastex.client_id + CLIENT_OFFSETS.worker,
      venues.forecastex.client_id + CLIENT_OFFSETS.cli,
    ]
    expect(new Set(ids).size).toBe(6)
  })

  it.each([
    ['the same', 7, 'client id 7 in config/venues.yaml is second’s and main’s: give second another client_id'],
    [
      'the standby of another',
      10,
      'client id 10 in config/venues.yaml is second’s and the standby of main’s: give second another client_id',
    ],
    ['the worker', 8, 'client id 8 in config/venues.yaml is second’s and the worker’s: give second another client_id'],
    ['the command line with its standby', 6, 'client id 9 in config/venues.yaml is the standby of second’s and the command line’s'],
  ])('are refused with a client id of %s', (_, id, sentence) => {
    const clash = withShards({ main: { client_id: 7, share: 1 }, second: { client_id: id, share: 1 } })
    const why = sentence.replaceAll('’', "'")
    expect(() => shardsOf(clash, endpoints('main', 'second'))).toThrow(why)
    expect(() => shardsOf(clash, endpoints('main', 'second'))).toThrow(ConfigurationError)
  })

  it('are refused by a name that the configuration does not know, and by one that does not run', () => {
    expect(() => shardsOf(venues, endpoints('main', 'third'))).toThrow(
      'shard "third" is not in config/venues.yaml (main, second): add it under shards, with a client_id of its own',
    )
    expect(() => ownShard(shardsOf(venues, endpoints()), 'second')).toThrow('start with npm start -- --shards main,second')
  })

  it('are in the configuration that ships', () => {
    expect(fs.readFileSync(path.join(CONFIG, 'venues.yaml'), 'utf8')).toContain('second: { client_id: 17, share: 1 }')
  })
})

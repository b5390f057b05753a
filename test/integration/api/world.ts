import { randomUUID } from 'node:crypto'
import path from 'node:path'
import type { FastifyInstance, InjectOptions } from 'fastify'
import { Redis } from 'ioredis'
import type { Principal } from '../../../src/api/auth'
import type { Desk } from '../../../src/api/desk'
import { createServer } from '../../../src/api/server'
import { readFile } from '../../../src/config/files'
import { apiSchema } from '../../../src/config/schema/api'
import { venuesSchema } from '../../../src/config/schema/venues'
import { millis } from '../../../src/core/units'
import type { Servers } from '../../../src/stack/servers'
import { createHaltFile } from '../../../src/stores/files/halt-file'
import { openTops } from '../../../src/wiring/cache/tops'
import { pingRedis } from '../../../src/wiring/stores'
import { systemClock } from '../../stores/clock'
import { LogBook, temporaryDirectory } from '../../stores/doubles'
import { controls, ledger } from '../operator/support/office'

const { redisUrl, questdb, temporal } = JSON.parse(process.env['CROSSBOOK_TEST_SERVERS'] ?? '{}') as Pick<
  Servers,
  'redisUrl' | 'questdb' | 'temporal'
>
const CONFIG = path.join(__dirname, '..', '..', '..', 'config')
/** A database of these files' own: it is flushed. */
const DATABASE = 13
export const REDIS = `${redisUrl}/${DATABASE}`

/** Whoever has one of these as his token is that person. */
export const PEOPLE: Readonly<Record<string, Principal>> = {
  vera: { name: 'vera', role: 'viewer', token: 'vera' },
  otto: { name: 'otto', role: 'operator', token: 'otto' },
  anna: { name: 'anna', role: 'approver', token: 'anna' },
  ben: { name: 'ben', role: 'approver', token: 'ben' },
}

/** A name that every object has is nobody's token. */
function personOf(header: string): Principal | null {
  const token = header.replace(/^Bearer /i, '')
  return Object.hasOwn(PEOPLE, token) ? (PEOPLE[token] ?? null) : null
}

/** The API over real servers, without a socket. */
export class World {
  readonly log = new LogBook()
  server!: FastifyInstance
  readonly #tops = openTops(REDIS, this.log)

  constructor(readonly desk: Desk) {}

  static async open(change: Partial<Desk> = {}): Promise<World> {
    const world: World = new World({ ...World.#desk(), ...change })
    const desk = { ...world.desk, log: world.log, tops: change.tops === undefined ? world.#tops : change.tops }
    world.server = await createServer(desk, ({ headers }, header = 'authorization') => Promise.resolve(personOf(String(headers[header]))))
    await world.server.ready()
    return world
  }

  static #desk(): Desk {
    const { database, log } = ledger()
    return {
      settings: apiSchema.parse({ requests_per_minute: 60_000 }),
      ...{ mode: 'sim', namespace: 'default', configDir: CONFIG, shards: ['alpha'], firstShard: 'alpha', version: 'test' },
      endpoints: {
        ...{
          databaseUrl: 'postgres://app:hidden@127.0.0.1/x',
          redisUrl: REDIS,
          questdb,
          temporal: { address: temporal.address, uiUrl: 'http://127.0.0.1:1' },
        },
        kalshi: {
          restUrl: 'http://127.0.0.1:1',
          wsUrl: 'ws://127.0.0.1:1',
          keyId: 'hidden',
          privateKeyFile: '/hidden',
          account: controls().account,
        },
        ...{ forecastex: { host: '127.0.0.1', port: 1, account: 'DU1' }, simControlUrl: null, streamingHealthPort: 1, workerHealthPort: 1 },
      },
      venues: readFile(path.join(CONFIG, 'venues.yaml'), venuesSchema),
      here: { name: 'here', role: 'operator' },
      ...{ database, log, haltFile: haltFile(), clock: { ...systemClock, nowMs: () => millis(Date.now()) } },
      temporal: () => Promise.resolve(controls().client),
      ...{ pingRedis, tops: null, claims: () => () => Promise.resolve({ known: [] }) },
      cancelAtKalshi: () => Promise.resolve({ venue: 'kalshi', cancelled: 0, resting: [], others: 0, unread: null }),
    }
  }

  /** As somebody, with what every write carries. */
  ask(who: string, method: 'GET' | 'POST', url: string, body?: object, headers: Readonly<Record<string, string>> = {}) {
    const write = method === 'GET' ? {} : { 'idempotency-key': randomUUID(), 'content-type': 'application/json' }
    const options: InjectOptions = { method, url, headers: { authorization: `Bearer ${who}`, ...write, ...headers } }
    return this.server.inject(body === undefined ? options : { ...options, payload: JSON.stringify(body) })
  }

  async close(): Promise<void> {
    this.#tops.close()
    await this.server.close()
  }
}

const dir = temporaryDirectory()
const haltFile = (): Desk['haltFile'] => {
  const file = createHaltFile(dir)
  file.clear()
  return file
}

/** An API for each test. */
export function worldOfTest(change: () => Partial<Desk> = () => ({})): () => World {
  let world: World
  beforeEach(async () => {
    const redis = new Redis(REDIS)
    await redis.flushdb()
    redis.disconnect()
    world = await World.open(change())
  })
  afterEach(() => world.close())
  return () => world
}

import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { openDatabase, type Database } from '../../../src/stores/postgres/pool'
import { activePairs, readCertificate } from '../../../src/stores/postgres/pairs/registry'
import { LogBook } from '../../stores/doubles'
import { onServer, urlOf } from '../ledger/support/ledger'

const MIGRATIONS = path.join(__dirname, '..', '..', '..', 'migrations', 'postgres')
const FILES = readdirSync(MIGRATIONS).sort()
const CERTIFICATES = FILES.findIndex((file) => file.endsWith('_certificates.sql'))
const halves = (file: string): readonly string[] => readFileSync(path.join(MIGRATIONS, file), 'utf8').split('-- Down Migration')

let name: string
let database: Database
beforeEach(async () => {
  name = `crossbook_${randomBytes(6).toString('hex')}`
  await onServer(`create database ${name}`)
  database = openDatabase(urlOf(name), new LogBook())
  for (const file of FILES.slice(0, CERTIFICATES)) await database.query(halves(file)[0] ?? '')
  await database.query(`insert into pair (id, base, kalshi_market, forecastex_market, polarity, class, approved_for, state, version, by_name, at_ms) values
    ('u3.1', 'u3', 'K1', '11', 'same', 'S0', 'sim', 'ended', 2, 'npm start', 5), ('u3.2', 'u3', 'K2', '21', 'opposite', 'S0', 'sim', 'active', 1, 'npm start', 7),
    ('u4.1', 'u4', 'K3', '31', 'same', 'S1', 'none', 'active', 1, 'me', 8), ('u5.1', 'u5', 'K4', '41', 'same', 'S0', 'all', 'suspended', 3, 'me', 9)`)
})
afterEach(async () => {
  await database.end()
  await onServer(`drop database ${name} with (force)`)
})

/** Certificates and all that came after them, or back to before them. */
const migrate = async (direction: 'up' | 'down'): Promise<void> => {
  const files = FILES.slice(CERTIFICATES)
  for (const file of direction === 'up' ? files : files.toReversed())
    await database.query(`begin; ${halves(file)[direction === 'up' ? 0 : 1] ?? ''}; commit`)
}
const states = async (): Promise<unknown[]> =>
  (await database.query<Record<string, unknown>>('select id, state, version from pair order by id')).rows.map(({ id, state, version }) => [
    id,
    state,
    version,
  ])

describe('the pairs of a data folder from before certificates', () => {
  it('go on trading in the simulation as they did, under a certificate that says so', async () => {
    await migrate('up')
    expect(await activePairs(database)).toEqual([
      {
        ...{
          id: 'u3.2',
          base: 'u3',
          kalshiMarket: 'K2',
          forecastexMarket: '21',
          polarity: 'opposite',
          class: 'S0',
          state: 'active',
          version: 1,
        },
        ...{ approvedFor: 'sim', states: [], rules: null, expiresMs: null },
      },
    ])
    expect(await readCertificate(database, 'u3.2')).toMatchObject({
      ...{ approvedBy: 'npm start', approvedMs: 7, reason: 'on record before there were certificates' },
    })
  })

  it('that nobody had approved wait, and none is approved for all: nobody has judged a text', async () => {
    await migrate('up')
    expect(await states()).toEqual([
      ['u3.1', 'ended', 2],
      ['u3.2', 'active', 1],
      ['u4.1', 'proposed', 1],
      ['u5.1', 'suspended', 3],
    ])
    const approved = await database.query<Record<string, unknown>>('select pair, approved_for from certificate order by pair')
    expect(approved.rows.map(({ approved_for: what }) => what)).toEqual(['sim', 'sim', 'none', 'sim'])
  })

  it('are where they were after going back, and come up again', async () => {
    await migrate('up')
    await migrate('down')
    const rows = await database.query<Record<string, unknown>>(
      'select id, polarity, class, approved_for, state, version, by_name, at_ms from pair order by id',
    )
    expect(rows.rows.map((row) => Object.values(row))).toEqual([
      ['u3.1', 'same', 'S0', 'sim', 'ended', 2, 'npm start', 5],
      ['u3.2', 'opposite', 'S0', 'sim', 'active', 1, 'npm start', 7],
      ['u4.1', 'same', 'S1', 'none', 'suspended', 1, 'me', 8],
      ['u5.1', 'same', 'S0', 'sim', 'suspended', 3, 'me', 9],
    ])
    await migrate('up')
    expect((await activePairs(database)).map(({ id }) => id)).toEqual(['u3.2'])
  })
})

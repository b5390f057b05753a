import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { Client } from 'pg'
import { onServer, urlOf } from './support/ledger'

const ROOT = path.join(__dirname, '..', '..', '..')
const ALL = readdirSync(path.join(ROOT, 'migrations', 'postgres')).map((file) => path.parse(file).name)
const HOOK = path.join(ROOT, 'test', 'stores', 'typescript-hook.cjs')
const CHILD = path.join(__dirname, 'support', 'migrate-child.ts')
/** Loading the tool and two connections take about a second. */
const CHILD_MS_MAX = 30_000

let name: string
beforeEach(async () => {
  name = `crossbook_${randomBytes(6).toString('hex')}`
  await onServer(`create database ${name}`)
})
afterEach(() => onServer(`drop database ${name} with (force)`))

interface Told {
  readonly ran: readonly (readonly string[])[]
  readonly lines: readonly string[]
}
/** A process of its own: the tool is an ES module, which jest does not load. @throws with what the child wrote to stderr. */
async function migrate(...steps: readonly ('up' | 'down')[]): Promise<Told> {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--require', HOOK, CHILD, urlOf(name), ...steps], {
    timeout: CHILD_MS_MAX,
  })
  expect(stderr).toBe('')
  return JSON.parse(stdout) as Told
}
async function column(query: string): Promise<unknown[]> {
  const client = new Client({ connectionString: urlOf(name) })
  await client.connect()
  const read = await client.query<unknown[]>({ text: query, rowMode: 'array' }).finally(() => client.end())
  return read.rows.map(([first]) => first)
}
const tables = (): Promise<unknown[]> => column(`select tablename from pg_tables where schemaname = 'public' order by 1`)

describe('the schema', () => {
  it('comes up on an empty database, once, and nothing is said when all is well', async () => {
    expect(await migrate('up', 'up')).toEqual({ ran: [ALL, []], lines: [] })
    expect(await tables()).toEqual(expect.arrayContaining(['balance', 'claim', 'fill', 'lot', 'posting', 'trade', 'transfer']))
    expect(await column('select name from schema_migration order by id')).toEqual(ALL)
  })

  it('goes down to nothing, and comes up again', async () => {
    await migrate('up', 'down')
    expect(await tables()).toEqual(['schema_migration'])
    expect(await column(`select proname from pg_proc where pronamespace = 'public'::regnamespace`)).toEqual([])
    expect((await migrate('up')).ran).toEqual([ALL])
  })

  it('comes up once when two processes start at the same time: the later one may be told to wait', async () => {
    const told = await Promise.allSettled([migrate('up'), migrate('up')])
    for (const each of told) if (each.status === 'rejected') expect(String(each.reason)).toContain('Another migration is already running')
    expect(told.flatMap((each) => (each.status === 'fulfilled' ? each.value.ran.flat() : []))).toEqual(ALL)
  })

  it('that fails half-way leaves nothing behind', async () => {
    const client = new Client({ connectionString: urlOf(name) })
    await client.connect()
    await client.query('create table lot (other text)').finally(() => client.end())
    await expect(migrate('up')).rejects.toThrow('relation "lot" already exists')
    expect(await tables()).toEqual(['lot', 'schema_migration'])
    expect(await column('select name from schema_migration')).toEqual([])
  })
})

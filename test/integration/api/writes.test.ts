import { openDatabase } from '../../../src/stores/postgres/pool'
import { claimWrite, forgetWrites, KEPT_MS } from '../../../src/stores/postgres/api/writes'
import { millis } from '../../../src/core/units'
import { LogBook } from '../../stores/doubles'
import { controls, ledger } from '../operator/support/office'
import { askControls } from '../../../src/operator/controls'
import { worldOfTest, World } from './world'

jest.setTimeout(60_000)
const world = worldOfTest()
const halted = (): Promise<unknown[]> => ledger().column(`select count(*) from audit where action = 'halt'`)
const halt = { scope: 'pair:u3', reason: 'a test' }
const KEY = { 'idempotency-key': 'k-1' }
beforeEach(() => askControls(controls().line, 'tellHalts', [0]))

describe('a write under a key', () => {
  it('is done once: the same again is answered as it was, byte by byte, and says so', async () => {
    const first = await world().ask('otto', 'POST', '/v1/halts', halt, KEY)
    const again = await world().ask('otto', 'POST', '/v1/halts', halt, KEY)
    expect([first.statusCode, again.statusCode, again.body]).toEqual([200, 200, first.body])
    expect([first.headers['idempotency-replayed'], again.headers['idempotency-replayed']]).toEqual([undefined, 'true'])
    expect(await halted()).toEqual([1])
  })

  it('is done once by an API that began later too', async () => {
    await world().ask('otto', 'POST', '/v1/halts', halt, KEY)
    const other = await World.open()
    const again = await other.ask('otto', 'POST', '/v1/halts', halt, KEY)
    await other.close()
    expect([again.statusCode, again.headers['idempotency-replayed'], await halted()]).toEqual([200, 'true', [1]])
  })

  it('is refused again as it was refused', async () => {
    const nobody = { kalshi: 'KX', forecastex: '1' }
    const first = await world().ask('otto', 'POST', '/v1/pairs/propose', nobody, KEY)
    const again = await world().ask('otto', 'POST', '/v1/pairs/propose', nobody, KEY)
    expect([first.statusCode, again.statusCode, again.body, again.headers['content-type']]).toEqual([
      ...[400, 400, first.body, 'application/problem+json'],
    ])
  })

  it('stands for one request of one principal', async () => {
    await world().ask('otto', 'POST', '/v1/halts', halt, KEY)
    const another = await world().ask('otto', 'POST', '/v1/halts', { ...halt, reason: 'another' }, KEY)
    expect([another.statusCode, another.json()]).toMatchObject([422, { type: '/docs/problems#idempotency-key-reused' }])
    expect((await world().ask('anna', 'POST', '/v1/halts', { ...halt, reason: 'another' }, KEY)).statusCode).toBe(200)
    expect(await halted()).toEqual([2])
  })

  it('that two send at once is done once', async () => {
    const lift = { scope: 'pair:u3', reason: 'over' }
    const answers = await Promise.all([1, 2, 3].map(() => world().ask('otto', 'POST', '/v1/halts/lift', lift, KEY)))
    const statuses = answers.map(({ statusCode, headers }) => (headers['idempotency-replayed'] === 'true' ? 'replayed' : statusCode))
    expect(statuses.filter((status) => status === 200)).toHaveLength(1)
    expect(statuses.filter((status) => status !== 200 && status !== 409 && status !== 'replayed')).toEqual([])
    expect(await ledger().column(`select count(*) from audit where action = 'resume'`)).toEqual([1])
  })

  it('whose end nobody has told is not done again, unless it is a halt', async () => {
    const lift = { scope: 'pair:u3', reason: 'over' }
    const killed = await World.open()
    await killed.ask('otto', 'POST', '/v1/halts/lift', lift, KEY)
    await killed.close()
    await ledger().database.query('update api_write set status = null, response = null')
    const again = await world().ask('otto', 'POST', '/v1/halts/lift', lift, KEY)
    expect([again.statusCode, again.json()]).toMatchObject([
      409,
      { detail: expect.stringContaining('how it ended is not known') as string },
    ])
    await world().ask('otto', 'POST', '/v1/halts', halt, { 'idempotency-key': 'k-2' })
    await ledger().database.query('update api_write set status = null, response = null')
    expect((await world().ask('otto', 'POST', '/v1/halts', halt, { 'idempotency-key': 'k-2' })).statusCode).toBe(200)
    expect(await halted()).toEqual([2])
  })

  it('is wanted of every write, before anything is done', async () => {
    for (const key of ['', 'x'.repeat(129), 'two words']) {
      const answer = await world().ask('otto', 'POST', '/v1/halts', halt, { 'idempotency-key': key })
      expect([answer.statusCode, answer.json()]).toMatchObject([400, { type: '/docs/problems#invalid-request' }])
    }
    expect(await halted()).toEqual([0])
  })

  it('is forgotten after a day', async () => {
    const { database } = ledger()
    const write = { principal: 'otto', key: 'k', request: Buffer.alloc(32) }
    expect(await claimWrite(database, write, millis(1))).toEqual({ kind: 'ours' })
    expect(await claimWrite(database, write, millis(1 + KEPT_MS))).toEqual({ kind: 'begun' })
    expect(await claimWrite(database, write, millis(2 + KEPT_MS))).toEqual({ kind: 'ours' })
    await forgetWrites(database, millis(2 + 2 * KEPT_MS))
    expect(await ledger().column('select count(*) from api_write')).toEqual([1])
    await forgetWrites(database, millis(3 + 2 * KEPT_MS))
    expect(await ledger().column('select count(*) from api_write')).toEqual([0])
  })
})

describe('E26: with the ledger away', () => {
  const away = openDatabase('postgres://postgres@127.0.0.1:1/none', new LogBook())
  afterAll(() => away.end())
  let alone: World
  beforeEach(async () => (alone = await World.open({ database: away })))
  afterEach(() => alone.close())

  it('a halt is done all the same, and says that its key could not be stored', async () => {
    const answer = await alone.ask('otto', 'POST', '/v1/halts', { scope: 'all', reason: 'a test' }, KEY)
    expect([answer.statusCode, answer.json()]).toMatchObject([200, { scope: 'all', epoch: null }])
    expect(answer.json<{ unreached: string[] }>().unreached).toEqual([
      expect.stringContaining('stands in the halt file of this machine alone'),
      'the Idempotency-Key could not be stored: the same request again is a halt again',
    ])
    expect(alone.desk.haltFile.read()).toMatchObject({ halted: true, entries: [{ scope: 'all', by: 'otto' }] })
    expect((await alone.ask('vera', 'GET', '/v1/halts')).json()).toMatchObject({ epoch: null, active: null, local: [{ scope: 'all' }] })
  })

  it('nothing else is written, and reads say why; the API is not ready', async () => {
    const asks: readonly (readonly ['GET' | 'POST', string, object?])[] = [
      ['POST', '/v1/halts/lift', halt],
      ['POST', '/v1/breaks/1/assign', { to: 'me' }],
      ['GET', '/v1/trades'],
      ['GET', '/v1/limits/capacity'],
      ['GET', '/readyz'],
    ]
    for (const [method, url, body] of asks) {
      const answer = await alone.ask('otto', method, url, body)
      expect([url, answer.statusCode, answer.json()]).toMatchObject([url, 503, { type: '/docs/problems#unreachable' }])
    }
  })
})

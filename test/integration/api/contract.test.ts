import { randomUUID } from 'node:crypto'
import { askControls } from '../../../src/operator/controls'
import { applySchedules } from '../../../src/operator/schedules/schedules'
import { noteBreakIn } from '../../../src/stores/postgres/breaks/breaks'
import { transact } from '../../../src/stores/postgres/pool'
import { migrateQuestdb } from '../../../src/stores/questdb/migrate'
import { query } from '../../../src/stores/questdb/query'
import { money } from '../../../src/core/units'
import { NEVER, NOW, WIDE } from '../ledger/support/ledger'
import { lockedBox } from '../ledger/support/trades'
import { controls, ledger } from '../operator/support/office'
import { ID, stepsOn, TICKER } from '../pairs/fixture'
import { Contract } from './document'
import { limitsFile } from './limits-file'
import { worldOfTest } from './world'

jest.setTimeout(60_000)
const world = worldOfTest()
const { tell, propose } = stepsOn(ledger)
const ANA = { name: 'ana', role: 'operator' } as const
/** Routes whose success needs a running saga, and is proven where sagas run. */
const WITHOUT_200 = ['POST /v1/breaks/{id}/close', 'POST /v1/breaks/{id}/hedge', 'POST /v1/orders/{id}/verdict']

let contract: Contract
beforeEach(async () => {
  const { document } = await Contract.of(world())
  contract ??= new Contract(document)
})

/** Asks, and holds the answer to the document. @returns the answer's body */
async function expectOf(status: number, who: string, name: string, url: string, body?: object): Promise<Readonly<Record<string, unknown>>> {
  const [method = ''] = name.split(' ')
  const answer = await world().ask(who, method as 'GET', url, body)
  expect([name, answer.statusCode, answer.statusCode === status ? '' : answer.body]).toEqual([name, status, ''])
  expect(contract.differences(name, answer)).toEqual([])
  return answer.headers['content-type']?.toString().includes('json') ? answer.json() : {}
}
const get = (name: string, url = name): ReturnType<typeof expectOf> => expectOf(200, 'vera', `GET ${name}`, url)

async function broken(subject: string): Promise<number> {
  const difference = {
    ...({ venue: 'kalshi', kind: 'unknown-fill', subject, market: TICKER, purse: 'kalshi', contracts: 1_000 } as const),
    ...{ amount: money('-4.168'), detail: 'ten YES that nobody knows' },
  }
  await transact(ledger().database, NEVER, (transaction) => noteBreakIn(transaction, difference, ANA, NOW))
  return (await ledger().column('select max(id) from account_break'))[0] as number
}

describe('every route answers as the document says', () => {
  it('of the system', async () => {
    for (const path of ['/healthz', '/readyz', '/metrics', '/v1/status', '/v1/feeds', '/v1/configuration']) await get(path)
    expect(JSON.stringify(await get('/v1/configuration'))).not.toContain('hidden')
  })

  it('of markets', async () => {
    const url = world().desk.endpoints.questdb?.httpUrl ?? ''
    await migrateQuestdb(url, AbortSignal.timeout(30_000))
    const pair = `api-${randomUUID()}`
    for (const n of [1, 2, 3]) await query(world().desk.endpoints.questdb?.httpUrl ?? '', opportunity(pair, n), AbortSignal.timeout(30_000))
    await get('/v1/opportunities')
    await get('/v1/books', '/v1/books?venue=kalshi')
    await get('/v1/books', '/v1/books?venue=forecastex')
  })

  it('of trades, positions, results and proofs', async () => {
    await lockedBox(ledger())
    for (const path of ['/v1/trades', '/v1/positions', '/v1/ledger/verify', '/v1/ledger/results', '/v1/audit/verify']) await get(path)
    const trade = await get('/v1/trades/{id}', '/v1/trades/t1')
    expect(trade).toMatchObject({ outcome: 'locked', timeline: { steps: null, why: 'no run of Temporal made this trade: it was adopted' } })
    const verdict = { outcome: { kind: 'filled', contracts: '10' }, evidence: 'seen in the statement' }
    await expectOf(409, 'otto', 'POST /v1/orders/{id}/verdict', '/v1/orders/cb-t1-a1/verdict', verdict)
  })

  it('of pairs', async () => {
    await tell()
    await expectOf(200, 'otto', 'POST /v1/pairs/propose', '/v1/pairs/propose', {})
    await propose()
    await get('/v1/pairs')
    await get('/v1/pairs/{id}', `/v1/pairs/${ID}`)
    const approval = { for: 'sim', evidence: 'read both texts' }
    await expectOf(403, 'otto', 'POST /v1/pairs/{id}/approve', `/v1/pairs/${ID}/approve`, approval)
    await expectOf(200, 'anna', 'POST /v1/pairs/{id}/approve', `/v1/pairs/${ID}/approve`, approval)
    await expectOf(409, 'otto', 'POST /v1/pairs/{id}/move', `/v1/pairs/${ID}/move`, { shard: 'alpha' })
    await expectOf(409, 'otto', 'POST /v1/pairs/{id}/reject', `/v1/pairs/${ID}/reject`, { reason: 'no' })
    await expectOf(200, 'otto', 'POST /v1/pairs/{id}/suspend', `/v1/pairs/${ID}/suspend`, { reason: 'the text moved' })
    await expectOf(200, 'otto', 'POST /v1/halts', '/v1/halts', { scope: `pair:${ID}`, reason: 'it moves' })
    await expectOf(200, 'otto', 'POST /v1/pairs/{id}/move', `/v1/pairs/${ID}/move`, { shard: 'alpha' })
    await expectOf(404, 'otto', 'POST /v1/pairs/{id}/suspend', '/v1/pairs/none/suspend', { reason: 'why' })
  })

  it('of a pair that is none', async () => {
    await propose()
    await expectOf(200, 'otto', 'POST /v1/pairs/{id}/reject', `/v1/pairs/${ID}/reject`, { reason: 'no' })
  })

  it('of breaks', async () => {
    await tell()
    await propose()
    await expectOf(200, 'anna', 'POST /v1/pairs/{id}/approve', `/v1/pairs/${ID}/approve`, { for: 'sim', evidence: 'read both texts' })
    const [first, second] = [await broken('kalshi|alpha|order-9|fill-9'), await broken('kalshi|alpha|order-9|fill-8')]
    await get('/v1/breaks')
    await get('/v1/breaks/{id}', `/v1/breaks/${first}`)
    await expectOf(200, 'otto', 'POST /v1/breaks/{id}/assign', `/v1/breaks/${first}/assign`, { to: 'vera' })
    const adopted = { price: '0.40', reason: 'bought by hand' }
    await expectOf(409, 'otto', 'POST /v1/breaks/{id}/close', `/v1/breaks/${first}/close`, { maxLoss: '1' })
    await expectOf(409, 'otto', 'POST /v1/breaks/{id}/hedge', `/v1/breaks/${first}/hedge`, { maxLoss: '1' })
    await expectOf(200, 'otto', 'POST /v1/breaks/{id}/adopt', `/v1/breaks/${first}/adopt`, adopted)
    await expectOf(409, 'otto', 'POST /v1/breaks/{id}/adopt', `/v1/breaks/${first}/adopt`, adopted)
    await expectOf(200, 'otto', 'POST /v1/breaks/{id}/resolve', `/v1/breaks/${second}/resolve`, { reason: 'a test' })
    await expectOf(404, 'otto', 'POST /v1/breaks/{id}/resolve', '/v1/breaks/999/resolve', { reason: 'a test' })
  })

  it('of limits and halts', async () => {
    await lockedBox(ledger()) // puts limits in force
    await askControls(controls().line, 'tellHalts', [0])
    for (const path of ['/v1/limits', '/v1/limits/capacity', '/v1/limits/proposals', '/v1/halts']) await get(path)
    const raised = limitsFile({ ...WIDE, version: 'raised', maxOpenTrades: WIDE.maxOpenTrades + 1 })
    const propose = (file: object): ReturnType<typeof expectOf> =>
      expectOf(200, 'otto', 'POST /v1/limits/proposals', '/v1/limits/proposals', file)
    const { id } = await propose(raised)
    await expectOf(403, 'otto', 'POST /v1/limits/proposals/{id}/approve', `/v1/limits/proposals/${String(id)}/approve`, { reason: 'more' })
    await expectOf(200, 'anna', 'POST /v1/limits/proposals/{id}/approve', `/v1/limits/proposals/${String(id)}/approve`, { reason: 'more' })
    const { id: other } = await propose(limitsFile({ ...WIDE, version: 'more', maxOpenTrades: WIDE.maxOpenTrades + 2 }))
    await expectOf(200, 'otto', 'POST /v1/limits/proposals/{id}/reject', `/v1/limits/proposals/${String(other)}/reject`, {
      reason: 'too much',
    })
    await expectOf(200, 'otto', 'POST /v1/halts', '/v1/halts', { scope: 'pair:u3', reason: 'a test' })
    await expectOf(200, 'otto', 'POST /v1/halts/lift', '/v1/halts/lift', { scope: 'pair:u3', reason: 'over' })
    await expectOf(200, 'otto', 'POST /v1/kill', '/v1/kill', { reason: 'a test' })
    expect(await get('/v1/halts')).toMatchObject({ active: [{ scope: 'all' }], local: [{ scope: 'all' }] })
  })

  it('of schedules', async () => {
    const id = `api-${randomUUID()}`
    const made = {
      id,
      cron: '0 0 1 1 *',
      workflow: 'superviseSchedules',
      queue: 'backoffice',
      catch_up_window: '10s',
      note: 'a test',
    } as const
    await applySchedules(controls().client, { schedules: [made] })
    try {
      await get('/v1/schedules')
      for (const verb of ['pause', 'unpause'] as const)
        await expectOf(200, 'otto', `POST /v1/schedules/{id}/${verb}`, `/v1/schedules/${id}/${verb}`, { note: 'a test' })
      await expectOf(200, 'otto', 'POST /v1/schedules/{id}/trigger', `/v1/schedules/${id}/trigger`, {})
      await expectOf(404, 'otto', 'POST /v1/schedules/{id}/trigger', '/v1/schedules/none/trigger', {})
    } finally {
      await controls().client.schedule.getHandle(id).delete()
    }
  })

  it('of reports', async () => {
    await lockedBox(ledger())
    const { items } = await get('/v1/reports')
    for (const { kind } of items as readonly { readonly kind: string }[]) await get('/v1/reports/{kind}', `/v1/reports/${kind}`)
    await expectOf(400, 'vera', 'GET /v1/reports/{kind}', '/v1/reports/tax?by=day')
    await expectOf(400, 'vera', 'GET /v1/reports/{kind}', '/v1/reports/pnl?from=yesterday')
  })

  it('and every route was asked', () => {
    const names = contract.operations.map(([name]) => name)
    expect(names.filter((name) => !contract.seen.get(name)?.has(200)).toSorted()).toEqual(WITHOUT_200)
    expect(WITHOUT_200.filter((name) => contract.seen.get(name) === undefined)).toEqual([])
  })
})

it('the document says of every route what it is, whose it is, and how it refuses', () => {
  expect(contract.document.openapi).toBe('3.1.0')
  for (const [name, { summary, tags, responses }] of contract.operations)
    expect([
      name,
      summary !== undefined,
      tags?.length,
      ['200', '400', '429', '500', '503'].filter((status) => !(status in responses)),
    ]).toEqual([...[name, true, 1, []]])
})

const opportunity = (pair: string, n: number): string =>
  `INSERT INTO arb_opportunities (ts, subject, direction, mode, outcome, reason, last_seen, duration_ms, n, looks, best_size, best_net_edge) VALUES (${(NOW + n) * 1_000}, '${pair}', 'A', 'sim', 'refused', 'cool-down', ${(NOW + n + 5) * 1_000}, 5, ${n}, 1, 1000, 12000)`

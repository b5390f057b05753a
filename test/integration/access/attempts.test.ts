import { randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { Problem } from '../../../src/api/problem'
import { ControlsRefused } from '../../../src/operator/controls'
import { revokeToken } from '../../../src/operator/access/tokens'
import { verifyAudit } from '../../../src/operator/audit'
import { decide, propose } from '../../../src/operator/limits'
import { importLimits, readLimits } from '../../../src/stores/postgres/limits'
import { NEVER, WIDE } from '../ledger/support/ledger'
import { controls, ledger, office } from '../operator/support/office'
import { serve, tokenOf } from './support'

jest.setTimeout(30_000)
const WIDER = { ...WIDE, version: 'wider', maxOpenTrades: WIDE.maxOpenTrades + 1 }
const refusedIs = (error: unknown): never => {
  throw error instanceof ControlsRefused ? new Problem('conflict', error.message) : error
}
/** As routes do it: the name is the token's, never the body's. */
function limitRoutes(server: FastifyInstance): void {
  server.post('/test/limits', { config: { needs: 'operator' } }, async (request) => {
    const { principal } = request
    if (principal === null) throw new Error('bug: the guard let nobody in')
    const proposal = await propose(controls().line, WIDER, principal).catch(refusedIs)
    return proposal
  })
  server.post<{ Params: { id: string } }>('/test/limits/:id/approve', { config: { needs: 'approver' } }, async (request) => {
    const { principal } = request
    if (principal === null) throw new Error('bug: the guard let nobody in')
    const proposal = await decide(controls().line, 'approve', Number(request.params.id), principal, 'agreed').catch(refusedIs)
    return proposal
  })
  server.post('/test/broken', { config: { needs: 'operator' } }, () => Promise.reject(new Error('select secret from api_token')))
}

let server: FastifyInstance
let port: number
beforeEach(async () => {
  office.mode = 'live'
  await importLimits(ledger().database, WIDE, { name: 'root', role: 'system' }, ledger().nowMs, NEVER)
  ;({ server, port } = await serve(ledger(), { mode: 'live', routes: limitRoutes }))
})
afterEach(() => server.close())

const post = async (
  path: string,
  token?: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; id: number; detail: string }> => {
  const write = { 'content-type': 'application/json', 'idempotency-key': randomUUID() }
  const sent = { ...write, ...headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) }
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'POST',
    headers: sent,
    body: '{}',
    signal: AbortSignal.timeout(20_000),
  })
  return { ...((await response.json()) as { id: number; detail: string }), status: response.status }
}
const attempts = (): Promise<unknown[]> =>
  ledger().column(
    `select concat_ws(' ', by_name, role, detail->>'route', detail->>'status', detail->>'result') from audit where action = 'api' order by seq`,
  )
const expectChained = async (): Promise<void> => expect((await verifyAudit(ledger().database, null)).violations).toEqual([])

it('nobody raises a limit alone in live: a viewer not at all, an operator with an approver, no approver for himself', async () => {
  const [viewer, operator, ana, ben] = await Promise.all([
    tokenOf(ledger(), 'vera', 'viewer'),
    tokenOf(ledger(), 'olaf', 'operator'),
    tokenOf(ledger(), 'ana', 'approver'),
    tokenOf(ledger(), 'ben', 'approver'),
  ])
  const again = await tokenOf(ledger(), 'Ana', 'approver') // another token of hers is not another person
  expect((await post('/test/limits', viewer.token)).status).toBe(403)
  const { status, id } = await post('/test/limits', ana.token)
  expect(status).toBe(200)
  expect(await post(`/test/limits/${id}/approve`, operator.token)).toMatchObject({
    status: 403,
    detail: 'olaf is a operator, and this needs approver',
  })
  for (const { token } of [ana, again])
    expect(await post(`/test/limits/${id}/approve`, token)).toMatchObject({
      status: 409,
      detail: expect.stringContaining('a second person approves'),
    })
  expect((await readLimits(ledger().database)).version).toBe('wide')
  expect((await post(`/test/limits/${id}/approve`, ben.token)).status).toBe(200)
  expect((await readLimits(ledger().database)).version).toBe('wider')
  expect(await attempts()).toEqual([
    'vera viewer /test/limits 403 refused',
    'ana approver /test/limits 200 done',
    'olaf operator /test/limits/:id/approve 403 refused',
    'ana approver /test/limits/:id/approve 409 refused',
    'Ana approver /test/limits/:id/approve 409 refused',
    'ben approver /test/limits/:id/approve 200 done',
  ])
  const [last] = await ledger().column(`select detail - 'request' from audit where action = 'api' order by seq desc limit 1`)
  expect(last).toMatchObject({
    method: 'POST',
    params: JSON.stringify({ id: String(id) }),
    token: ben.id,
    asked: '{}',
    answered: expect.stringContaining('"wider"'),
  })
  // what was there before is in the row of the change itself
  expect(await ledger().column(`select detail from audit where action = 'limits' order by seq desc limit 1`)).toMatchObject([
    { before: 'wide', after: 'wider' },
  ])
  await expectChained()
})

it('who sends a token that was revoked is named, was not heard, and what the API breaks at is not told', async () => {
  const { token, id } = await tokenOf(ledger(), 'olaf', 'operator')
  expect(await post('/test/broken', token)).toMatchObject({ status: 500, detail: 'see the log' })
  await revokeToken(ledger().database, id, { name: 'root', role: 'operator' }, ledger().nowMs)
  ledger().clock.advance(1_000)
  expect((await post('/test/write/x', token)).status).toBe(401)
  expect(await attempts()).toEqual(['olaf operator /test/broken 500 failed', 'olaf operator /test/write/:what 401 refused'])
  expect(JSON.stringify(await ledger().column(`select detail from audit`))).not.toContain(token.slice(17))
  await expectChained()
})

it('nobody fills the audit: ten rows a minute, and the next says how many there were', async () => {
  for (let nth = 0; nth < 15; nth++) expect((await post('/test/write/x')).status).toBe(401)
  expect(await attempts()).toEqual(Array.from({ length: 10 }, () => 'nobody none /test/write/:what 401 refused'))
  ledger().clock.advance(60_000)
  await post('/test/write/x')
  expect(await ledger().column(`select detail->>'dropped' from audit where action = 'api' order by seq desc limit 2`)).toEqual(['5', null])
  expect(ledger().log.messages('warn')).toHaveLength(5)
  await expectChained()
})

it('a read is no attempt', async () => {
  const { token } = await tokenOf(ledger(), 'vera', 'viewer')
  await fetch(`http://127.0.0.1:${port}/test/who`, { headers: { authorization: `Bearer ${token}` } })
  expect(await attempts()).toEqual([])
})

it('an attempt that the ledger cannot take is in the log, and is answered', async () => {
  const { token } = await tokenOf(ledger(), 'olaf', 'operator')
  expect((await post('/test/write/x', token)).status).toBe(200) // from now on the token is believed for a second
  await ledger().database.query('alter table audit rename to audit_gone')
  expect((await post('/test/write/y', token)).status).toBe(200)
  await ledger().database.query('alter table audit_gone rename to audit')
  expect(ledger().log.messages('error')).toEqual(['an attempt to write is not in the audit'])
})

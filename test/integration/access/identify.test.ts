import type { FastifyInstance } from 'fastify'
import { request as ask } from 'node:http'
import { revokeToken } from '../../../src/operator/access/tokens'
import { freshLedger } from '../ledger/support/ledger'
import { serve, tokenOf, type Served } from './support'

const ledger = freshLedger()
let open: FastifyInstance[] = []
afterEach(async () => {
  await Promise.all(open.map((server) => server.close()))
  open = []
})
interface Answer {
  readonly status: number
  readonly body: {
    readonly principal?: { readonly name: string; readonly role: string; readonly token: string | null }
    readonly detail?: string
    readonly ip?: string
    readonly second?: unknown
  }
}
type Ask = (headers?: Record<string, string>, path?: string, method?: string) => Promise<Answer>

/** By node:http: fetch would not let a test say who its Host is. */
async function asked(served: Served = {}): Promise<Ask> {
  const { server, port } = await serve(ledger(), served)
  open.push(server)
  return (headers = {}, path = '/test/who', method = 'GET') =>
    new Promise((resolve, reject) => {
      const sent = ask({ host: '127.0.0.1', port, path, method, headers }, (response) => {
        let text = ''
        response.on('data', (piece) => (text += String(piece)))
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) as Answer['body'] }))
      })
      sent.on('error', reject)
      sent.end(method === 'GET' ? undefined : '{}')
    })
}
const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` })

describe('without a token', () => {
  it("this machine's user is heard where that is allowed", async () => {
    const who = await asked()
    expect((await who()).body.principal).toEqual({ name: 'me', role: 'operator', token: null })
  })

  it.each([
    ['where tokens are always wanted', { settings: { tokens: 'always' } }],
    ['in mode live, whatever the settings say', { mode: 'live' }],
  ] as const)('nobody is heard %s', async (_where, served) => {
    expect(await (await asked(served))()).toMatchObject({ status: 401 })
  })

  it.each([
    { 'x-forwarded-for': '127.0.0.1' },
    { 'x-forwarded-for': '203.0.113.9' },
    { forwarded: 'for=127.0.0.1' },
    { 'x-real-ip': '127.0.0.1' },
    { via: '1.1 proxy' },
    { 'x-forwarded-proto': 'https' },
  ])('nobody is on this machine who says %j, proxy or not', async (headers) => {
    for (const proxies of [[], ['127.0.0.1']]) {
      const who = await asked({ settings: { proxies } })
      expect(await who(headers as Record<string, string>)).toMatchObject({ status: 401 })
    }
  })
})

it.each(['desk.example.org', '127.0.0.1.example.org'])('under the name %s nobody is answered that is not configured', async (host) => {
  expect(await (await asked())({ host })).toMatchObject({ status: 403 })
})

describe('with a token', () => {
  it('its person is heard, on loopback too, and in live', async () => {
    const { token, id } = await tokenOf(ledger(), 'ana', 'viewer')
    for (const mode of ['sim', 'live'] as const)
      expect((await (await asked({ mode }))(bearer(token))).body.principal).toEqual({ name: 'ana', role: 'viewer', token: id })
  })

  it('that is wrong, has expired or was revoked the answer is one and the same: loopback helps nobody then', async () => {
    const [revoked, expired] = [await tokenOf(ledger(), 'ana', 'viewer'), await tokenOf(ledger(), 'ben', 'viewer')]
    await revokeToken(ledger().database, revoked.id, { name: 'root', role: 'operator' }, ledger().nowMs)
    const who = await asked()
    const wrong = revoked.token.slice(0, -2) + 'zz'
    const answers = [
      await who(bearer(wrong)),
      await who(bearer('x')),
      await who({ authorization: 'Basic YTpi' }),
      await who(bearer(revoked.token)),
    ]
    ledger().clock.advance(86_400_000)
    answers.push(await who(bearer(expired.token)))
    const without = ({ status, body: { detail } }: Answer): unknown => ({ status, detail })
    for (const answer of answers) expect(without(answer)).toEqual(without(answers[0] as Answer))
    expect(answers[0]?.status).toBe(401)
  })

  it('guessed twenty times an address waits a minute, even with a right one', async () => {
    const { token } = await tokenOf(ledger(), 'ana', 'viewer')
    const who = await asked()
    for (let nth = 0; nth < 20; nth++) expect((await who(bearer(`xbk_${nth}`))).status).toBe(401)
    expect((await who(bearer(token))).status).toBe(429)
    expect((await who()).status).toBe(200)
    ledger().clock.advance(60_000)
    expect((await who(bearer(token))).status).toBe(200)
  })

  it('guessed through a proxy that is believed only the guesser waits', async () => {
    const { token } = await tokenOf(ledger(), 'ana', 'viewer')
    const who = await asked({ settings: { proxies: ['127.0.0.1'], tokens: 'always' } })
    const from = (address: string, sent: string): Promise<Answer> => who({ ...bearer(sent), 'x-forwarded-for': address })
    for (let nth = 0; nth < 20; nth++) await from('203.0.113.9', `xbk_${nth}`)
    expect((await from('203.0.113.9', token)).status).toBe(429)
    expect(await from('203.0.113.10', token)).toMatchObject({ status: 200, body: { ip: '203.0.113.10' } })
  })

  it('a second person is whom the second token names, and never this machine', async () => {
    const { token } = await tokenOf(ledger(), 'ben', 'approver')
    const who = await asked()
    const write = { 'content-type': 'application/json' }
    let n = 0
    const second = async (headers: Record<string, string>): Promise<unknown> => {
      const { status, body } = await who({ ...write, 'idempotency-key': `second-${(n += 1)}`, ...headers }, '/test/second', 'POST')
      return status === 200 ? body.second : status
    }
    expect(await second({ 'crossbook-second': token })).toMatchObject({ name: 'ben', role: 'approver' })
    expect(await second({})).toBeNull()
    expect(await second({ 'crossbook-second': 'ben' })).toBe(401)
  })
})

import { apiSchema } from '../../../src/config/schema/api'
import { ledger } from '../operator/support/office'
import { PROBLEMS } from '../../../src/api/problem'
import { worldOfTest, World } from './world'
import { readFileSync } from 'node:fs'
import path from 'node:path'

jest.setTimeout(60_000)
const world = worldOfTest()
const halt = { scope: 'pair:u3', reason: 'a test' }
const written = (): Promise<unknown[]> => ledger().column('select count(*) from api_write')
const kindOf = (answer: { readonly statusCode: number; json(): unknown }): readonly unknown[] => [
  answer.statusCode,
  (answer.json() as { readonly type?: string }).type?.replace('/docs/problems#', ''),
]

describe('what comes from elsewhere', () => {
  it.each([
    ['a name that is pointed at this machine', { host: 'evil.example' }, 403],
    ['another page on this machine', { origin: 'http://localhost:3000' }, 403],
    ['another site', { origin: 'https://evil.example' }, 403],
    ['a page without an origin of its own', { origin: 'null' }, 403],
    ['a browser that says so', { 'sec-fetch-site': 'cross-site' }, 403],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
    ['a text', { 'content-type': 'text/plain' }, 415],
    ['JSON by another name', { 'content-type': 'application/jsonp' }, 415],
  ] as const)('%s writes nothing', async (_what, headers, status) => {
    expect((await world().ask('otto', 'POST', '/v1/halts', halt, headers)).statusCode).toBe(status)
    expect(await written()).toEqual([0])
  })

  it('is let in under its own origin, and under the names of the configuration', async () => {
    const proxied = await World.open({ settings: apiSchema.parse({ hosts: ['desk.example'], requests_per_minute: 60_000 }) })
    const ask = (headers: Readonly<Record<string, string>>) => proxied.ask('vera', 'GET', '/v1/halts', undefined, headers)
    for (const headers of [
      { host: 'localhost:8080', origin: 'http://localhost:8080' },
      { host: '[::1]:8080' },
      { host: 'desk.example', origin: 'https://desk.example' },
      { host: '127.0.0.1:8080', origin: 'https://desk.example' },
    ])
      expect([headers, (await ask(headers)).statusCode]).toEqual([headers, 200])
    await proxied.close()
  })

  it('no page of another origin may read an answer, and no answer is framed, guessed or kept', async () => {
    const { headers } = await world().ask('vera', 'GET', '/v1/halts')
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'SAMEORIGIN',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
      'content-security-policy': expect.stringContaining("default-src 'self'") as string,
      'cache-control': 'no-store',
    })
    expect(headers['access-control-allow-origin']).toBeUndefined()
    expect(headers['content-security-policy']).not.toContain('upgrade-insecure-requests')
  })
})

describe('who may', () => {
  it.each([
    ['nobody', 'GET', '/v1/halts', 401],
    ['nobody', 'GET', '/docs/json', 401],
    ['nobody', 'GET', '/healthz', 200],
    ['vera', 'GET', '/v1/halts', 200],
    ['vera', 'POST', '/v1/halts', 403],
    ['vera', 'POST', '/v1/limits/proposals/1/reject', 403],
    ['otto', 'POST', '/v1/limits/proposals/1/approve', 403],
    ['otto', 'POST', '/v1/pairs/x/approve', 403],
  ] as const)('%s: %s %s is answered %i+', async (who, method, url, status) => {
    expect((await world().ask(who, method, url, method === 'POST' ? {} : undefined)).statusCode).toBe(status)
    expect(await written()).toEqual([0])
  })

  it('a second person is proven by a token, is somebody else, and may sign', async () => {
    const live = await World.open({ mode: 'live' })
    const sign = async (second: string | null): Promise<readonly unknown[]> =>
      kindOf(
        await live.ask('otto', 'POST', '/v1/breaks/1/adopt', { reason: 'mine' }, second === null ? {} : { 'crossbook-second': second }),
      )
    expect(await sign(null)).toEqual([404, 'not-found'])
    expect(await sign('nobody')).toEqual([401, 'unauthenticated'])
    expect(await sign('otto')).toEqual([403, 'forbidden'])
    expect(await sign('vera')).toEqual([403, 'forbidden'])
    expect(await sign('Bearer ben')).toEqual([404, 'not-found'])
    const verdict = { outcome: { kind: 'rejected' }, evidence: 'seen' }
    expect(kindOf(await live.ask('otto', 'POST', '/v1/orders/cb-t1-a1/verdict', verdict))).toEqual([403, 'forbidden'])
    await live.close()
  })
})

describe('how often', () => {
  it('reads are bounded for each principal, and say when to come again; a halt is not held up by them', async () => {
    const few = await World.open({ settings: apiSchema.parse({ requests_per_minute: 3 }) })
    for (let n = 0; n < 3; n++) expect((await few.ask('otto', 'GET', '/v1/halts')).statusCode).toBe(200)
    const bounded = await few.ask('otto', 'GET', '/v1/halts')
    expect(kindOf(bounded)).toEqual([429, 'too-many-requests'])
    expect(Number(bounded.headers['retry-after'])).toBeGreaterThan(0)
    expect((await few.ask('anna', 'GET', '/v1/halts')).statusCode).toBe(200)
    expect((await few.ask('otto', 'POST', '/v1/halts', halt)).statusCode).toBe(200)
    await few.close()
  })

  it('who guesses tokens is bounded by his address', async () => {
    const few = await World.open({ settings: apiSchema.parse({ requests_per_minute: 1 }) })
    const statuses = new Set<number>()
    for (let n = 0; n < 20; n++) statuses.add((await few.ask(`guess-${n}`, 'GET', '/v1/halts')).statusCode)
    expect([...statuses]).toEqual([401, 429])
    expect((await few.ask('otto', 'POST', '/v1/halts', halt)).statusCode).toBe(200)
    await few.close()
  })
})

describe('problems', () => {
  const asks: Readonly<Record<string, () => ReturnType<World['ask']>>> = {
    'invalid-request': () => world().ask('vera', 'GET', '/v1/trades?limit=none'),
    unauthenticated: () => world().ask('nobody', 'GET', '/v1/trades'),
    forbidden: () => world().ask('vera', 'POST', '/v1/halts', halt),
    'not-found': () => world().ask('vera', 'GET', '/v1/nothing'),
    conflict: () => world().ask('otto', 'POST', '/v1/breaks/1/assign', { to: 'me' }, { 'idempotency-key': 'begun' }),
    'idempotency-key-reused': () => world().ask('otto', 'POST', '/v1/halts', halt, { 'idempotency-key': 'begun' }),
    'too-large': () => world().ask('otto', 'POST', '/v1/halts', { ...halt, reason: 'x'.repeat(300_000) }),
    'unsupported-media-type': () => world().ask('otto', 'POST', '/v1/halts', halt, { 'content-type': 'text/plain' }),
    'too-many-requests': async () => {
      const few = await World.open({ settings: apiSchema.parse({ requests_per_minute: 1 }) })
      await few.ask('vera', 'GET', '/v1/halts')
      return few.ask('vera', 'GET', '/v1/halts').finally(() => few.close())
    },
    internal: async () => {
      const broken = await World.open({ haltFile: null as never })
      return broken.ask('vera', 'GET', '/v1/halts').finally(() => broken.close())
    },
    unreachable: async () => {
      const without = await World.open({ tops: null })
      return without.ask('vera', 'GET', '/v1/books?venue=kalshi').finally(() => without.close())
    },
  }

  beforeEach(async () => {
    await world().ask('otto', 'POST', '/v1/breaks/1/assign', { to: 'me' }, { 'idempotency-key': 'begun' })
    await ledger().database.query('update api_write set status = null, response = null')
  })

  it.each(Object.keys(PROBLEMS) as (keyof typeof PROBLEMS)[])('%s is told as RFC 9457 has it', async (kind) => {
    const answer = await (asks[kind] as () => ReturnType<World['ask']>)()
    const { status, title } = PROBLEMS[kind]
    expect([answer.statusCode, answer.headers['content-type']?.toString().split(';')[0]]).toEqual([status, 'application/problem+json'])
    expect(answer.json()).toMatchObject({ type: `/docs/problems#${kind}`, title, status, detail: expect.any(String) as string })
  })

  it('has a paragraph each in docs/api.md, and no other', () => {
    const docs = readFileSync(path.join(__dirname, '..', '..', '..', 'docs', 'api.md'), 'utf8')
    const paragraphs = [...docs.matchAll(/^### ([a-z-]+)$/gm)].map(([, kind]) => kind)
    expect(paragraphs).toEqual(Object.keys(PROBLEMS))
  })

  it.each(['/v1/trades/%ff', '/v1/%', `/v1/trades/${'x'.repeat(5_000)}`])('of an address that cannot be read too: %.20s', async (url) => {
    const answer = await world().ask('vera', 'GET', url)
    expect([...kindOf(answer), answer.headers['content-type']?.toString()]).toEqual([400, 'invalid-request', 'application/problem+json'])
  })

  it('of our own making is a line in the log, and nothing of it in the answer', async () => {
    const broken = await World.open({ haltFile: null as never })
    const answer = await broken.ask('vera', 'GET', '/v1/halts')
    expect(answer.json()).toMatchObject({ detail: 'see the log' })
    expect(broken.log.lines).toContainEqual(expect.objectContaining({ level: 'error', message: 'bug: a request of the API failed' }))
    await broken.close()
  })
})

it('metrics count what was answered', async () => {
  await world().ask('vera', 'GET', '/v1/halts')
  await world().ask('nobody', 'GET', '/v1/halts')
  const { body } = await world().ask('vera', 'GET', '/metrics')
  expect(body).toContain('crossbook_api_requests_total{method="GET",status="2xx"} 1')
  expect(body).toContain('crossbook_api_requests_total{method="GET",status="4xx"} 1')
})

it('a body that is nested a hundred thousand deep is refused, and the attempt is on record', async () => {
  const deep = 100_000
  const headers = { authorization: 'Bearer otto', 'content-type': 'application/json', 'idempotency-key': 'deep' }
  const payload = `${'['.repeat(deep)}${']'.repeat(deep)}`
  const answer = await world().server.inject({ method: 'POST', url: '/v1/halts', headers, payload })
  expect(answer.statusCode).toBe(400)
  expect(world().log.lines.filter(({ level }) => level === 'error')).toEqual([])
})

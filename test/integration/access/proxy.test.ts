import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { request as ask, type IncomingHttpHeaders } from 'node:http'
import { createServer, request as askTls, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import type { FastifyInstance } from 'fastify'
import { temporaryDirectory } from '../../stores/doubles'
import { freshLedger } from '../ledger/support/ledger'
import { serve, tokenOf } from './support'

const ledger = freshLedger()
const dir = temporaryDirectory()
const NAME = 'desk.example.org'
/** Whom the proxy sees: another loopback address, so that he is not the proxy. */
const CLIENT = '127.0.0.2'
const KEY = path.join(dir, 'key.pem')
const CERTIFICATE = path.join(dir, 'certificate.pem')
const SETTINGS = { tokens: 'always', hosts: [NAME], proxies: ['127.0.0.1'] } as const

let server: FastifyInstance
let proxy: Server
let tell: 'as documented' | 'nothing'
beforeAll(() => {
  const subject = ['-subj', `/CN=${NAME}`, '-addext', `subjectAltName=DNS:${NAME}`]
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-keyout', KEY, '-out', CERTIFICATE, ...subject],
    {
      stdio: 'ignore',
    },
  )
})
beforeEach(async () => {
  tell = 'as documented'
  const served = await serve(ledger(), { settings: { ...SETTINGS, hosts: [...SETTINGS.hosts], proxies: [...SETTINGS.proxies] } })
  server = served.server
  proxy = createServer({ key: readFileSync(KEY), cert: readFileSync(CERTIFICATE) }, (request, response) => {
    const headers =
      tell === 'nothing' ? { authorization: request.headers.authorization ?? '' } : forwarded(request.headers, request.socket.remoteAddress)
    const onward = ask({ host: '127.0.0.1', port: served.port, path: request.url, method: request.method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    onward.on('error', (error) => response.destroy(error))
    request.pipe(onward)
  })
  await new Promise<void>((resolve) => void proxy.listen(0, '127.0.0.1', resolve))
})
afterEach(async () => {
  proxy.closeAllConnections()
  await new Promise((resolve) => proxy.close(resolve))
  await server.close()
})

/** What docs/access.md has nginx and Caddy do: the name stays, and who asks is appended. */
const forwarded = (headers: IncomingHttpHeaders, address = ''): IncomingHttpHeaders => ({
  ...headers,
  'x-forwarded-for': [headers['x-forwarded-for'], address].filter((each) => each !== undefined).join(', '),
  'x-forwarded-proto': 'https',
})

/** Over TLS, with the certificate checked, from another address than the proxy's. */
const get = (headers: Record<string, string> = {}): Promise<{ status: number; body: { ip?: string; principal?: unknown } }> =>
  new Promise((resolve, reject) => {
    const { port } = proxy.address() as AddressInfo
    const terms = { host: '127.0.0.1', port, path: '/test/who', servername: NAME, ca: readFileSync(CERTIFICATE), localAddress: CLIENT }
    const sent = askTls({ ...terms, agent: false, headers: { host: NAME, ...headers } }, (response) => {
      let text = ''
      response.on('data', (piece) => (text += String(piece)))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) as { ip?: string } }))
    })
    sent.on('error', reject)
    sent.end()
  })

describe('behind a reverse proxy with TLS', () => {
  it('who has a token is heard under the name of the proxy, and his address is his own', async () => {
    const { token, id } = await tokenOf(ledger(), 'ana', 'viewer')
    expect(await get({ authorization: `Bearer ${token}` })).toMatchObject({
      status: 200,
      body: { ip: CLIENT, principal: { name: 'ana', role: 'viewer', token: id } },
    })
  })

  it('nobody is on this machine, though the proxy is', async () => {
    expect(await get()).toMatchObject({ status: 401 })
    expect(await get({ 'x-forwarded-for': '127.0.0.1' })).toMatchObject({ status: 401 })
    tell = 'nothing'
    expect(await get()).toMatchObject({ status: 401 })
  })

  it('who says that he is somewhere else is counted where he is', async () => {
    const { token } = await tokenOf(ledger(), 'ana', 'viewer')
    const from = (address: string, sent: string): ReturnType<typeof get> =>
      get({ authorization: `Bearer ${sent}`, 'x-forwarded-for': address })
    expect((await from('203.0.113.1', token)).body.ip).toBe(CLIENT)
    for (let nth = 0; nth < 20; nth++) expect((await from(`203.0.113.${nth}`, `xbk_${nth}`)).status).toBe(401)
    expect((await from('203.0.113.99', token)).status).toBe(429)
  })
})

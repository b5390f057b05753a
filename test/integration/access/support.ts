import type { FastifyInstance } from 'fastify'
import type { AddressInfo } from 'node:net'
import { createIdentify, type IdentifyTerms } from '../../../src/api/identify'
import type { Principal } from '../../../src/api/auth'
import type { Desk } from '../../../src/api/desk'
import { createServer } from '../../../src/api/server'
import { apiSchema, type ApiFile } from '../../../src/config/schema/api'
import { issueToken, type IssuedToken } from '../../../src/operator/access/tokens'
import { createVerifier } from '../../../src/operator/access/verify'
import type { TestLedger } from '../ledger/support/ledger'

const DAY_MS = 86_400_000

/** Straight into the ledger, by somebody who may. */
export const tokenOf = (ledger: TestLedger, name: string, role: Principal['role']): Promise<IssuedToken> =>
  issueToken(
    ledger.database,
    ledger.clock,
    'sim',
    { typed: { name: 'root', role: 'approver' }, token: null, asOwner: false },
    { name, role, lifeMs: DAY_MS },
  )

export interface Served extends Partial<Pick<IdentifyTerms, 'mode'>> {
  readonly settings?: Partial<ApiFile>
  readonly routes?: (server: FastifyInstance) => void
}

/** The API on a port of loopback, with routes of the test's own beside those it has. */
export async function serve(
  ledger: TestLedger,
  { mode = 'sim', settings = {}, routes }: Served = {},
): Promise<{ server: FastifyInstance; port: number }> {
  const { database, clock, log } = ledger
  const desk = {
    ...{ settings: apiSchema.parse(settings), mode, here: { name: 'me', role: 'operator' }, database, clock, log },
    endpoints: { kalshi: { account: 'account' }, forecastex: { account: 'account' }, temporal: { uiUrl: null } },
  } as unknown as Desk
  const identify = createIdentify({ ...desk, tokens: desk.settings.tokens, verifier: createVerifier(database, clock, log) })
  const server = await createServer(desk, identify)
  server.get('/test/who', ({ principal, ip }) => ({ principal, ip }))
  server.post('/test/write/:what', { config: { needs: 'operator' } }, (request) => {
    return { by: request.principal?.name }
  })
  server.post('/test/second', { config: { needs: 'operator' } }, (request) => ({ second: request.second }))
  routes?.(server)
  await server.listen({ host: '127.0.0.1', port: 0 })
  return { server, port: (server.server.address() as AddressInfo).port }
}

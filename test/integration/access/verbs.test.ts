import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { create, list, revoke } from '../../../src/cli/verbs/access/token'
import { temporaryDirectory } from '../../stores/doubles'
import { freshLedger } from '../ledger/support/ledger'

const ledger = freshLedger()
const dataDir = temporaryDirectory()
let out: string[]
let err: string[]
beforeEach(() => {
  const nowhere = { restUrl: 'http://127.0.0.1:1', wsUrl: 'ws://127.0.0.1:1', keyId: '', privateKeyFile: '', account: 'a' }
  const endpoints = {
    ...{ databaseUrl: ledger().url, redisUrl: 'redis://127.0.0.1:1', questdb: null, temporal: { address: '127.0.0.1:1', uiUrl: null } },
    ...{ kalshi: nowhere, forecastex: { host: '127.0.0.1', port: 1, account: 'b' }, simControlUrl: null },
    ...{ streamingHealthPort: 1, workerHealthPort: 1 },
  }
  mkdirSync(path.join(dataDir, 'run'), { recursive: true })
  writeFileSync(path.join(dataDir, 'run', 'endpoints.json'), JSON.stringify(endpoints))
  Object.assign(process.env, { CROSSBOOK_DATA: dataDir, CROSSBOOK_OPERATOR: 'me' })
  out = []
  err = []
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => (out.push(String(text)), true))
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => (err.push(String(text)), true))
})
afterEach(() => {
  jest.restoreAllMocks()
  for (const name of ['CROSSBOOK_DATA', 'CROSSBOOK_OPERATOR', 'CROSSBOOK_TOKEN']) delete process.env[name]
})
/** What a verb printed, and nothing else. */
async function printed<T>(verb: Promise<void>): Promise<T> {
  out = []
  await verb
  expect(err).toEqual([])
  return JSON.parse(out.join('')) as T
}
const issue = (name: string, role: string, life = '30d'): ReturnType<typeof create> => create({ name, role, for: life }, true)

describe('crossbook token', () => {
  it('issues, lists and revokes', async () => {
    const issued = await printed<{ id: string; token: string }>(issue('ana', 'operator', '12h'))
    expect(issued).toEqual({ id: issued.id, name: 'ana', role: 'operator', token: issued.token, expiresAtMs: expect.any(Number) })
    const listed = await printed<readonly object[]>(list(true))
    expect(listed).toMatchObject([{ id: issued.id, name: 'ana', state: 'active', createdBy: 'me', lastUsedMs: null }])
    expect(JSON.stringify(listed)).not.toContain('sha256')
    expect(await printed(revoke(issued.id, true))).toMatchObject({ id: issued.id, state: 'revoked', revokedBy: 'me' })
  })

  it('says to a person what he needs to know', async () => {
    await create({ name: 'ana', role: 'viewer', for: '30d' }, false)
    expect(out.join('')).toMatch(/^xbk_\S{56}\n\ntoken [0-9a-f]{12} of ana \(viewer\), until \S+ \S+ UTC\. It is not shown again\.\n$/)
    out = []
    await list(false)
    expect(out.join('')).toMatch(/ana +viewer +active .* never +me$/m)
  })

  it.each([
    ['use viewer, operator, approver', 'ana', 'admin', '30d'],
    ['as 12h or 30d', 'ana', 'viewer', 'ever'],
    ['is no name for a token', 'a b', 'viewer', '30d'],
    ["an approver's token is issued by an approver", 'ana', 'approver', '30d'],
  ])('refuses: %s', async (why, name, role, life) => {
    await expect((async () => issue(name, role, life))()).rejects.toThrow(why)
  })

  it('takes who issues from CROSSBOOK_TOKEN, and a wrong one is nobody', async () => {
    const { token } = await printed<{ token: string }>(issue('ana', 'operator'))
    process.env['CROSSBOOK_TOKEN'] = token
    await printed(issue('ben', 'viewer'))
    expect(await printed(list(true))).toEqual(expect.arrayContaining([expect.objectContaining({ name: 'ben', createdBy: 'ana' })]))
    process.env['CROSSBOOK_TOKEN'] = `${token.slice(0, -2)}zz`
    await expect(issue('cem', 'viewer')).rejects.toThrow('CROSSBOOK_TOKEN is not valid')
  })
})

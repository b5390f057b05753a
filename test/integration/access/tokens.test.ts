import { Client } from 'pg'
import { createHash } from 'node:crypto'
import { asRole } from '../../../src/stack/servers/roles'
import type { Operator } from '../../../src/core/risk/scope'
import type { Mode } from '../../../src/core/trade/plan'
import {
  issueToken,
  listTokens,
  parseLife,
  parseRole,
  revokeToken,
  type IssuedToken,
  type IssuerWord,
} from '../../../src/operator/access/tokens'
import { createVerifier } from '../../../src/operator/access/verify'
import { verifyAudit } from '../../../src/operator/audit'
import { openDatabase } from '../../../src/stores/postgres/pool'
import { until } from '../../stores/doubles'
import { freshLedger } from '../ledger/support/ledger'

const ledger = freshLedger()
const DAY_MS = 86_400_000
const ANA: Operator = { name: 'ana', role: 'approver' }
const ORDER = { name: 'ben', role: 'operator', lifeMs: 30 * DAY_MS } as const

const issue = (
  order: Partial<Parameters<typeof issueToken>[4]> = {},
  word: Partial<IssuerWord> = {},
  mode: Mode = 'sim',
): Promise<IssuedToken> =>
  issueToken(ledger().database, ledger().clock, mode, { typed: ANA, token: null, asOwner: false, ...word }, { ...ORDER, ...order })
/** The tests' own connection is the owner of the tables. */
const first = (name: string): Promise<IssuedToken> => issue({ name, role: 'approver' }, { asOwner: true }, 'live')
const verifier = (): ReturnType<typeof createVerifier> => createVerifier(ledger().database, ledger().clock, ledger().log)

describe('a token', () => {
  it('is shown once: on record is its hash, and the audit has neither', async () => {
    const { id, token } = await issue()
    expect(token).toMatch(/^xbk_[0-9a-f]{12}_[A-Za-z0-9_-]{43}$/)
    const rows = await ledger().database.query<{ row: string; sha256: Buffer }>('select api_token::text as row, sha256 from api_token')
    expect(rows.rows[0]?.sha256).toEqual(createHash('sha256').update(token).digest())
    expect(rows.rows[0]?.row).not.toContain(token.slice(17))
    const audit = await ledger().column(`select audit::text from audit where action = 'token-issued'`)
    expect(audit).toHaveLength(1)
    expect(String(audit[0])).toContain(id)
    expect(String(audit[0])).not.toContain(token.slice(17))
    expect((await verifyAudit(ledger().database, null)).violations).toEqual([])
  })

  it('proves who has it, until its time is up', async () => {
    const { token, id } = await issue()
    expect(await verifier().verify(token)).toMatchObject({ kind: 'valid', record: { id, name: 'ben', role: 'operator' } })
    ledger().clock.advance(30 * DAY_MS)
    expect(await verifier().verify(token)).toMatchObject({ kind: 'known', record: { name: 'ben' } })
    expect(await listTokens(ledger().database, ledger().nowMs)).toMatchObject([{ id, state: 'expired' }])
  })

  it('of which one character is another is nobody’s, and so is the secret of another', async () => {
    const [one, two] = [await issue(), await issue()]
    const flipped = one.token.slice(0, -1) + (one.token.endsWith('A') ? 'B' : 'A')
    const mixed = `xbk_${one.id}_${two.token.slice(17)}`
    for (const wrong of [flipped, mixed, `${one.token}A`, one.token.toUpperCase(), '', 'xbk_', `xbk_${'0'.repeat(12)}_${'A'.repeat(43)}`])
      expect(await verifier().verify(wrong)).toEqual({ kind: 'unknown' })
  })

  it('is heard no more within a second of its revocation', async () => {
    const { token, id } = await issue()
    const heard = verifier()
    expect(await heard.verify(token)).toMatchObject({ kind: 'valid' })
    await revokeToken(ledger().database, id, ANA, ledger().nowMs)
    ledger().clock.advance(999)
    expect(await heard.verify(token)).toMatchObject({ kind: 'valid' })
    ledger().clock.advance(1)
    expect(await heard.verify(token)).toMatchObject({ kind: 'known', record: { revokedBy: 'ana' } })
  })

  it('is revoked once, by no viewer', async () => {
    const { id } = await issue()
    await expect(revokeToken(ledger().database, id, { name: 'v', role: 'viewer' }, ledger().nowMs)).rejects.toThrow('v is a viewer')
    expect(await revokeToken(ledger().database, id, ANA, ledger().nowMs)).toMatchObject({ id, state: 'revoked', revokedBy: 'ana' })
    await expect(revokeToken(ledger().database, id, ANA, ledger().nowMs)).rejects.toThrow(
      `token ${id} is not on record, or is revoked already`,
    )
    expect(await ledger().column(`select action from audit where action like 'token-%' order by seq`)).toEqual([
      'token-issued',
      'token-revoked',
    ])
  })

  it('has its use noted at most once a minute', async () => {
    const { token } = await issue()
    const used = async (): Promise<unknown> => (await listTokens(ledger().database, ledger().nowMs))[0]?.lastUsedMs
    const heard = verifier()
    const atMs = ledger().nowMs
    await heard.verify(token)
    await until('the first use', async () => (await used()) === atMs)
    ledger().clock.advance(59_999)
    await heard.verify(token)
    await verifier().verify(token) // another process: the ledger keeps the minute too
    expect(await used()).toBe(atMs)
    ledger().clock.advance(1)
    await heard.verify(token)
    await until('a use a minute later', async () => (await used()) === atMs + 60_000)
  })

  it.each([
    ['its role', `role = 'approver'`],
    ['whose it is', `name = 'eve'`],
    ['its hash', `sha256 = decode(repeat('00', 32), 'hex')`],
    ['its end', 'expires_at_ms = expires_at_ms + 1'],
  ])('never changes %s', async (_what, change) => {
    await issue()
    await expect(ledger().database.query(`update api_token set ${change}`)).rejects.toThrow('stays as it was issued')
  })

  it('that was revoked does not come back', async () => {
    const { id } = await issue()
    await revokeToken(ledger().database, id, ANA, ledger().nowMs)
    await expect(ledger().database.query('update api_token set revoked_at_ms = null, revoked_by = null')).rejects.toThrow(
      'stays as it was issued',
    )
  })

  it.each(['', ' ana', 'a b', 'аna', 'system', 'Nobody', 'x'.repeat(61), `a'; drop table trade`])('has no name like "%s"', async (name) => {
    await expect(issue({ name })).rejects.toThrow('is no name for a token')
  })

  it('lives for hours or days, for one of three roles', () => {
    expect([parseLife('12h'), parseLife('30d'), parseLife('366d')]).toEqual([12 * 3_600_000, 30 * DAY_MS, 366 * DAY_MS])
    for (const wrong of ['', '30', '0d', '-1d', '1.5d', '367d', '9999h', 'forever']) expect(() => parseLife(wrong)).toThrow('as 12h or 30d')
    expect(() => parseRole('admin')).toThrow('use viewer, operator, approver')
  })
})

describe('who may issue one', () => {
  const typed = (role: Operator['role']): Partial<IssuerWord> => ({ typed: { name: 'o', role } })

  it('gives no more than he has', async () => {
    await expect(issue({}, typed('viewer'))).rejects.toThrow('o is a viewer')
    await expect(issue({ role: 'approver' }, typed('operator'))).rejects.toThrow("an approver's token is issued by an approver")
    expect(await issue({ role: 'operator' }, typed('operator'))).toMatchObject({ role: 'operator' })
  })

  it('in live is, for the first approver, who owns the ledger, and no name that was typed', async () => {
    await expect(issue({ role: 'approver' }, {}, 'live')).rejects.toThrow('issued by who owns the ledger')
    expect(await first('ben')).toMatchObject({ name: 'ben', role: 'approver' })
    await expect(first('eve')).rejects.toThrow("put an approver's token into CROSSBOOK_TOKEN")
  })

  it('in live is an approver by his token, for somebody else', async () => {
    const { token } = await first('ben')
    await expect(issue({ name: 'Ben', role: 'approver' }, { token }, 'live')).rejects.toThrow('a second person issues')
    expect(await issue({ name: 'cem', role: 'approver' }, { token }, 'live')).toMatchObject({ name: 'cem' })
    const operator = await issue({ name: 'dan' }, { token }, 'live')
    await expect(issue({ name: 'eve', role: 'approver' }, { token: operator.token }, 'live')).rejects.toThrow('dan has the role operator')
    const by = await ledger().column(`select by_name || ' ' || (detail->>'proof') from audit where action = 'token-issued' order by seq`)
    expect(by).toEqual(['ana owner', 'ben token', 'ben token'])
  })

  it('is nobody by a token that is wrong or was revoked, whatever name is typed', async () => {
    const { token, id } = await first('ben')
    await revokeToken(ledger().database, id, ANA, ledger().nowMs)
    for (const wrong of [token, 'xbk_nothing'])
      await expect(issue({ name: 'cem', role: 'approver' }, { token: wrong }, 'live')).rejects.toThrow('CROSSBOOK_TOKEN is not valid')
  })

  it('is no owner because he says so: the ledger knows', async () => {
    const app = openDatabase(asRole(ledger().url, 'crossbook_app'), ledger().log)
    const word = { typed: ANA, token: null, asOwner: true }
    await expect(issueToken(app, ledger().clock, 'live', word, { ...ORDER, role: 'approver' })).rejects.toThrow('does not own')
    expect(await issueToken(app, ledger().clock, 'live', { ...word, asOwner: false }, ORDER)).toMatchObject({ role: 'operator' }) // what the product may, it may
    await app.end()
  })

  it('of two who are first at once is one', async () => {
    const both = await Promise.allSettled([first('ben'), first('cem')])
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  })
})

it('the product removes no token', async () => {
  await issue()
  const client = new Client({ connectionString: asRole(ledger().url, 'crossbook_app') })
  await client.connect()
  await expect(client.query('delete from api_token').finally(() => client.end())).rejects.toThrow('permission denied')
})

import { millis, money } from '../../../src/core/units'
import { verifyAudit } from '../../../src/operator/audit'
import { CERTIFICATE_DAYS } from '../../../src/stores/postgres/pairs/approvals'
import { rejectPair, suspendPair, suspendReworded } from '../../../src/stores/postgres/pairs/certificates'
import { activePairs, readCertificate, readVersions } from '../../../src/stores/postgres/pairs/registry'
import { freshLedger, NEVER, NOW } from '../ledger/support/ledger'
import { above, ADA, BOB, ID, KEY, reading, sha256, stepsOn, TICKER } from './fixture'

const ledger = freshLedger()
const { tell, propose, approve, audited } = stepsOn(ledger)
const ANY = { least: money(0), most: money('1') }
const DAY_MS = 86_400_000
const why = (text: string): object => ({ kind: 'refused', why: expect.stringContaining(text) as string })
const inForce = () => readCertificate(ledger().database, ID)

describe('execution.md §10: an approval', () => {
  it('puts a proposal in force for a quarter, with who, why, and both texts', async () => {
    await tell()
    await propose()
    expect(await activePairs(ledger().database)).toEqual([])
    await approve()
    expect(await activePairs(ledger().database)).toEqual([
      expect.objectContaining({
        ...{ id: ID, state: 'active', class: 'S0', approvedFor: 'all', version: 2, expiresMs: NOW + CERTIFICATE_DAYS * DAY_MS },
        rules: { kalshi: sha256('the rules of kalshi'), forecastex: sha256('the rules of forecastex') },
      }),
    ])
    expect(await inForce()).toMatchObject({ approvedBy: 'ada', secondBy: null, evidence: 'read both texts', by: ADA })
    expect(await audited()).toEqual(['pair proposed', 'pair approved'])
  })

  it('is made once: the same again changes nothing', async () => {
    await tell()
    await propose()
    await approve()
    await approve()
    await approve({ version: 2 })
    expect((await inForce())?.version).toBe(2)
    expect(await audited()).toHaveLength(2)
  })

  it('of two persons at once is that of one; the other is told that the pair has moved', async () => {
    await tell()
    await propose()
    const answers = await Promise.all([approve({}, ADA), approve({}, BOB)])
    expect(answers.filter((answer) => 'kind' in answer)).toEqual([
      why('is at version 2 by now (active: approved for all), and version 1 was judged'),
    ])
    expect((await inForce())?.version).toBe(2)
  })

  it.each([
    ['another class than S0', { class: 'S1h' }, 'its class is S1h, and only S0 trades outside sim'],
    [
      'a side that was not read',
      { keys: { kalshi: null, forecastex: null } },
      'no key of the question at kalshi was judged; no key of the question at forecastex',
    ],
    [
      'a side whose text is unknown',
      { rules: { kalshi: null, forecastex: sha256('the rules of forecastex') } },
      'the text at kalshi is not on record',
    ],
  ] as const)('for all refuses %s; the simulation may have it', async (_what, change, text) => {
    await tell()
    await propose(change)
    expect(await approve()).toEqual(why(text))
    expect(await approve({ approvedFor: 'sim' })).toMatchObject({ state: 'active', approvedFor: 'sim' })
  })

  it('for all refuses texts that no ingest has seen', async () => {
    await propose()
    expect(await approve()).toEqual(why('the text at kalshi is not on record; the text at forecastex is not on record'))
  })

  it('refuses a text that has changed since it was read, for the simulation too', async () => {
    await tell()
    await propose()
    await tell([reading('forecastex', { text: 'another text' })])
    for (const approvedFor of ['sim', 'all'] as const)
      expect(await approve({ approvedFor })).toEqual(
        why(
          'the text at forecastex is not the one on record: when ingest has read it (crossbook schedules trigger ingestContracts), crossbook pairs propose',
        ),
      )
  })

  it('refuses no evidence, a day that is over, and one too far away', async () => {
    await propose()
    expect(await approve({ approvedFor: 'sim', evidence: ' ' })).toEqual(why('say with --evidence what was compared'))
    expect(await approve({ approvedFor: 'sim', expiresMs: NOW })).toEqual(why('expires at 2026-11-21 is over already'))
    expect(await approve({ approvedFor: 'sim', expiresMs: millis(NOW + 367 * DAY_MS) })).toEqual(why('lasts 366 days at most'))
    expect(await approve({ id: 'nobody' })).toEqual(why('there is no pair "nobody": crossbook pairs list'))
  })

  it('by a viewer is none', async () => {
    await propose()
    expect(await approve({ approvedFor: 'sim' }, { name: 'eve', role: 'viewer' })).toEqual(why('eve is a viewer'))
  })
})

describe('a class that a person gives', () => {
  const HAZARD = { name: 'hazard', kalshiYes: ANY, forecastexYes: ANY, together: false } as const
  const TIE = { ...HAZARD, name: 'tie' } as const

  it('vouches for what a text does not tell: no hazard parts them then, other ends stay', async () => {
    await tell()
    await propose({ class: 'S1h', states: [HAZARD, TIE], keys: { kalshi: KEY, forecastex: { ...KEY, fallback: null } } })
    expect(await approve({ class: 'S0', evidence: 'the product terms' })).toMatchObject({
      state: 'active',
      class: 'S0',
      states: [TIE],
      approvedFor: 'all',
    })
    expect(await inForce()).toMatchObject({ class: 'S0', states: [TIE], reason: 'approved for all, as S0 in place of S1h' })
    expect(await approve({ class: 'S0', version: 2, evidence: 'the product terms' })).toMatchObject({ version: 2 })
  })

  it('never for what the texts tell otherwise, where real money moves, then or later', async () => {
    await tell()
    await propose({ class: 'S1', keys: { kalshi: KEY, forecastex: { ...KEY, condition: above('4.2') } } })
    expect(await approve({ class: 'S0' })).toEqual(why('the texts differ in condition, whatever a person calls it'))
    expect(await approve({ class: 'S0', approvedFor: 'sim' })).toMatchObject({ state: 'active', class: 'S0' })
    expect(await approve({ version: 2 })).toEqual(why('the texts differ in condition'))
  })
})

describe('execution.md §10: in mode live', () => {
  it('two persons judge, an approver and another one', async () => {
    await tell()
    await propose()
    const live = { mode: 'live' } as const
    expect(await approve({ ...live, secondBy: 'bob' }, { name: 'ada', role: 'operator' })).toEqual(why('approved by an approver'))
    expect(await approve(live)).toEqual(why('this needs a second person: name him with --second'))
    expect(await approve({ ...live, secondBy: ' Ada ' })).toEqual(why('ada is the first person: --second names another one'))
    expect(await activePairs(ledger().database)).toEqual([])
    expect(await approve({ ...live, secondBy: 'bob' })).toMatchObject({ state: 'active', approvedBy: 'ada', secondBy: 'bob' })
  })
})

describe('a certificate', () => {
  const suspend = (reason: string): Promise<boolean> => suspendPair(ledger().database, ID, reason, BOB, NOW, NEVER)

  it('is suspended once, with its reason, and comes back by a new approval only', async () => {
    await tell()
    await propose()
    expect(await suspend('not yet active')).toBe(false)
    await approve()
    expect(await suspend('the release moves')).toBe(true)
    expect(await suspend('again')).toBe(false)
    expect(await activePairs(ledger().database)).toEqual([])
    expect(await propose()).toMatchObject({ kind: 'unchanged', version: 3 })
    expect(await approve({ version: 2 })).toEqual(why('is at version 3 by now (suspended: the release moves)'))
    await approve({ version: 3 })
    expect((await activePairs(ledger().database)).map(({ version }) => version)).toEqual([4])
    expect(await audited()).toEqual(['pair proposed', 'pair approved', 'pair suspended', 'pair approved'])
  })

  it('that a desk suspends for a text which ingest has not seen cannot be approved by the former one, and its keys end with it', async () => {
    await tell()
    await propose()
    await approve()
    const told = { kalshi: sha256('reworded'), forecastex: sha256('the rules of forecastex') }
    const suspend = () => suspendReworded(ledger().database, ID, 'kalshi says otherwise', told, BOB, NOW, NEVER)
    expect([await suspend(), await suspend()]).toEqual([true, false])
    expect(await inForce()).toMatchObject({
      state: 'suspended',
      approvedFor: 'none',
      texts: told,
      keys: { kalshi: null, forecastex: null },
    })
    for (const approvedFor of ['sim', 'all'] as const)
      expect(await approve({ version: 3, approvedFor })).toEqual(why('the text at kalshi is not the one on record'))
    const readMs = { kalshi: millis(NOW - 1), forecastex: NOW }
    expect(await propose({ readMs })).toMatchObject({ kind: 'unchanged', why: 'kalshi says otherwise, and that was not read yet' })
    expect(await approve({ version: 3 })).toEqual(why('the text at kalshi is not the one on record'))
    expect(await propose({ readMs: { ...readMs, kalshi: NOW } })).toMatchObject({ kind: 'changed' }) // the venue tells the former one again
    expect(await approve({ version: 4 })).toMatchObject({ state: 'active' })
    expect([await suspend(), await tell([reading('kalshi', { text: 'reworded' })])]).toMatchObject([true, [{ market: TICKER }]])
    expect(await approve({ version: 6 })).toEqual(why('no key of the question at kalshi was judged'))
    expect(await propose({ rules: told })).toMatchObject({ kind: 'changed', why: 'kalshi says otherwise' })
    expect(await approve({ version: 7 })).toMatchObject({ state: 'active', rules: told })
  })

  it('keeps every version, and the audit chain proves that nobody has changed one', async () => {
    await tell()
    await propose()
    await approve()
    await suspend('the release moves')
    await approve({ version: 3, evidence: 'read the new calendar' })
    expect((await readVersions(ledger().database, ID)).map(({ version, state, reason }) => [version, state, reason])).toEqual([
      [4, 'active', 'approved for all'],
      [3, 'suspended', 'the release moves'],
      [2, 'active', 'approved for all'],
      [1, 'proposed', 'proposed'],
    ])
    expect(await verifyAudit(ledger().database, null)).toMatchObject({ violations: [] })
    for (const change of [
      `update pair set version = 2, state = 'active'`,
      `update pair set kalshi_market = 'K2', version = 5`,
      'delete from pair',
    ])
      await expect(ledger().database.query(change)).rejects.toThrow(/goes on to the next version/)
    for (const change of [`update certificate set class = 'S1'`, 'delete from certificate', 'delete from rule_text', 'truncate rule_text'])
      await expect(ledger().database.query(change)).rejects.toThrow('append-only')
  })

  it('that was rejected cannot be approved, and is proposed again when what is asked changes', async () => {
    await tell()
    await propose()
    expect(await rejectPair(ledger().database, ID, 'another station', BOB, NOW, NEVER)).toBe(true)
    expect(await propose({ similarity: 1 })).toMatchObject({ kind: 'unchanged' })
    expect(await approve({ version: 2 })).toEqual(why('was rejected by bob (another station)'))
    expect(await propose({ rules: { kalshi: sha256('new'), forecastex: null } })).toMatchObject({ kind: 'changed' })
    expect(await inForce()).toMatchObject({ state: 'proposed', version: 3 })
  })
})

describe('Postgres itself', () => {
  const write = (version: number, change: Readonly<Record<string, string>>): Promise<unknown> =>
    ledger().database.query(
      `insert into certificate select ${columns(version, change)} from certificate where pair = '${ID}' and version = 2`,
    )
  const COLUMNS = `pair, VERSION, state, question, CLASS, polarity, states, kalshi_key, forecastex_key, RULES, forecastex_rules, because, similarity, evidence, proposed_by,
    proposed_ms, approved_for, APPROVED_BY, SECOND, approved_ms, EXPIRES, reason, by_name, role, at_ms`
  const ASIS = { CLASS: 'class', RULES: 'kalshi_rules', APPROVED_BY: 'approved_by', SECOND: 'second_by', EXPIRES: 'expires_ms' }
  const columns = (version: number, change: Readonly<Record<string, string>>): string =>
    Object.entries({ VERSION: String(version), ...ASIS, ...change }).reduce((all, [name, value]) => all.replace(name, value), COLUMNS)

  it.each([
    ['certificate_for_all_is_proven', { CLASS: `'S1'` }],
    ['certificate_for_all_is_proven', { RULES: 'null' }],
    ['certificate_for_all_is_proven', { EXPIRES: 'null' }],
    ['certificate_approval_has_its_person', { APPROVED_BY: 'null' }],
    ['certificate_second_is_another', { SECOND: `'Ada'` }],
    ['certificate_expires_after_approval', { EXPIRES: 'approved_ms' }],
  ])('refuses what lacks what real money needs: %s %j', async (constraint, change) => {
    await tell()
    await propose()
    await approve()
    await write(8, {})
    await expect(write(9, change)).rejects.toThrow(constraint)
  })
})

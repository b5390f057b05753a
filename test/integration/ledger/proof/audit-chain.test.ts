import { readFileSync } from 'node:fs'
import path from 'node:path'
import { verifyAudit } from '../../../../src/operator/audit'
import { money } from '../../../../src/core/units'
import { changeHalt } from '../../../../src/stores/postgres/halts'
import { transact } from '../../../../src/stores/postgres/pool'
import { until } from '../../../stores/doubles'
import { freshLedger, NEVER, NOW } from '../support/ledger'
import { boxPlan, lockedBox, open, patiently } from '../support/trades'

const ledger = freshLedger('damaged')
const OPERATOR = { name: 'Zoë', role: 'operator' } as const
const proven = (noted: string | null = null): ReturnType<typeof verifyAudit> => verifyAudit(ledger().database, noted)
const first = async (): Promise<string | undefined> => (await proven()).violations[0]
/** What only the owner of the database can do: triggers are not asked. */
const tamper = (...statements: readonly string[]): Promise<unknown> =>
  ledger().database.query(`begin; set local session_replication_role = replica; ${statements.join(';')}; commit`)
/** Takes a link out and closes the gap, as somebody would who hides it. */
const close = (seq: number): string =>
  `create temp table kept on commit drop as select * from audit_chain where seq > ${seq}; delete from audit_chain where seq >= ${seq};
   insert into audit_chain select seq - 1, kind, ref, previous, hash from kept; update audit_head set seq = seq - 1`

/** Two deposits, a halt, two reserves, two fills, a release, a resume: nine links. */
beforeEach(async () => {
  await changeHalt(ledger().database, 'strategy:edge', true, OPERATOR, 'größere Prüfung: "a":1', NOW, NEVER)
  await lockedBox(ledger())
  await changeHalt(ledger().database, 'strategy:edge', false, OPERATOR, 'done', NOW, NEVER)
})

describe('crossbook audit verify', () => {
  it('recomputes every link over transfers and operator writes', async () => {
    const report = await proven()
    expect(report).toEqual({ entries: 9, head: expect.stringMatching(/^[0-9a-f]{64}$/) as string, violations: [] })
    expect(await ledger().column(`select kind from audit_chain order by seq`)).toEqual([
      'transfer',
      'transfer',
      'audit',
      'transfer',
      'transfer',
      'transfer',
      'transfer',
      'transfer',
      'audit',
    ])
    expect(await ledger().column(`select encode(hash, 'hex') from audit_head`)).toEqual([report.head])
  })

  it('knows a head that was noted before, whatever came since', async () => {
    const { head } = await proven()
    await open(ledger(), boxPlan({ id: 't2', subject: 'u4', kalshi: 'KXU4', forecastex: '761' }))
    expect((await proven(head)).violations).toEqual([])
    expect((await proven('ab'.repeat(32))).violations).toEqual([`no link has the hash ${'ab'.repeat(32)}: what led to it was rewritten`])
  })

  it('keeps one order whoever writes at the same time', async () => {
    const halts = Array.from({ length: 10 }, (_, n) =>
      patiently(() => changeHalt(ledger().database, 'pair:x', n % 2 === 0, OPERATOR, `${n}`, NOW, NEVER)),
    )
    const reserves = Array.from({ length: 10 }, (_, n) =>
      patiently(() => open(ledger(), boxPlan({ id: `c${n}`, subject: `s${n}`, kalshi: `K${n}`, forecastex: `${800 + n}` }))),
    )
    const deposits = Array.from({ length: 10 }, (_, n) => patiently(() => depositMore(n)))
    await Promise.all([...halts, ...reserves, ...deposits])
    expect(await proven()).toMatchObject({ entries: 9 + 10 + 20 + 10, violations: [] })
    expect(await ledger().deadlocks()).toBe(0)
  })

  it('continues from what was committed while it waited for the head', async () => {
    const { database } = ledger()
    let waiting: Promise<unknown> | undefined
    await transact(database, NEVER, async (transaction) => {
      await transaction.query(`insert into audit (at_ms, by_name, role, action, detail) values (1, 'me', 'operator', 'test', '{}')`)
      await transaction.query('set constraints all immediate') // the head is locked from here
      waiting = Promise.all([depositMore(1), changeHalt(database, 'pair:x', true, OPERATOR, 'test', NOW, NEVER)])
      await until('both wait for the head', async () => {
        const [count] = await ledger().column(
          `select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
        )
        return count === 2
      })
    })
    await waiting
    expect(await proven()).toMatchObject({ entries: 12, violations: [] })
  })

  it('leaves no link of what was rolled back', async () => {
    const failing = transact(ledger().database, NEVER, async (transaction) => {
      await transaction.query(`select ledger_post('gone', 'deposit', null, 1, '{}', array['cash:kalshi', 'equity:capital'], array[1, -1])`)
      throw new Error('after all not')
    })
    await expect(failing).rejects.toThrow('after all not')
    expect(await proven()).toMatchObject({ entries: 9, violations: [] })
  })
})

const depositMore = (n: number): Promise<unknown> =>
  ledger().database.query(`select ledger_post($1, 'deposit', null, 1, '{}', $2, $3)`, [
    `more:${n}`,
    ['cash:kalshi', 'equity:capital'],
    [money('100'), -money('100')],
  ])

describe('what was tampered with is named', () => {
  const FILL = 'fill:kalshi|account-kalshi|v-cb-t1-a1|x1'
  it.each([
    ['an amount', `update posting set amount_micros = amount_micros + 1 where transfer_id = '${FILL}' and seq = 1`],
    ['an account', `update posting set account = 'cash:kalshi' where transfer_id = '${FILL}' and seq = 3`],
    ['a posting less', `delete from posting where transfer_id = '${FILL}' and seq = 2`],
    ['a posting more', `insert into posting values ('${FILL}', 9, 'transit', 1)`],
    ['the kind', `update transfer set kind = 'deposit' where id = '${FILL}'`],
    ['the trade', `update transfer set trade_id = null where id = '${FILL}'`],
    ['the time', `update transfer set at_ms = at_ms + 1 where id = '${FILL}'`],
    ['the time of writing', `update transfer set recorded_at = recorded_at + interval '1 microsecond' where id = '${FILL}'`],
    ['the memo', `update transfer set memo = '{"a":1}' where id = '${FILL}'`],
  ])('%s of a transfer', async (_what, statement) => {
    await tamper(statement)
    expect((await proven()).violations).toEqual([`transfer ${FILL} (link 6) was changed`])
  })

  it.each(['at_ms = 1', `by_name = 'Zoe'`, `role = 'system'`, `action = 'resume'`, `detail = detail || '{"reason":"other"}'`])(
    'an operator write: %s',
    async (change) => {
      await tamper(`update audit set ${change} where seq = (select min(seq) from audit)`)
      expect((await proven()).violations).toEqual([expect.stringMatching(/^audit \d+ \(link 3\) was changed$/)])
    },
  )

  it('a transfer that was removed', async () => {
    await tamper(`delete from posting where transfer_id = '${FILL}'`, `delete from transfer where id = '${FILL}'`)
    expect(await first()).toBe(`transfer ${FILL} (link 6) was removed`)
  })

  it('a transfer that was removed with its link, and with the gap closed', async () => {
    const gone = [`delete from posting where transfer_id = '${FILL}'`, `delete from transfer where id = '${FILL}'`]
    await tamper(...gone, `delete from audit_chain where seq = 6`)
    expect(await first()).toMatch(/^link 6 is gone, before transfer fill:forecastex/)
    await tamper(close(6).replace('delete from audit_chain where seq >= 6;', 'delete from audit_chain where seq >= 7;'))
    expect(await first()).toMatch(/^link 5 was replaced, or one after it removed: transfer fill:forecastex\S+ \(link 6\)/)
  })

  it('the last write, removed with its link', async () => {
    await tamper(`delete from audit where seq = (select max(seq) from audit)`, `delete from audit_chain where seq = 9`)
    expect((await proven()).violations).toEqual(['link 9 is gone, at the end'])
  })

  it('a row that was inserted behind the chain', async () => {
    await tamper(`insert into transfer (id, kind, at_ms) values ('late', 'deposit', 1)`)
    expect((await proven()).violations).toEqual(['transfer late was inserted without a link'])
  })

  it('links that were exchanged', async () => {
    await tamper(
      `update audit_chain set seq = -1 where seq = 6`,
      `update audit_chain set seq = 6 where seq = 7`,
      `update audit_chain set seq = 7 where seq = -1`,
    )
    expect(await first()).toMatch(/^transfer fill:forecastex\S+ \(link 6\) was moved: it was written after link 7$/)
  })

  it('the head', async () => {
    await tamper(`update audit_head set hash = sha256('')`)
    expect(await first()).toBe('the head names link 9 and another hash than link 9 has')
    await tamper('delete from audit_head')
    expect(await first()).toBe('the head of the chain is missing')
    await expect(depositMore(1)).rejects.toThrow('the head of the audit chain is missing')
    await tamper(`insert into audit_head (seq, hash) values (0, '')`)
  })
})

describe('what was written before there was a chain', () => {
  it('is chained by the migration, in the order in which it was written', async () => {
    const name = path.join(__dirname, '..', '..', '..', '..', 'migrations', 'postgres', '20261122000000003_audit-chain.sql')
    const [up = '', down = ''] = readFileSync(name, 'utf8').split('-- Down Migration')
    const { database } = ledger()
    await database.query(down)
    await database.query(up)
    expect(await proven()).toMatchObject({ entries: 9, violations: [] })
    expect(await database.query('select matched, naked from box_pairing').then(({ rows }) => rows)).toEqual([{ matched: 10_000, naked: 0 }])
  })
})

import { createHash } from 'node:crypto'
import type { Report } from '../../../src/core/report/document'
import { groupBy } from '../../../src/core/report/quantiles'
import { millis } from '../../../src/core/units'
import { verifyAudit } from '../../../src/operator/audit'
import { createRecordReader } from '../../../src/operator/reports/record'
import { csvOf } from '../../../src/operator/reports/render/csv'
import { htmlOf } from '../../../src/operator/reports/render/html'
import { jsonOf } from '../../../src/operator/reports/render/json'
import { makeReport } from '../../../src/operator/reports/reports'
import { ASSUMED_WAYS } from '../../../src/core/trade/fill-model'
import { changeHalt } from '../../../src/stores/postgres/halts'
import { freshLedger, NEVER, NOW } from '../ledger/support/ledger'
import { lockedBox } from '../ledger/support/trades'

const ledger = freshLedger('damaged')
const OPERATOR = { name: 'Zoë', role: 'operator' } as const
const report = (fromMs = 0, toMs: number = NOW + 1_000): Promise<Report> =>
  makeReport(
    {
      database: ledger().database,
      record: createRecordReader(null),
      claims: () => Promise.resolve({ unknown: 'not asked' }),
      assumed: { preset: 'pessimistic', way: ASSUMED_WAYS },
    },
    { kind: 'audit', by: 'trade', calibratedBy: 'profile', comparedBy: 'venue', span: { fromMs: millis(fromMs), toMs: millis(toMs) } },
    NOW,
  )
interface Row {
  readonly link: number
  readonly kind: string
  readonly ref: string
  readonly atMs: number
  readonly what: string
  readonly by: string | null
  readonly role: string | null
  readonly trade: string | null
  readonly account: string | null
  readonly amountMicros: number | null
  readonly detail: string
  readonly recorded: string | null
  readonly previous: string
  readonly hash: string
}
const rowsOf = (made: Report): readonly Row[] => (jsonOf(made) as { readonly chain: readonly Row[] }).chain

/** As docs/decisions/audit-chain.md has it, written out again here: the count of octets, a colon and the field; a null is a dash. */
const hashed = (previous: string, fields: readonly (string | null)[]): string => {
  const octets = fields.map((field) => (field === null ? '-' : `${Buffer.byteLength(field, 'utf8')}:${field}`)).join('')
  return createHash('sha256').update(previous, 'hex').update(octets, 'utf8').digest('hex')
}

/** From nothing but the export: the rows of one link. */
function hashOf(rows: readonly Row[]): string {
  const [row] = rows
  if (!row) throw new Error('no row')
  const { kind, ref, atMs, what, by, role, trade, detail, recorded } = row
  const legs = rows.flatMap(({ account, amountMicros }, at) => [String(at + 1), account, String(amountMicros)])
  const fields =
    kind === 'audit' ? [kind, ref, String(atMs), by, role, what, detail] : [kind, ref, what, trade, String(atMs), recorded, detail, ...legs]
  return hashed(row.previous, fields)
}

/** Two deposits, a halt, two reserves, two fills, a release: eight links. */
beforeEach(async () => {
  await changeHalt(ledger().database, 'strategy:edge', true, OPERATOR, 'größere Prüfung: "a", b', NOW, NEVER)
  await lockedBox(ledger())
})

describe('crossbook report audit', () => {
  it('has every operator write and every posting, with all that their hashes are made of', async () => {
    const made = await report()
    const rows = rowsOf(made)
    expect(made.violations).toEqual([])
    const links = groupBy(rows, ({ link }) => String(link))
    expect([...links.keys()]).toEqual(['1', '2', '3', '4', '5', '6', '7', '8'])
    for (const own of links.values()) expect(hashOf(own)).toBe(own[0]?.hash)
    const { head } = await verifyAudit(ledger().database, null)
    expect([rows.at(-1)?.hash, made.figures.find(({ key }) => key === 'head')?.value]).toEqual([head, head])
    const [postings] = await ledger().column('select count(*) from posting')
    expect(rows.filter(({ kind }) => kind === 'transfer')).toHaveLength(postings as number)
    expect(rows.filter(({ kind }) => kind === 'audit')).toMatchObject([{ what: 'halt', by: 'Zoë', role: 'operator' }])
    expect(jsonOf(made)).toMatchObject({
      figures: { entries: 8, writes: 1, transfers: 7, sumMicros: 0 },
      actions: [{ action: 'halt', count: 1 }],
    })
  })

  it('is hashed as anybody would by its description', () => {
    const previous = 'ab'.repeat(32)
    // printf '%s' '5:audit1:713:17950000000004:Zoë8:operator4:halt-', after these 32 octets, through sha256sum
    const hash = 'a2f6da56e129e2bb1fa7b52a0b491aef67b33de10315ac52b8bd9e1cdc7fe0b2'
    expect(hashed(previous, ['audit', '7', '1795000000000', 'Zoë', 'operator', 'halt', null])).toBe(hash)
  })

  it('is a CSV of a line a row, and an HTML that breaks at no quote', async () => {
    const made = await report()
    const [names, ...lines] = csvOf(made).trimEnd().split('\r\n')
    expect(names).toBe('link,kind,ref,at,what,by,role,trade,account,amount,detail,recorded,previous,hash')
    expect(lines).toHaveLength(rowsOf(made).length)
    expect(lines.find((line) => line.includes(',audit,'))).toContain('größere Prüfung: \\""a\\"", b')
    expect(htmlOf(made)).toContain('größere Prüfung')
  })

  it('has the entries of a span alone, and proves all', async () => {
    const written = async (isHalted: boolean, atMs: number): Promise<unknown> =>
      changeHalt(ledger().database, 'strategy:box', isHalted, OPERATOR, 'of a span', millis(atMs), NEVER)
    await written(true, NOW + 600)
    await written(false, NOW + 2_000)
    expect(rowsOf(await report(0, NOW + 500)).at(-1)).toMatchObject({ link: 8, kind: 'transfer' })
    expect(rowsOf(await report(NOW + 500))).toMatchObject([{ link: 9, kind: 'audit', what: 'halt', atMs: NOW + 600 }])
    expect(rowsOf(await report(NOW + 1_500, NOW + 3_000))).toMatchObject([{ link: 10, what: 'resume' }])
    await ledger().database.query(
      `begin; set local session_replication_role = replica; update audit set by_name = 'eve' where at_ms = ${NOW}; commit`,
    )
    expect((await report(NOW + 500)).violations).toEqual([expect.stringMatching(/^audit \d+ \(link 3\) was changed$/)])
  })
})

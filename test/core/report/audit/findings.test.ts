import { createHash } from 'node:crypto'
import { canonical, GENESIS, type Chain, type ChainLink } from '../../../../src/core/ledger/audit-chain'
import { auditFindings } from '../../../../src/core/report/audit/findings'
import { millis } from '../../../../src/core/units'

const NOON = Date.UTC(2026, 10, 20, 17)
const hashOf = (previous: string, text: string): string => createHash('sha256').update(previous, 'hex').update(text, 'utf8').digest('hex')
type Fields = readonly (string | null)[]
const HALT: Fields = ['audit', '1', String(NOON), 'ada', 'operator', 'halt', '{"scope": "all"}']
const transfer = (id: string, ms: number, amounts: readonly [number, number]): Fields => [
  ...['transfer', id, 'reserve', 't1', String(NOON + ms), '1795280400000001', '{}'],
  ...['1', 'reserved:kalshi', String(amounts[0]), '2', 'cash:kalshi', String(amounts[1])],
]
function chainOf(all: readonly Fields[]): Chain {
  const links: ChainLink[] = []
  for (const [at, fields] of all.entries()) {
    const previous = links.at(-1)?.hash ?? GENESIS
    const [kind, ref] = fields as readonly ['transfer' | 'audit', string]
    links.push({ seq: at + 1, kind, ref, previous, hash: hashOf(previous, canonical(fields)), fields })
  }
  const last = links.at(-1)
  return { links, head: last ? { seq: last.seq, hash: last.hash } : null, unchained: [] }
}
const SOUND = chainOf([HALT, transfer('reserve:t1', 1, [5, -5]), transfer('later', 100, [7, -7])])
const made = (chain: Chain, toMs = NOON + 50): ReturnType<typeof auditFindings> =>
  auditFindings({ span: { fromMs: millis(NOON), toMs: millis(toMs) }, chain, hashOf })
const figuresOf = (chain: Chain): unknown => Object.fromEntries(made(chain).figures.map(({ key, value }) => [key, value]))

describe('the report of the audit', () => {
  it('has each operator write, and each posting of each transfer of the span, with what its hash is made of', () => {
    const { tables, violations } = made(SOUND)
    const [halt, reserved] = SOUND.links
    const own = [2, 'transfer', 'reserve:t1', NOON + 1, 'reserve', null, null, 't1']
    const proof = ['{}', '1795280400000001', reserved?.previous, reserved?.hash]
    expect(tables[0]?.rows).toEqual([
      [1, 'audit', '1', NOON, 'halt', 'ada', 'operator', null, null, null, '{"scope": "all"}', null, GENESIS, halt?.hash],
      [...own, 'reserved:kalshi', 5, ...proof],
      [...own, 'cash:kalshi', -5, ...proof],
    ])
    expect(tables.slice(1).map(({ rows }) => rows)).toEqual([[['halt', 1]], [['reserve', 1]]])
    expect(violations).toEqual([])
  })

  it('counts the chain whole, and tells its head, whatever span is asked for', () => {
    expect(figuresOf(SOUND)).toEqual({ entries: 3, head: SOUND.head?.hash, writes: 1, transfers: 1, postings: 2, sum: 0 })
    expect(made(SOUND, NOON + 101).tables[0]?.rows).toHaveLength(5)
  })

  it('names an entry that was changed or removed, in the span or not', () => {
    const [halt, ...rest] = SOUND.links
    if (!halt) throw new Error('no link')
    const blamed = (fields: ChainLink['fields'], at: number): readonly string[] =>
      made({ ...SOUND, links: SOUND.links.with(at, { ...(SOUND.links[at] ?? halt), fields }) }).violations
    expect(blamed(HALT.with(3, 'eve'), 0)).toEqual(['audit 1 (link 1) was changed'])
    expect(blamed(null, 2)).toEqual(['transfer later (link 3) was removed'])
    expect(made({ ...SOUND, links: rest }).violations[0]).toContain('link 1 is gone')
  })

  it('names a transfer whose postings do not sum to zero, though its hash is right', () => {
    expect(made(chainOf([transfer('odd', 1, [5, -4])])).violations).toEqual(['transfer odd (link 1) sums to $0.000001'])
  })

  it('of nothing is nothing', () => {
    expect(made({ links: [], head: { seq: 0, hash: GENESIS }, unchained: [] })).toMatchObject({
      tables: [{ rows: [] }, {}, {}],
      violations: [],
    })
  })
})

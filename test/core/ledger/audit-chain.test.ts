import { createHash } from 'node:crypto'
import { canonical, checkChain, GENESIS, type Chain, type ChainLink } from '../../../src/core/ledger/audit-chain'

const sha256 = (previous: string, text: string): string => createHash('sha256').update(previous, 'hex').update(text, 'utf8').digest('hex')

/** A chain of so many deposits, as the database writes it. */
function chainOf(count: number): Chain & { readonly links: ChainLink[] } {
  const links: ChainLink[] = []
  let previous = GENESIS
  for (let seq = 1; seq <= count; seq += 1) {
    const fields = ['transfer', `d${seq}`, null, '{}']
    const hash = sha256(previous, canonical(fields))
    links.push({ seq, kind: 'transfer', ref: `d${seq}`, previous, hash, fields })
    previous = hash
  }
  return { links, head: { seq: count, hash: previous }, unchained: [] }
}
const violations = (chain: Chain, noted: string | null = null): readonly string[] => checkChain(chain, sha256, noted).violations
const changed = (change: (links: ChainLink[]) => ChainLink[]): readonly string[] => {
  const chain = chainOf(6)
  return violations({ ...chain, links: change(chain.links) })
}
const at = (link: ChainLink | undefined, seq: number): ChainLink => ({ ...(link as ChainLink), seq })

describe('the canonical form', () => {
  it('counts octets, so that no two lists of fields read alike', () => {
    expect(canonical(['ü', '', null, '-', '1:a'])).toBe('2:ü0:-1:-3:1:a')
    const alike = [['ab', 'c'], ['a', 'bc'], ['abc'], ['ab', 'c', null], ['ab', 'c', ''], ['ab1:c']]
    expect(new Set(alike.map(canonical)).size).toBe(alike.length)
  })
})

describe('the audit chain', () => {
  it('is sound as it was written, the empty one too', () => {
    const chain = chainOf(6)
    expect(checkChain(chain, sha256, null)).toEqual({ entries: 6, head: chain.head?.hash, violations: [] })
    expect(checkChain({ links: [], head: { seq: 0, hash: GENESIS }, unchained: [] }, sha256, GENESIS).violations).toEqual([])
  })

  it.each<readonly [string, (links: ChainLink[]) => ChainLink[], string]>([
    [
      'changed',
      (links) => links.map((link) => (link.seq === 3 ? { ...link, fields: ['transfer', 'd3', 't1', '{}'] } : link)),
      'transfer d3 (link 3) was changed',
    ],
    ['removed', (links) => links.map((link) => (link.seq === 3 ? { ...link, fields: null } : link)), 'transfer d3 (link 3) was removed'],
    ['removed with its link', (links) => links.filter(({ seq }) => seq !== 3), 'link 3 is gone, before transfer d4 (link 4)'],
    ['two of them', (links) => links.filter(({ seq }) => seq !== 3 && seq !== 4), 'links 3 to 4 are gone, before transfer d5 (link 5)'],
    [
      'removed, with the gap closed',
      (links) => links.filter(({ seq }) => seq !== 3).map((link, n) => at(link, n + 1)),
      'link 2 was replaced, or one after it removed: transfer d4 (link 3) was written after another',
    ],
    [
      'inserted',
      (links) => [...links.slice(0, 3), inserted(links[2]), ...links.slice(3).map((link) => at(link, link.seq + 1))],
      'link 4 is inserted or moved: transfer d4 (link 5) was written right after link 3',
    ],
    [
      'moved',
      (links) => [...links.slice(0, 2), at(links[3], 3), at(links[2], 4), ...links.slice(4)],
      'transfer d4 (link 3) was moved: it was written after link 4',
    ],
    [
      'rewritten with a new hash',
      (links) => links.map((link) => (link.seq === 3 ? rewritten(link) : link)),
      'link 3 was replaced, or one after it removed: transfer d4 (link 4) was written after another',
    ],
    ['the last one removed', (links) => links.slice(0, -1), 'link 6 is gone, at the end'],
  ])('names the first row that was %s', (_what, change, sentence) => {
    expect(changed(change)[0]).toBe(sentence)
  })

  it('tells rows that have no link, and a head that is another', () => {
    const chain = chainOf(2)
    expect(violations({ ...chain, unchained: ['transfer x'] })).toEqual(['transfer x was inserted without a link'])
    expect(violations({ ...chain, head: null })).toEqual(['the head of the chain is missing'])
    expect(violations({ ...chain, head: { seq: 2, hash: GENESIS } })).toHaveLength(1)
  })

  it('rewritten as a whole is found by a head that was noted before', () => {
    const noted = chainOf(4).head?.hash ?? ''
    expect(violations(chainOf(6), noted)).toEqual([])
    expect(violations(chainOf(3), noted)).toEqual([`no link has the hash ${noted}: what led to it was rewritten`])
  })
})

const inserted = (before: ChainLink | undefined): ChainLink => rewritten({ ...at(before, 4), ref: 'new', previous: before?.hash ?? '' })
function rewritten(link: ChainLink): ChainLink {
  const fields = ['transfer', 'new', null, '{}']
  return { ...link, fields, hash: sha256(link.previous, canonical(fields)) }
}

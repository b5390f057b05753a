/** What the chain begins with: 32 octets of nothing. */
export const GENESIS = '0'.repeat(64)

/** The hash of a link as lower-case hex: SHA-256 over the octets of `previous` (hex) followed by the UTF-8 octets of `canonical`. */
export type HashOf = (previous: string, canonical: string) => string

/** One link as it is stored, with the row it stands for as that is now: null when the row is gone. */
export interface ChainLink {
  readonly seq: number
  readonly kind: 'transfer' | 'audit'
  /** The row's own name: a transfer's id, an operator write's number. */
  readonly ref: string
  readonly previous: string
  readonly hash: string
  readonly fields: readonly (string | null)[] | null
}
export interface Chain {
  /** In the order of their numbers. */
  readonly links: readonly ChainLink[]
  readonly head: { readonly seq: number; readonly hash: string } | null
  /** Rows without a link, by name. */
  readonly unchained: readonly string[]
}
export interface AuditReport {
  readonly entries: number
  /** The hash of the last link: noted elsewhere, it proves later that nothing before it was rewritten. */
  readonly head: string
  /** One sentence each; the first one names the first row that is not as it was written. */
  readonly violations: readonly string[]
}

const octets = new TextEncoder()
/** Each field as its count of UTF-8 octets, a colon and itself; a null as a dash. No two lists of fields read alike. */
export const canonical = (fields: readonly (string | null)[]): string =>
  fields.map((field) => (field === null ? '-' : `${octets.encode(field).length}:${field}`)).join('')

const named = ({ seq, kind, ref }: ChainLink): string => `${kind} ${ref} (link ${seq})`
const span = (from: number, to: number): string => (from === to ? `link ${from} is` : `links ${from} to ${to} are`)

/**
 * Recomputes the whole chain (docs/decisions/audit-chain.md). A link proves its row by itself, and its place by the hash of the one before it.
 * @param noted the head of an earlier report: it must still be a link, or everything was rewritten since.
 */
export function checkChain({ links, head, unchained }: Chain, hashOf: HashOf, noted: string | null): AuditReport {
  const violations: string[] = []
  const places = new Map(links.map(({ seq, hash }) => [hash, seq]))
  let before = { seq: 0, hash: GENESIS }
  for (const link of links) {
    if (link.seq !== before.seq + 1) violations.push(`${span(before.seq + 1, link.seq - 1)} gone, before ${named(link)}`)
    else if (link.previous !== before.hash)
      violations.push(outOfPlace(link, before.seq, link.previous === GENESIS ? 0 : places.get(link.previous)))
    if (link.fields === null) violations.push(`${named(link)} was removed`)
    else if (hashOf(link.previous, canonical(link.fields)) !== link.hash) violations.push(`${named(link)} was changed`)
    before = link
  }
  violations.push(...unchained.map((name) => `${name} was inserted without a link`), ...headBreaks(head, before))
  if (noted !== null && noted !== GENESIS && !places.has(noted))
    violations.push(`no link has the hash ${noted}: what led to it was rewritten`)
  return { entries: links.length, head: before.hash, violations }
}

/** `writtenAfter`: where the link stands that this one was written after; undefined when there is none any more. */
function outOfPlace(link: ChainLink, before: number, writtenAfter: number | undefined): string {
  if (writtenAfter === undefined) return `link ${before} was replaced, or one after it removed: ${named(link)} was written after another`
  if (writtenAfter > before) return `${named(link)} was moved: it was written after link ${writtenAfter}`
  return `${span(writtenAfter + 1, before)} inserted or moved: ${named(link)} was written right after link ${writtenAfter}`
}

function headBreaks(head: Chain['head'], last: { readonly seq: number; readonly hash: string }): readonly string[] {
  if (head === null) return ['the head of the chain is missing']
  if (head.seq > last.seq) return [`${span(last.seq + 1, head.seq)} gone, at the end`]
  return head.seq === last.seq && head.hash === last.hash
    ? []
    : [`the head names link ${head.seq} and another hash than link ${last.seq} has`]
}

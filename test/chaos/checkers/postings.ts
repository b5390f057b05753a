import { createHash } from 'node:crypto'
import { canonical, GENESIS } from '../../../src/core/ledger/audit-chain'
import type { LinkRow, Tables, TransferRow } from '../../../src/chaos/evidence/tables'
import { atMs, BASE_MS, BEGAN, keyOf, marketOf, NAMES, OPENING_CASH, paid, setAside, type Leg, type Name } from './legs'

/** The postings of two boxes, and the chain over them. */

let recorded = 0
function transfer(id: string, kind: string, tradeId: string | null, ms: number, amounts: Readonly<Record<string, number>>): TransferRow {
  recorded += 1
  const legs = Object.entries(amounts).map(([account, amount], n) => [String(n + 1), account, String(amount)] as const)
  return { id, kind, tradeId, atMs: String(ms), recorded: String(BigInt(ms) * 1_000n + BigInt(recorded)), memo: '{}', legs }
}

export function transfers(legs: readonly Leg[]): readonly TransferRow[] {
  recorded = 0
  const opening = (['kalshi', 'forecastex'] as const).map((venue) =>
    transfer(`opening:${venue}`, 'deposit', null, BASE_MS - 1_000, { [`cash:${venue}`]: OPENING_CASH, 'equity:capital': -OPENING_CASH }),
  )
  const ofTrade = (name: Name): readonly TransferRow[] =>
    transfersOf(
      name,
      legs.filter((each) => each.trade === name),
    )
  return [...opening, ...NAMES.flatMap(ofTrade)]
}

function transfersOf(name: Name, legs: readonly Leg[]): readonly TransferRow[] {
  const spent = (venue: string): number =>
    legs.reduce((sum, each) => (each.venue === venue && each.action === 'buy' ? sum - paid(each) : sum), 0)
  const moves = (kind: 'reserve' | 'release', signed: (venue: string, set: number) => number): readonly TransferRow[] =>
    Object.entries(setAside(name)).map(([venue, set]) => {
      const amount = signed(venue, set)
      return transfer(`${kind}:${name}:${venue}`, kind, name, BEGAN[name] + (kind === 'reserve' ? 0 : 1_500), {
        [`cash:${venue}`]: -amount,
        [`reserved:${venue}`]: amount,
      })
    })
  const fills = legs
    .filter(({ filled }) => filled > 0)
    .map((each) => {
      const cost = each.price * each.filled
      const [from, bought] = each.action === 'buy' ? ['reserved', 1] : ['cash', -1]
      return transfer(`fill:${keyOf(each)}`, each.action === 'buy' ? 'fillBuy' : 'fillSell', name, atMs(each) + 10, {
        [`position:${each.venue}:${marketOf(each)}:${each.outcome}`]: bought * cost,
        [`expense:fee:${each.venue}`]: each.fee,
        [`${from}:${each.venue}`]: paid(each),
      })
    })
  return [...moves('reserve', (_venue, set) => set), ...fills, ...moves('release', (venue, set) => spent(venue) - set)]
}

/** The chain as the database makes it, by the reference implementation of its form. */
export function chained(rows: readonly TransferRow[], audits: Tables['audits']): Pick<Tables, 'links' | 'head'> {
  const links: LinkRow[] = []
  const add = (kind: LinkRow['kind'], ref: string, fields: readonly (string | null)[]): void => {
    const previous = links.at(-1)?.hash ?? GENESIS
    const hash = createHash('sha256').update(Buffer.from(previous, 'hex')).update(canonical(fields), 'utf8').digest('hex')
    links.push({ seq: links.length + 1, kind, ref, previous, hash })
  }
  for (const { seq, atMs: at, by, role, action, detail } of audits) add('audit', seq, ['audit', seq, at, by, role, action, detail])
  for (const { id, kind, tradeId, atMs: at, recorded: when, memo, legs } of rows)
    add('transfer', id, ['transfer', id, kind, tradeId, at, when, memo, ...legs.flat()])
  return { links, head: { seq: links.length, hash: links.at(-1)?.hash ?? GENESIS } }
}

/** The balances that these transfers leave. */
export function balancesOf(rows: readonly TransferRow[]): Record<string, number> {
  const balances: Record<string, number> = {}
  for (const { legs } of rows) for (const [, account, amount] of legs) balances[account] = (balances[account] ?? 0) + Number(amount)
  return balances
}

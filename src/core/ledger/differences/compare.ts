import { assertNever } from '../../assert'
import { NO_MONEY } from '../../units'
import { identityOf, isJudged, type Difference, type Motion, type StandingBreak } from '../breaks'
import type { CashDifference } from '../reconciliation'
import type { KnownAccount, ToldAccount } from './accounts'
import { compareCash } from './cash'
import { causesOf } from './executions'
import { addTo, comparePositions, netOf } from './positions'

/** What a look at one venue comes to. Nothing when all is well. */
export interface Comparison {
  /** Unexplained, each once, in the order of their identities. */
  readonly differences: readonly Difference[]
  /** Explained for now, by identity: what settlement has not posted yet. */
  readonly waiting: ReadonlyMap<string, string>
  readonly moved: readonly CashDifference[]
  /** Accepted breaks whose difference is gone. */
  readonly lapsed: readonly number[]
}

/**
 * The ledger against what a venue says. What only one of them has (a fill, a stranger's execution, a fee) explains the contracts and the cash that it
 * moved, so that one cause is one difference; what is left is a difference of its own. Contracts of markets that have ended, and cash that makes up
 * payouts or fallen interest, wait for `settle`. Of the same facts in any order it says the same.
 */
export function compareAccounts(known: KnownAccount, told: ToldAccount): Comparison {
  const counted = known.standing.filter(isCounted)
  const before = netOf(known.lots)
  for (const { market, contracts } of counted) if (market !== null) addTo(before, market, contracts)
  const standing = new Map(known.standing.map((each) => [nameOf(each), each]))
  const causes = causesOf(known, told, new Map(before))
  const isNews = (each: { readonly kind: Difference['kind']; readonly subject: string }): boolean => {
    const of = standing.get(nameOf(each))
    return !of || !isCounted(of)
  }
  const positions = comparePositions(known, told, before, counted, causes.filter(isNews))
  const cash = compareCash(known, told, counted, positions)
  const again = causes.flatMap(({ kind, subject, detail }) => {
    const of = standing.get(nameOf({ kind, subject }))
    return of && isCounted(of) && of.state === 'open' ? [differenceOf(known, of, detail)] : []
  })
  const others = [...restingOrders(known, told), ...otherCash(known, told)].filter(
    (each) => standing.get(nameOf(each))?.state !== 'accepted',
  )
  return {
    differences: [...again, ...cash.differences, ...others].toSorted((a, b) => (identityOf(a) < identityOf(b) ? -1 : 1)),
    waiting: new Map([...positions.waiting, ...cash.waiting]),
    moved: cash.moved,
    lapsed: [...new Set([...positions.lapsed, ...cash.lapsed])].filter((id) =>
      known.standing.some((each) => each.id === id && each.state === 'accepted'),
    ),
  }
}

const nameOf = ({ kind, subject }: Pick<Difference, 'kind' | 'subject'>): string => `${kind}|${subject}`
/** What a standing break moves is known. Of an open difference of cash or contracts the figures are found anew in each look. */
const isCounted = ({ state, kind }: StandingBreak): boolean => state === 'accepted' || !['cash', 'position', 'resting-order'].includes(kind)

/** As it is on record: the ledger has been judged with these figures. */
const differenceOf = (
  { venue }: KnownAccount,
  { kind, subject, market, purse, contracts, amount }: StandingBreak,
  detail: string,
): Difference => ({
  ...{ venue, kind, subject, market, purse, contracts, amount, detail },
})

/** Nothing of ours rests: a workflow sends IOC and FOK only (E15). */
const restingOrders = ({ venue }: KnownAccount, { openOrders }: ToldAccount): readonly Difference[] =>
  [...new Set(openOrders)].map((order) => ({
    ...{
      venue,
      kind: 'resting-order',
      subject: order,
      market: null,
      purse: null,
      contracts: 0,
      amount: NO_MONEY,
      detail: `order ${order} rests`,
    },
  }))

/** By currency: its amount moves with somebody else's money. */
const otherCash = ({ venue }: KnownAccount, told: ToldAccount): readonly Difference[] =>
  told.otherCash.map((amount) => ({
    ...{ venue, kind: 'cash', subject: amount.split(' ').at(-1) ?? amount, market: null, purse: null, contracts: 0, amount: NO_MONEY },
    detail: `cash at ${venue} of ${amount} is not counted: the ledger holds dollars`,
  }))

/** Whether an open break has ended by itself: what it is about was judged in this look, and both agree. */
export function hasEnded(found: StandingBreak, known: KnownAccount, told: ToldAccount, comparison: Comparison, motion: Motion): boolean {
  const identity = identityOf({ venue: known.venue, ...found })
  const isShown = comparison.differences.some((each) => identityOf(each) === identity) || comparison.waiting.has(identity)
  if (isShown || !isJudged(found, motion)) return false
  const isListed = told.fills.some(({ key }) => key === found.subject)
  switch (found.kind) {
    case 'cash':
    case 'position':
    case 'resting-order':
      return true
    case 'missing-execution':
      return isListed
    case 'unknown-fill':
    case 'fee':
      return isListed && known.fills.some(({ key }) => key === found.subject)
    case 'strange-execution': // what has happened does not end by itself
      return false
    default:
      return assertNever(found.kind, 'kind of a break')
  }
}

import type { MarketId } from '../../ids'
import type { Purse, PurseBalance } from '../../purse'
import { formatMoney, money, NO_MONEY, notional, ONE_DOLLAR, quantity, type Money } from '../../units'
import { identityOf, type Difference, type StandingBreak } from '../breaks'
import { explain } from '../explain'
import { cashDifferences, type CashDifference } from '../reconciliation'
import type { KnownAccount, ToldAccount } from './accounts'
import type { Placed, Positions } from './positions'

/** What nobody tells the price of has cost a dollar a contract at the most, and a twentieth in fees (both venues charge a few cents). */
const DEAREST_TWENTIETHS = 21

export interface Cash {
  readonly differences: readonly Difference[]
  readonly waiting: ReadonlyMap<string, string>
  /** Money moved between our own purses: in sum nothing differs. */
  readonly moved: readonly CashDifference[]
  /** Standing breaks without which ledger and venue agree. */
  readonly lapsed: readonly number[]
}

/** Purse by purse: what the venue keeps apart cannot make up for each other. Returns every cause as its difference, with the cash it has moved. */
export function compareCash(known: KnownAccount, told: ToldAccount, counted: readonly StandingBreak[], positions: Positions): Cash {
  const offsets = counted.flatMap(({ purse, amount }): PurseBalance[] => (purse === null || amount === 0 ? [] : [{ purse, cash: amount }]))
  const apart = cashDifferences([...known.purses, ...offsets], told.purses)
  if (apart.length > 0 && cashDifferences(known.purses, told.purses).length === 0) {
    const lapsed = counted.flatMap(({ id, amount }) => (amount === 0 ? [] : [id]))
    return { differences: new Parts(known, positions, () => known.venue).all(), waiting: new Map(), moved: [], lapsed }
  }
  const isMoved = apart.length > 1 && apart.reduce((sum, { amount }) => sum + amount, 0) === 0
  const [first] = apart
  const purseOf = (market: MarketId): Purse => (apart.length === 1 && first ? first.purse : (known.pursesOf.get(market) ?? known.venue))
  const parts = new Parts(known, positions, purseOf)
  const waiting = new Map<string, string>()
  for (const { purse, amount } of isMoved ? [] : apart) {
    const left = parts.take(purse, amount, settling(known, told, positions))
    if (left === 'settles') waiting.set(identityOf(cashAt(known, purse, NO_MONEY, '')), 'cash has come that is not posted yet')
    else if (left !== 0 && !parts.hold(purse, left, told))
      parts.differences.push(cashAt(known, purse, left, cashText(known, told, purse, amount, left) + goneText(positions)))
  }
  return { differences: parts.all(), waiting, moved: isMoved ? apart : [], lapsed: [] }
}

/** Who has moved which part of the cash. */
class Parts {
  readonly differences: Difference[] = []
  readonly #known: KnownAccount
  readonly #found: Positions
  readonly #purseOf: (market: MarketId) => Purse
  readonly #paid = new Map<string, CashDifference>()

  constructor(known: KnownAccount, found: Positions, purseOf: (market: MarketId) => Purse) {
    this.#known = known
    this.#found = found
    this.#purseOf = purseOf
  }

  /** @returns what no cause of this purse explains; 'settles': all is explained, by what settlement will post too. */
  take(purse: Purse, amount: Money, settles: readonly Money[]): Money | 'settles' {
    const causes = this.#found.causes.filter(({ market }) => this.#purseOf(market) === purse)
    const give = (to: readonly Placed[]): number => {
      for (const cause of to) this.#paid.set(this.#name(cause), { purse, amount: cause.cash })
      return to.reduce((sum, { cash }) => sum + cash, 0)
    }
    if (causes.reduce((sum, { cash }) => sum + cash, 0) === amount) return money(amount - give(causes))
    const explanation = explain<{ readonly amount: number; readonly cause: Placed | null }>(amount, [
      ...causes.map((cause) => ({ cause, amount: cause.cash })),
      ...settles.map((each) => ({ cause: null, amount: each })),
    ])
    if (explanation.kind === 'unexplained')
      return money(amount - give(causes.filter(({ kind, isPriceless }) => kind !== 'missing-execution' && !isPriceless)))
    const by = explanation.kind === 'explained' ? explanation.by : explanation.either
    give(by.flatMap(({ cause }) => cause ?? []))
    return by.some((each) => each.cause === null && each.amount !== 0) ? 'settles' : NO_MONEY
  }

  /** An execution whose price is not told, or contracts whose execution is not, has moved the rest if it can have. @returns whether. */
  hold(purse: Purse, left: Money, { ownExecutionsOnly }: ToldAccount): boolean {
    const priceless = this.#found.causes.filter((cause) => cause.isPriceless && this.#purseOf(cause.market) === purse)
    const holders = [...priceless, ...(ownExecutionsOnly ? this.#found.differences : [])]
    const contracts = holders.reduce((sum, each) => sum + Math.abs(each.contracts), 0)
    const [holder] = holders
    if (!holder || Math.abs(left) * 20 > notional(ONE_DOLLAR, quantity(contracts)) * DEAREST_TWENTIETHS) return false
    this.#paid.set(this.#name(holder), { purse, amount: left })
    return true
  }

  all(): readonly Difference[] {
    return [...this.differences, ...this.#causes(), ...this.#positions()]
  }
  #causes(): readonly Difference[] {
    return this.#found.causes.map(({ kind, subject, market, moves: contracts, detail }) => {
      const paid = this.#paid.get(this.#name({ kind, subject }))
      return {
        venue: this.#known.venue,
        kind,
        subject,
        market,
        purse: paid?.purse ?? null,
        contracts,
        amount: paid?.amount ?? NO_MONEY,
        detail,
      }
    })
  }
  #positions(): readonly Difference[] {
    return this.#found.differences.map((each) => {
      const paid = this.#paid.get(this.#name(each))
      return paid ? { ...each, ...paid, detail: `${each.detail}; cash differs by $${formatMoney(paid.amount)}` } : each
    })
  }

  #name({ kind, subject }: Pick<Difference, 'kind' | 'subject'>): string {
    return identityOf({ venue: this.#known.venue, kind, subject })
  }
}

/** What `settle` will post, as far as amounts are told: payouts for open lots, fallen interest, and what a winner pays that is not shown any more. */
function settling({ lots, falls }: KnownAccount, { payouts }: ToldAccount, { gone }: Positions): readonly Money[] {
  const open = new Set(lots.map(({ market }) => market))
  const paid = payouts.filter(({ market }) => open.has(market)).map((payout) => payout.paid)
  const told = new Set(payouts.map(({ market }) => market))
  const won = gone.filter(({ market }) => !told.has(market)).map(({ contracts }) => notional(ONE_DOLLAR, quantity(Math.abs(contracts))))
  return [...paid, ...won, ...falls.map(({ amount }) => amount)]
}

const cashAt = ({ venue }: KnownAccount, purse: Purse, amount: Money, detail: string): Difference => ({
  ...{ venue, kind: 'cash', subject: purse, market: null, purse, contracts: 0, amount, detail },
})

function cashText({ purses, falls }: KnownAccount, told: ToldAccount, purse: Purse, amount: Money, left: Money): string {
  const held = (balances: readonly PurseBalance[]): string => formatMoney(balances.find((each) => each.purse === purse)?.cash ?? NO_MONEY)
  const rest = left === amount ? '' : `, of which $${formatMoney(left)} is unexplained`
  const fell = falls.map(
    (fall) =>
      `; interest owed fell by $${formatMoney(fall.amount)} at ${new Date(fall.atMs).toISOString()}, and no coupon is booked for it`,
  )
  return `cash at ${purse}: ledger $${held(purses)}, venue $${held(told.purses)}${rest}${fell.join('')}`
}

/** Nobody says whether they were paid or sold by hand: what is left of the cash is no payout of theirs. */
const goneText = ({ gone }: Positions): string =>
  gone.length === 0 ? '' : `; ended and not shown any more: ${gone.map(({ market }) => market).join(', ')}`

import { tradeId, type Outcome, type Venue } from '../../../src/core/ids'
import { attribute, ledgerResultOf } from '../../../src/core/ledger/attribution'
import { balancesOf } from '../../../src/core/ledger/balances'
import type { Transfer } from '../../../src/core/ledger/postings'
import type { LotEvent } from '../../../src/core/report/lots'
import { groupBy, sumOf } from '../../../src/core/report/quantiles'
import type { FilledOrder, ReportedTrade } from '../../../src/core/report/trade'
import { marketId } from '../../../src/core/ids'
import { millis, money, notional, quantity, type Money } from '../../../src/core/units'
import { RandomTrade } from '../ledger/results/trade'

export const DAY_MS = 86_400_000
const START = millis(Date.UTC(2026, 10, 20, 17))

/** What all transfers have put on accounts of a form. */
export function onAccounts(transfers: readonly Transfer[], form: RegExp): Money {
  let sum = 0
  for (const [account, amount] of balancesOf(transfers)) if (form.test(account)) sum += amount
  return money(sum)
}

/** A trade that goes as its seed has it, as the ledger would tell reports of it, with the transfers that it was booked by. */
export function randomReported(seed: number): {
  readonly trade: ReportedTrade
  readonly events: readonly LotEvent[]
  readonly transfers: readonly Transfer[]
} {
  const made = new RandomTrade(seed)
  const { transfers, plan } = made
  const flows = made.flows()
  const carry = money(seed % 3 === 0 ? seed : 0)
  const parts = attribute(flows, carry)
  const id = tradeId(`t${seed}`)
  const orders = [...groupBy(flows.fills, ({ order }) => order)].map(([order, fills]): FilledOrder => {
    const leg = plan.legs.find((each) => each.order.clientOrderId === order) ?? plan.legs[0]
    const { venue, market, outcome } = leg.order
    const cost = sumOf(fills, (fill) => notional(fill.price, fill.quantity))
    const filled = quantity(sumOf(fills, (fill) => fill.quantity))
    const fees = money(sumOf(fills, ({ fee }) => fee))
    return {
      clientOrderId: order,
      venue,
      market,
      outcome,
      action: fills[0]?.action ?? 'buy',
      filled,
      notional: money(cost),
      fees,
      lastMs: START,
    }
  })
  const trade: ReportedTrade = {
    ...{ tradeId: id, pair: `pair-${seed % 3}`, strategy: 'box', outcome: 'locked', kind: 'realised', plan, parts, orders },
    ...{ startedMs: millis(START + (seed % 5) * DAY_MS), endedMs: millis(START + (seed % 5) * DAY_MS + 1_000) },
    ledger: money(made.earned + flows.openValue),
    booked: money(0 - onAccounts(transfers, /^(income|expense):/)),
    suspended: onAccounts(transfers, /^suspense:/),
    beyondCost: money(0),
  }
  if (ledgerResultOf(parts) !== trade.ledger) throw new Error(`seed ${seed}: the parts do not make up the result`)
  return { trade, events: eventsOf(made, seed), transfers }
}

interface Place {
  readonly venue: Venue
  readonly market: string
  readonly outcome: Outcome
}
const placeOf = (account: string): Place => {
  const [, venue, market = '', outcome] = account.split(':')
  return { venue: venue as Venue, market, outcome: outcome as Outcome }
}

/** The transfers as events of lots: a fill is the transfer of its turn, a payout the last one of its market. */
function eventsOf(made: RandomTrade, seed: number): readonly LotEvent[] {
  const { fills, settled } = made.flows()
  const id = tradeId(`t${seed}`)
  const events: LotEvent[] = []
  let [turn, last] = [0, null as Outcome | null]
  made.transfers.forEach(({ kind, legs, id: name }, place) => {
    const positions = legs.filter(({ account }) => account.startsWith('position:'))
    const [first] = positions.map(({ account, amount }) => ({ ...placeOf(account), basis: money(0 - amount) }))
    const at = { tradeId: id, atMs: millis(START + place), order: null }
    if (kind === 'fillBuy' || kind === 'fillSell') {
      const fill = fills[turn++]
      if (!first || !fill) throw new Error('a fill without contracts')
      const { basis, ...of } = { ...first, market: marketId(first.market) }
      const value = notional(fill.price, fill.quantity)
      last = of.outcome
      if (kind === 'fillBuy') events.push({ ...at, ...of, kind: 'bought', quantity: fill.quantity, cost: value, fees: fill.fee })
      else events.push({ ...at, ...of, kind: 'sold', quantity: fill.quantity, proceeds: value, basis, fees: fill.fee })
    }
    if (kind === 'netPair') {
      const cash = sumOf(legs, ({ account, amount }) => (account.startsWith('cash:') ? amount : 0))
      const sides = positions.map(({ account, amount }) => ({ ...placeOf(account), basis: money(0 - amount) }))
      const answer = sides.find(({ outcome }) => outcome === last)?.basis ?? money(0)
      for (const { basis, market, ...of } of sides)
        events.push({
          ...at,
          ...of,
          market: marketId(market),
          kind: 'netted',
          quantity: quantity(cash / 10_000),
          basis,
          fees: money(0),
          proceeds: of.outcome === last ? basis : money(cash - answer),
        })
    }
    if (kind === 'settle' && !made.transfers.slice(place + 1).some((later) => keyOf(later.id) === keyOf(name))) {
      const paid = settled.find(({ venue, market, outcome }) => keyOf(name) === `settle:${venue} ${market} ${outcome}`)
      if (!paid) throw new Error(`${name} is of no payout`)
      const own = made.transfers.filter((each) => keyOf(each.id) === keyOf(name))
      const { venue, market, outcome } = paid
      events.push({
        ...at,
        venue,
        market,
        outcome,
        kind: 'settled',
        quantity: paid.quantity,
        proceeds: paid.paid,
        basis: money(0 - onAccounts(own, /^position:/)),
        fees: money(0),
      })
    }
  })
  return events
}
/** "settle:kalshi KX yes:12" and its reversals belong together. */
const keyOf = (id: string): string => (id.startsWith('settle:') ? id.split(':').slice(0, 2).join(':') : id)

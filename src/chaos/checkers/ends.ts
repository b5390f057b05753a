import type { Case } from './case'
import type { Violation } from './violation'

/** The account of a fill that no venue reported: an operator's verdict claims it (E12). */
export const BY_VERDICT = 'verdict'

/** A break that is open when a lane is quiet: either venue and ledger differ, or the reconciliation cries wolf. */
export const noBreaks = ({ evidence: { tables } }: Case): readonly Violation[] =>
  tables.breaks.map(({ venue, kind, subject, detail, openedMs }) => ({
    invariant: 'break',
    detail: `${kind} of ${subject} at ${venue}, open since ${openedMs}: ${detail}`,
  }))

/** I9: an ended trade has only final orders and no reserve; all lots together are what the venues hold, and the ledger's cash is theirs. */
export function soundEnds(of: Case): readonly Violation[] {
  return [...finalOrders(of), ...noReserve(of), ...lotsAreNet(of), ...cashIsTheirs(of)]
}

function finalOrders({ evidence: { tables }, trades, orders }: Case): readonly Violation[] {
  const sent = new Set(orders.map(({ clientOrderId }) => clientOrderId))
  const open = tables.intents.flatMap(({ clientOrderId, tradeId, state }): readonly Violation[] => {
    const hasEnded = trades.get(tradeId)?.endedMs !== null
    return hasEnded && (state === 'unknown' || (state === 'intended' && sent.has(clientOrderId)))
      ? [{ invariant: 'I9', tradeId, detail: `${clientOrderId} is ${state} and its trade has ended` }]
      : []
  })
  const resting = orders.flatMap(({ clientOrderId, tradeId, atVenue, trade }): readonly Violation[] =>
    atVenue?.rests === true && trade?.endedMs !== null
      ? [{ invariant: 'I9', tradeId, detail: `${clientOrderId} rests at its venue and its trade has ended` }]
      : [],
  )
  return [...open, ...resting]
}

function noReserve({ evidence: { tables }, trades }: Case): readonly Violation[] {
  const left = new Map<string, number>()
  for (const { tradeId, legs } of tables.transfers)
    for (const [, account, amount] of legs)
      if (tradeId !== null && account.startsWith('reserved:')) left.set(tradeId, (left.get(tradeId) ?? 0) + Number(amount))
  return [...left].flatMap(([tradeId, amount]): readonly Violation[] =>
    amount !== 0 && trades.get(tradeId)?.endedMs !== null
      ? [{ invariant: 'I9', tradeId, detail: `${amount} µ$ are reserved by a trade that has ended` }]
      : [],
  )
}

/** YES counts up, NO down, at both venues: nobody holds both. */
function lotsAreNet({ evidence: { tables, venues } }: Case): readonly Violation[] {
  return venues.flatMap(({ venue, net }) => {
    const ours = new Map<string, number>()
    const add = (market: string, quantity: number): unknown => ours.set(market, (ours.get(market) ?? 0) + quantity)
    for (const lot of tables.lots) if (lot.venue === venue) add(lot.market, lot.outcome === 'yes' ? lot.quantity : -lot.quantity)
    for (const fill of tables.fills)
      if (fill.venue === venue && fill.account === BY_VERDICT)
        add(fill.market, (fill.outcome === 'yes') === (fill.action === 'buy') ? -fill.quantity : fill.quantity)
    return [...new Set([...ours.keys(), ...Object.keys(net)])].flatMap((market): readonly Violation[] => {
      const [lots, held] = [ours.get(market) ?? 0, net[market] ?? 0]
      return lots === held
        ? []
        : [{ invariant: 'I9', detail: `lots of ${venue} ${market} sum to ${lots}, the venue holds ${held} (1e-2 contract, NO negative)` }]
    })
  })
}

function cashIsTheirs({ evidence: { tables, venues } }: Case): readonly Violation[] {
  return venues.flatMap(({ venue, purses }) => {
    const ours = new Map<string, number>()
    for (const [account, amount] of Object.entries(tables.balances)) {
      const [kind, purse = ''] = account.split(':')
      const isOf = purse === venue || purse.startsWith(`${venue}/`)
      if ((kind === 'cash' || kind === 'reserved') && isOf) ours.set(purse, (ours.get(purse) ?? 0) + amount)
    }
    return [...new Set([...ours.keys(), ...Object.keys(purses)])].flatMap((purse): readonly Violation[] => {
      const [ledger, cash] = [ours.get(purse) ?? 0, purses[purse] ?? 0]
      return ledger === cash ? [] : [{ invariant: 'I9', detail: `the ledger has ${ledger} µ$ at ${purse}, the venue ${cash}` }]
    })
  })
}

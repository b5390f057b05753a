import { verifyAudit } from '../../operator/audit'
import { readResults } from '../../operator/results'
import { reconcileVenues, type Reconciliation } from '../../operator/reconcile'
import { marketId, VENUES } from '../../core/ids'
import { formatQuantity, money, quantity } from '../../core/units'

import { settleByHand, suspendCash, verifyLedger, type LedgerReport } from '../../operator/ledger'
import { systemClock } from '../../wiring/clock'
import { explainKalshi, openReadOnlyAccounts } from '../../wiring/venues'
import { dollars, print, printJson, table } from '../render'
import { withConnections } from './session'
import { partsTable } from './trade'

const clock = systemClock()

/** Two accounts with a day's fills are read in a second. */
const RECONCILE_LIMIT_MS = 20_000
/** One transaction over some lots. */
const SETTLE_LIMIT_MS = 5_000

function* lines({
  transfers,
  sumMicros,
  violations,
  purses,
  suspenseMicros,
  couponMicros,
  interestMicros,
  estimatedFees,
  naked,
}: LedgerReport): Generator<string> {
  yield `${transfers} transfers, sum ${dollars(sumMicros)}, ${violations.length} violations`
  for (const violation of violations) yield `- ${violation}`
  for (const { purse, freeMicros, reservedMicros } of purses)
    yield `cash at ${purse}: ${dollars(freeMicros)} free, ${dollars(reservedMicros)} reserved`
  for (const [venue, amount] of Object.entries(suspenseMicros))
    yield `in suspense at ${venue}: ${dollars(amount)} (what the venue took beyond what is explained; negative: what it gave)`
  for (const [venue, amount] of Object.entries(couponMicros))
    yield `coupons of ${venue}: ${dollars(amount)} (earned by the account, in no trade's result)`
  for (const [venue, amount] of Object.entries(interestMicros))
    yield `interest of ${venue}: ${dollars(amount)} (on cash, in no trade's result)`
  if (estimatedFees > 0) yield `${estimatedFees} fees are estimates: their venue has not told them (reconcile names them)`
  for (const { tradeId, venue, quantity: contracts, sinceMs } of naked)
    yield `naked: ${formatQuantity(quantity(contracts))} of ${tradeId} at ${venue}, since ${new Date(sinceMs).toISOString()}`
}

export async function verify(json: boolean): Promise<number> {
  return withConnections(async ({ database }) => {
    const report = await verifyLedger(database)
    if (json) printJson(report)
    else print([...lines(report)].join('\n'))
    return report.sumMicros === 0 && report.violations.length === 0 ? 0 : 1
  })
}

function reconciliationOf({ venues }: Reconciliation): string {
  const rows = venues.map(({ venue, ordersChecked, fillsChecked, breaks }) => [
    venue,
    String(ordersChecked),
    String(fillsChecked),
    breaks.join('; ') || 'none',
  ])
  const unseen = venues.flatMap(({ venue, unseen: what }) => (what === null ? [] : [`not compared at ${venue}: ${what}`]))
  return [table(['venue', 'orders', 'fills', 'breaks'], rows, [1, 2]), ...unseen].join('\n\n')
}

/** @param suspend why differences of cash are booked into suspense first (invariant 9); undefined: they are told, and nothing is booked. */
export async function reconcile(suspend: string | undefined, json: boolean): Promise<number> {
  return withConnections(async ({ database, config, log }) => {
    const accounts = await openReadOnlyAccounts(config, database, log)
    try {
      if (suspend !== undefined)
        for (const account of accounts.accounts)
          await suspendCash(database, account, config.operator, suspend, clock.nowMs(), AbortSignal.timeout(RECONCILE_LIMIT_MS))
      const report = await reconcileVenues(database, accounts.accounts, AbortSignal.timeout(RECONCILE_LIMIT_MS)).catch((error: unknown) => {
        throw explainKalshi(error, config)
      })
      if (json) printJson(report)
      else print(reconciliationOf(report))
      return report.venues.every(({ breaks }) => breaks.length === 0) ? 0 : 1
    } finally {
      await accounts.close()
    }
  })
}

/** @param noted a head told earlier, which must still be part of the chain. */
export async function verifyChain(noted: string | undefined, json: boolean): Promise<number> {
  return withConnections(async ({ database }) => {
    const report = await verifyAudit(database, noted ?? null)
    if (json) printJson(report)
    else
      print(
        [
          `${report.entries} entries, head ${report.head}, ${report.violations.length} violations`,
          ...report.violations.map((v) => `- ${v}`),
        ].join('\n'),
      )
    return report.violations.length === 0 ? 0 : 1
  })
}

/** What all trades have earned, by what made it so. */
export async function pnl(json: boolean): Promise<number> {
  return withConnections(async ({ database }) => {
    const report = await readResults(database, clock.nowMs())
    const { groups, carryOfNobodyMicros: ofNobody, interestMicros, violations } = report
    if (json) printJson(report)
    else {
      const rows = groups.map(({ group, trades }) => [group, String(trades)])
      const rest = [
        ...(ofNobody === 0 ? [] : [`coupons of ${dollars(ofNobody)} were earned while no trade held anything, and are in no line`]),
        ...(interestMicros === 0 ? [] : [`interest of ${dollars(interestMicros)} was paid on cash, and is in no line`]),
      ]
      print(
        [
          groups.length === 0 ? 'no trades yet' : partsTable(groups, ['', 'trades'], rows),
          ...rest,
          ...violations.map((each) => `- ${each}`),
        ].join('\n'),
      )
    }
    return violations.length === 0 ? 0 : 1
  })
}

/** @param pays dollars per YES contract */
export async function settle(
  venue: string,
  market: string,
  { pays, reason, json = false }: { readonly pays: string; readonly reason: string; readonly json?: boolean },
): Promise<void> {
  const [yesPays, at] = [money(pays), VENUES.find((each) => each === venue)]
  if (at === undefined) throw new RangeError(`not a venue: "${venue}"; use ${VENUES.join(' or ')}`)
  await withConnections(async ({ database, config }) => {
    const wish = { venue: at, market: marketId(market), yesPays, reason }
    const { lots, paid } = await settleByHand(database, wish, config.operator, clock.nowMs(), AbortSignal.timeout(SETTLE_LIMIT_MS))
    if (json) printJson({ lots, paidMicros: paid })
    else print(`${lots} lots of ${market} are paid ${dollars(paid)}`)
  })
}

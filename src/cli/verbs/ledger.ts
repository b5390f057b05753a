import { reconcileVenues } from '../../operator/reconcile'
import { verifyLedger } from '../../operator/ledger'
import { explainKalshi, openReadOnlyAccounts } from '../../wiring/venues'
import { dollars, print, printJson, table } from '../render'
import { withConnections } from './session'

/** Two accounts with a day's fills are read in a second. */
const RECONCILE_LIMIT_MS = 20_000

export async function verify(json: boolean): Promise<number> {
  return withConnections(async ({ database }) => {
    const report = await verifyLedger(database)
    if (json) printJson(report)
    else
      print(
        `${report.transfers} transfers, sum ${dollars(report.sumMicros)}, ${report.violations.length} violations${report.violations.map((v) => `\n- ${v}`).join('')}`,
      )
    return report.sumMicros === 0 && report.violations.length === 0 ? 0 : 1
  })
}

export async function reconcile(json: boolean): Promise<number> {
  return withConnections(async ({ database, config, log }) => {
    const accounts = await openReadOnlyAccounts(config, log)
    try {
      const report = await reconcileVenues(database, accounts.accounts, AbortSignal.timeout(RECONCILE_LIMIT_MS)).catch((error: unknown) => {
        throw explainKalshi(error, config)
      })
      if (json) printJson(report)
      else
        print(
          table(
            ['venue', 'orders', 'fills', 'breaks'],
            report.venues.map(({ venue, ordersChecked, fillsChecked, breaks }) => [
              venue,
              String(ordersChecked),
              String(fillsChecked),
              breaks.join('; ') || 'none',
            ]),
            [1, 2],
          ),
        )
      return report.venues.every(({ breaks }) => breaks.length === 0) ? 0 : 1
    } finally {
      await accounts.close()
    }
  })
}

import { kalshiFees, type CannotBePriced, type KalshiFees } from '../../core/market/fees'
import { CLEARED_GRID, DIRECT_GRID, slackPerContract } from '../../core/market/fees-kalshi'
import type { Millis } from '../../core/units'
import type { Listing } from '../../ports/catalog'

const CENT_STEP = 100

/** What a market charges by its listing, as the streaming process prices it; a record that the venue has overtaken by its own plan prices nothing. */
export function feesOf({ fees, bands }: Listing, balancePrecision: 'direct' | 'non_direct', nowMs: Millis): KalshiFees | CannotBePriced {
  const { fetchedAtMs, changesMs } = fees
  if (changesMs !== undefined && fetchedAtMs < changesMs && nowMs >= changesMs)
    return { kind: 'cannot-be-priced', reason: 'the venue changed the fees: they are read again' }
  const balanceGrid = balancePrecision === 'direct' ? DIRECT_GRID : CLEARED_GRID
  const subCentTicks = bands.some(({ step }) => step % CENT_STEP !== 0)
  return kalshiFees(fees, { balanceGrid, slackPerContract: slackPerContract({ balanceGrid, fractionalFills: true, subCentTicks }) })
}

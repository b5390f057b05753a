import type { VenuesFile } from '../../config/schema/venues'
import type { ForecastexRegime } from '../../core/market/fees-forecastex'
import { millis } from '../../core/units'
import type { ReplayOptions } from '../../replay/replay'

/** What the files of a capture do not tell: how the venues charge and how a find is valued. */
export const replayTerms = ({
  mode,
  kalshi,
  forecastex,
  box,
}: VenuesFile): Pick<ReplayOptions, 'mode' | 'balancePrecision' | 'policy' | 'regimes'> => ({
  mode,
  balancePrecision: kalshi.balance_precision,
  policy: box,
  regimes: forecastex.fee_regimes.map(regime).toSorted((a, b) => a.effectiveFromMs - b.effectiveFromMs),
})

const regime = (of: VenuesFile['forecastex']['fee_regimes'][number]): ForecastexRegime => ({
  effectiveFromMs: millis(Date.parse(of.effective_from)),
  feePerContract: of.fee_per_contract,
  pairPrice: of.pair_price,
})

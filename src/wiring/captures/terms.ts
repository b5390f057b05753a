import { readProfilesFile } from '../../config/profiles'
import type { VenuesFile } from '../../config/schema/venues'
import { rulesFor } from '../../core/edge/profile'
import type { ForecastexRegime } from '../../core/market/fees-forecastex'
import { millis } from '../../core/units'
import type { JudgedBy } from '../../replay/day'
import type { ReplayOptions } from '../../replay/replay'

/** As {@link replayTerms}, edges included. @throws ConfigurationError, RangeError for a profiles.yaml that cannot be used */
export function judgedBy(configDir: string, venues: VenuesFile): JudgedBy {
  const settings = readProfilesFile(configDir)
  return { ...replayTerms(venues), edges: { rules: rulesFor(settings, venues.mode), settings } }
}

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

import fs from 'node:fs'
import path from 'node:path'
import { readProfilesFile } from '../../config/profiles'
import type { VenuesFile } from '../../config/schema/venues'
import { rulesFor } from '../../core/edge/profile'
import type { ForecastexRegime } from '../../core/market/fees-forecastex'
import { millis } from '../../core/units'
import type { JudgedBy } from '../../replay/day'
import type { ReplayOptions } from '../../replay/replay'

/**
 * As {@link replayTerms}, edges included where there is a `profiles.yaml`: a stack that trades boxes alone needs none.
 * @throws ConfigurationError, RangeError for one that cannot be used
 */
export function judgedBy(configDir: string, venues: VenuesFile): JudgedBy {
  const terms = replayTerms(venues)
  if (!fs.existsSync(path.join(configDir, 'profiles.yaml'))) return { ...terms, edges: null }
  const settings = readProfilesFile(configDir)
  return { ...terms, edges: { rules: rulesFor(settings, venues.mode), settings } }
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

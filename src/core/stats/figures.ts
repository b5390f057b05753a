import type { Calibration } from './calibration'
import type { Estimate } from './estimates'

const MILLIONTHS = 1_000_000
const ppm = (value: number | null | undefined): number | null =>
  value === null || value === undefined ? null : Math.round(value * MILLIONTHS)
const bounds = (name: string, unit: string, estimate: Estimate | null | undefined): Readonly<Record<string, number | null>> => ({
  [`${name}${unit}`]: ppm(estimate?.mean),
  [`${name}Low${unit}`]: ppm(estimate?.low),
  [`${name}High${unit}`]: ppm(estimate?.high),
})

/** A calibration as it is kept: whole numbers by name, ratios and scores in 1e-6, money of a contract in µ$; null: not known. */
export const figuresOf = ({
  claims,
  games,
  unknown,
  scored,
  closing,
  withoutClosing,
}: Calibration): Readonly<Record<string, number | null>> => ({
  ...{ claims, games, unknown, endedClaims: scored?.claims ?? 0, endedGames: scored?.games ?? 0, withoutClosing },
  ...{ brierPpm: ppm(scored?.brier), priceBrierPpm: ppm(scored?.priceBrier), skillPpm: ppm(scored?.skill) },
  ...{ logLossPpm: ppm(scored?.logLoss), priceLogLossPpm: ppm(scored?.priceLogLoss) },
  ...bounds('gap', 'Ppm', scored?.gap),
  ...{ claimedMicros: ppm(scored?.claimed), claimedAtLeastMicros: ppm(scored?.claimedAtLeast) },
  ...bounds('realised', 'Micros', scored?.realised),
  ...bounds('filled', 'Micros', scored?.filled),
  ...bounds('closing', 'Micros', closing),
})

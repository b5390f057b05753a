import type { Claim } from '../../../src/core/stats/calibration'
import { millis } from '../../../src/core/units'

let n = 0
/** A claim of its own game: 60c by two books, bought at 50c and 2c of fee, and paid. */
export function claim(change: Partial<Claim> = {}): Claim {
  n += 1
  return {
    ...{
      id: `sig_${String(n).padStart(6, '0')}`,
      game: `g${n}`,
      market: `KX-${n}`,
      profile: 'STANDARD',
      method: 'odds-ratio',
      tier: 'HIGH',
    },
    ...{ atMs: millis(0), startMs: millis(3_600_000) },
    ...{ probability: 600_000, price: 500_000, cost: 520_000, edge: 60_000, isFilled: false, paid: 1_000_000, closing: null },
    books: [
      { book: 'pinnacle', probability: 610_000 },
      { book: 'draftkings', probability: 590_000 },
    ],
    ...change,
  }
}

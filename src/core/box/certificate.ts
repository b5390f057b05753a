import { otherOutcome, type Outcome } from '../ids'
import type { Mode } from '../trade/plan'

/** How alike two contracts are (market-math §8): only S0, the identical key, is traded; the others are recorded and wait for own fills (ruling 14). */
export type IdentityClass = 'S0' | 'S1' | 'S1h' | 'S2' | 'S3'

/** A person's dated judgement that two markets ask the same question. */
export interface Certificate {
  readonly id: string
  readonly class: IdentityClass
  /** 'same': Kalshi's YES pays when ForecastEx's YES does; 'opposite': when its NO does. */
  readonly polarity: 'same' | 'opposite'
  readonly approvedFor: 'sim' | 'all'
  readonly version: string
}

export const isApproved = (certificate: Certificate, mode: Mode): boolean =>
  certificate.class === 'S0' && (certificate.approvedFor === 'all' || mode === 'sim')

/** The ForecastEx outcome that pays exactly when this Kalshi outcome does not. */
export const missingOutcome = (certificate: Certificate, kalshi: Outcome): Outcome =>
  certificate.polarity === 'same' ? otherOutcome(kalshi) : kalshi

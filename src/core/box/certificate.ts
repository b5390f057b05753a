import { otherOutcome, VENUES, type Outcome, type Venue } from '../ids'
import type { Mode } from '../trade/plan'
import { isOnPaper } from '../trade/paper'
import type { Millis, Money } from '../units'

/** How alike two contracts are (market-math §8): only S0, the identical key, is traded; the others are recorded and wait for own fills (ruling 14). */
export type IdentityClass = 'S0' | 'S1' | 'S1h' | 'S2' | 'S3'

/** What one contract pays in µ$, at the least and at the most. */
export interface Payout {
  readonly least: Money
  readonly most: Money
}
/** A way in which both questions may end together, besides plain yes and plain no. */
export interface JointState {
  readonly name: 'tie' | 'void' | 'scalar' | 'gap' | 'hazard'
  /** What a YES contract pays at each venue, NO the rest of the dollar. */
  readonly kalshiYes: Payout
  readonly forecastexYes: Payout
  /** Both pay by one published value: where Kalshi's YES pays the least, so does what means the same at ForecastEx, its NO where the polarity is opposite. */
  readonly together: boolean
}

/** A person's dated judgement that two markets ask the same question. */
export interface Certificate {
  readonly id: string
  readonly class: IdentityClass
  /** 'same': Kalshi's YES pays when ForecastEx's YES does; 'opposite': when its NO does. */
  readonly polarity: 'same' | 'opposite'
  readonly approvedFor: 'sim' | 'all'
  readonly version: string
  /** Absent: none besides yes and no. */
  readonly states?: readonly JointState[]
  /** SHA-256 of both venues' texts as they were judged; another text is another question. Absent: no text was judged (sim only). */
  readonly rules?: { readonly kalshi: string; readonly forecastex: string }
  /** Judged again by then. Absent: with the markets themselves. */
  readonly expiresMs?: Millis
}

/** How a plan names the judgement that it rests on. */
export const certificateName = ({ id, version }: Certificate): string => `${id}@${version}`

/** Nothing but the identical key is traded, in no mode (ruling 14); where orders reach a venue that is not simulated it must be approved for real money. */
export const isApproved = (certificate: Certificate, mode: Mode): boolean =>
  certificate.class === 'S0' && (certificate.approvedFor === 'all' || mode === 'sim' || isOnPaper(mode))

/** The ForecastEx outcome that pays exactly when this Kalshi outcome does not. */
export const missingOutcome = (certificate: Certificate, kalshi: Outcome): Outcome =>
  certificate.polarity === 'same' ? otherOutcome(kalshi) : kalshi

/** The venues whose text is not the one that was judged, or is not told: it may ask something else. None where no text was judged. */
export const otherRules = ({ rules }: Certificate, told: Readonly<Record<Venue, string | null>>): readonly Venue[] =>
  rules ? VENUES.filter((venue) => told[venue] !== rules[venue]) : []

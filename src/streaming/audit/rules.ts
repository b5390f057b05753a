import { certificateName, otherRules } from '../../core/box/certificate'
import type { BoxPair } from '../../core/box/detect'
import { FAILURES } from '../../core/failures'
import type { Venue } from '../../core/ids'
import type { Plan } from '../../core/trade/plan'
import { withLimit } from '../../ports/limit'
import type { Log } from '../../ports/log'
import type { Terms } from '../terms'

export interface RuleWatchOptions {
  readonly terms: Terms
  readonly log: Log
  readonly nowMs: () => number
  /** Has the registry take a pair out of trade until a person has judged it anew, by the fingerprints told now. @returns whether it was in trade. */
  readonly suspend: (pair: BoxPair['id'], because: string, told: TextsTold, signal: AbortSignal) => Promise<boolean>
}
/** Fingerprints as the venues tell them; null: not told. */
type TextsTold = Readonly<Record<Venue, string | null>>

/** A registry that does not answer within this is told at the next look: until then this process itself lets nothing open on the pair. */
const SUSPEND_LIMIT_MS = 5_000
/**
 * Nothing opens on a text that was read longer ago: no message is certain to tell of a change. Five times the desk's round, so that a venue may be slow or
 * out of reach for some minutes, and a thousand listings may take longer than one round.
 */
const TEXT_AGE_LIMIT_MS = 300_000
/** As much of a fingerprint as tells two apart at a glance. */
const SHOWN_DIGITS = 12

/** Whether the venues still ask what was judged: another text is another question until a person has looked. */
export class RuleWatch {
  readonly #options: RuleWatchOptions
  /** Judgements that the registry was told to take back, and those of which an end was told. */
  readonly #takenBack = new WeakSet<BoxPair>()
  readonly #expired = new WeakSet<BoxPair>()

  constructor(options: RuleWatchOptions) {
    this.#options = options
  }

  /**
   * Whether a granted trade may still send its first order: asked in the turn of the socket write. From the moment in which a changed text was read, or
   * a change was heard of, none may, whenever it was found. Nor may one that was found by another version of the certificate.
   */
  mayOpen({ strategy, opportunity, rules: foundBy }: Plan, pairs: readonly BoxPair[]): boolean {
    if (strategy !== 'box') return true
    const pair = pairs.find(({ id }) => id === opportunity.subject)
    const known = pair ? this.#options.terms.of(pair) : null
    if (!pair || !known || foundBy.certificate !== certificateName(pair.certificate)) return false
    const { bands, rules } = known.told
    const isRead = known.fees.kalshi.kind === 'priced' && bands.kalshi !== null && bands.forecastex !== null
    return isRead && otherRules(pair.certificate, rules).length === 0 && !this.#isExpired(pair) && this.#isRecent(pair)
  }

  #isRecent({ kalshi, forecastex, certificate: { rules } }: BoxPair): boolean {
    const { terms, nowMs } = this.#options
    const readMs = [terms.listing('kalshi', kalshi), terms.listing('forecastex', forecastex)].map(
      (listing) => listing?.fees.fetchedAtMs ?? -Infinity,
    )
    return !rules || nowMs() - Math.min(...readMs) <= TEXT_AGE_LIMIT_MS
  }

  /** Pairs whose markets say something else than was judged: here nothing opens on them any more, and the registry learns why. Each once. Never throws. */
  async look(pairs: readonly BoxPair[], signal: AbortSignal): Promise<void> {
    for (const pair of pairs) {
      if (this.#isExpired(pair) && !this.#expired.has(pair)) {
        this.#expired.add(pair)
        this.#options.log.error({ pair: pair.id }, `${FAILURES.certificateExpired}: nothing opens until the pair is approved anew`)
      }
      const told = this.#takenBack.has(pair) ? null : this.#changed(pair)
      if (told !== null) await this.#takeBack(pair, told, signal)
    }
  }

  async #takeBack(pair: BoxPair, told: TextsTold, signal: AbortSignal): Promise<void> {
    const { suspend, log } = this.#options
    const because = sayings(pair, told)
    try {
      if (await withLimit([signal], SUSPEND_LIMIT_MS, (limit) => suspend(pair.id, because, told, limit)))
        log.error({ pair: pair.id }, `${FAILURES.rulesChanged}: ${because}`)
      this.#takenBack.add(pair)
    } catch (error) {
      log.warn({ pair: pair.id, error: (error as Error).message }, `a pair could not be suspended, and is not traded here: ${because}`)
    }
  }

  #isExpired({ certificate: { expiresMs } }: BoxPair): boolean {
    return expiresMs !== undefined && expiresMs <= this.#options.nowMs()
  }

  /** What the venues tell; null: as judged, or not read. */
  #changed({ kalshi, forecastex, certificate }: BoxPair): TextsTold | null {
    const { terms } = this.#options
    const told = {
      kalshi: terms.listing('kalshi', kalshi)?.rulesSha256 ?? null,
      forecastex: terms.listing('forecastex', forecastex)?.rulesSha256 ?? null,
    }
    return otherRules(certificate, told).some((venue) => told[venue] !== null) ? told : null
  }
}

const sayings = ({ kalshi, forecastex, certificate }: BoxPair, told: TextsTold): string =>
  otherRules(certificate, told)
    .filter((venue) => told[venue] !== null)
    .map((venue) => `${venue} ${venue === 'kalshi' ? kalshi : forecastex} says ${told[venue]?.slice(0, SHOWN_DIGITS)}…`)
    .join(', ')

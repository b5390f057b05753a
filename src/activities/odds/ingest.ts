import { Context } from '@temporalio/activity'
import { planFetches, type Budget, type BudgetPolicy } from '../../core/edge/budget'
import type { ConsensusPolicy } from '../../core/edge/consensus/consensus'
import type { OddsGame } from '../../core/edge/odds'
import { FAILURES } from '../../core/failures'
import { millis, type Millis } from '../../core/units'
import type { OddsEvent } from '../../ports/cache'
import type { Clock } from '../../ports/clock'
import type { Log } from '../../ports/log'
import type { OddsFailure, OddsFetch, OddsQuota, OddsSource } from '../../ports/odds'
import type { OddsRow } from '../../ports/record'
import type { IngestedOdds, IngestedSport, OddsActivities } from '../../workflows/messages/odds'
import { AskedSports, isUnanswered } from './asked'
import { pricedOf } from './price'

export interface OddsDependencies {
  readonly source: OddsSource
  /** As the source names them, with what a call costs. */
  readonly sports: readonly { readonly sport: string; readonly creditsPerCall: number }[]
  readonly budget: BudgetPolicy
  /** What may be spent in a month, whatever the source would grant. */
  readonly monthlyCredits: number
  /** The month of the credits that a time is in. */
  readonly month: (nowMs: Millis) => { readonly startMs: number; readonly resetMs: number }
  /** Sports with open markets. One that is absent is worth nothing. */
  readonly watched: (signal: AbortSignal) => Promise<ReadonlyMap<string, Watched>>
  /** Asks for the sports in their order. */
  readonly poll: (
    sports: readonly string[],
    signal: AbortSignal,
  ) => Promise<{ readonly fetches: readonly OddsFetch[]; readonly left: readonly string[] }>
  readonly policyOf: (game: OddsGame, nowMs: Millis) => ConsensusPolicy
  /** Into the cache, one transaction per event. */
  readonly write: (events: readonly OddsEvent[], signal: AbortSignal) => Promise<void>
  /** For the record; must not wait. */
  readonly onRow: (row: OddsRow) => void
  readonly clock: Clock
  readonly log: Log
}

export interface Watched {
  /** The nearest start to come of a mapped market; null: none is known. */
  readonly startMs: Millis | null
  /** When the newest of its odds were fetched, by whichever process; null: there are none. */
  readonly fetchedMs: Millis | null
}

/** What of the month is left, and of which month. */
interface Credits {
  readonly remaining: number
  readonly used: number
  readonly resetMs: number
}

export interface OddsRounds {
  readonly activities: OddsActivities
  /** {@link Rounds.creditsBack} */
  creditsBack(signal: AbortSignal): Promise<string | null>
  /** Of the month, as the source last said; null: it has not said, or nothing is asked. */
  creditsLeft(): number | null
}

/** Remembers between rounds what was asked when, and what is left: a new process asks the source for the latter, which costs nothing. */
export function createOddsRounds(dependencies: OddsDependencies): OddsRounds {
  const rounds = new Rounds(dependencies)
  return {
    activities: { ingestOddsRound: () => rounds.run(Context.current().cancellationSignal) },
    creditsBack: (signal) => rounds.creditsBack(signal),
    creditsLeft: () => rounds.creditsLeft,
  }
}

/** The question is free, and a reset that is noticed so late costs a few rounds. */
const QUOTA_EVERY_MS = 300_000

/** Five minutes of the shipped schedule: what is shorter mends itself, and the odds in the cache still count for a part of it. */
const ALARMED_AT = 10

/** Rounds of fetches, one after the other. */
export class Rounds {
  readonly #dependencies: OddsDependencies
  readonly #asked: AskedSports
  #credits: Credits | null = null
  /** When the source was last asked what is left, and whether what it said makes rounds rarer than they would be. */
  #quotaMs: Millis | null = null
  #isStretched = false
  /** Rounds in a row that wanted odds and got none. */
  #barren = 0

  constructor(dependencies: OddsDependencies) {
    this.#dependencies = dependencies
    this.#asked = new AskedSports(dependencies.budget.nearIntervalMs)
  }

  /** @throws what cache and mappings throw; failures of the source are told. */
  async run(signal: AbortSignal): Promise<IngestedOdds> {
    const { clock, log, poll } = this.#dependencies
    const credits = await this.#creditsOf(signal)
    if ('detail' in credits) {
      const failure = `${credits.kind}: ${credits.detail}`
      log.warn({}, `no odds: ${failure}`)
      this.#missing(failure)
      return { sports: [], left: [], remaining: null, nextMs: null, ...stopsOf([credits]), failure }
    }
    const budget = await this.#plan(credits, signal)
    const { fetches, left } = await poll(budget.fetch, signal)
    const sports: IngestedSport[] = []
    for (const fetch of fetches) {
      this.#asked.note(fetch, clock.nowMs())
      this.#learn(fetch.quota, credits.resetMs)
      sports.push(await this.#keep(fetch, signal))
    }
    if (fetches.some(({ kind }) => kind === 'fetched')) this.#barren = 0
    else if (sports[0]) this.#missing(sports[0].failure)
    const remaining = (this.#credits as Credits | null)?.remaining ?? null
    const stops = stopsOf(fetches.flatMap((fetch) => (fetch.kind === 'failed' ? [fetch.failure] : [])))
    const paused = stops.paused ?? (budget.paused === null || fetches.length === 0 ? budget.paused : this.#spentNow(remaining))
    // asked for again while nothing more can be spent, so that a month that was bought is noticed; and of a source that did not answer the free question first
    if (paused !== null || fetches.some(isUnanswered)) this.#credits = null
    return { sports, left, remaining, nextMs: paused === null ? budget.nextMs : null, ...stops, paused, failure: null }
  }

  /** Told once, until odds have come again. */
  #missing(reason: string | null): void {
    this.#barren += 1
    if (this.#barren === ALARMED_AT) this.#dependencies.log.error({ rounds: ALARMED_AT, reason }, FAILURES.oddsMissing)
  }

  /** What was to be the last call may have cost nothing: it is judged by what is left now. null: another can be paid for, or it was not told. */
  #spentNow(remaining: number | null): string | null {
    if (remaining === null || this.#pays(remaining)) return null
    return `the credits of the month are gone: ${remaining} are left, ${this.#dependencies.budget.keepCredits} of them are kept back`
  }

  get creditsLeft(): number | null {
    return this.#credits?.remaining ?? null
  }

  /** Whether so many credits pay for a call. */
  #pays(remaining: number): boolean {
    const { sports, budget } = this.#dependencies
    return sports.some(({ creditsPerCall }) => remaining - budget.keepCredits >= creditsPerCall)
  }

  /**
   * Whether a call can be paid for, asked without paying for one: what is left, in a sentence. null: it cannot, or the source does not tell. The rounds
   * keep nothing of it: whoever lets them go on again has them ask anew.
   */
  async creditsBack(signal: AbortSignal): Promise<string | null> {
    const { source, month, clock, log } = this.#dependencies
    const answer = await source.quota(signal)
    if (answer.kind === 'failed') {
      log.warn({}, `whether there are credits for odds again is not known: ${answer.failure.kind}: ${answer.failure.detail}`)
      return null
    }
    const remaining = this.#creditsIn(answer.quota, month(clock.nowMs()).resetMs)?.remaining ?? 0
    return this.#pays(remaining) ? `there are ${remaining} credits again` : null
  }

  /**
   * Where what is left is not known, nothing is spent on a guess. Where it makes the rounds rare, it is asked for again in between: the source's own month
   * may begin later than ours, and credits can be bought.
   */
  async #creditsOf(signal: AbortSignal): Promise<Credits | OddsFailure> {
    const { source, month, clock, log } = this.#dependencies
    const nowMs = clock.nowMs()
    const { resetMs } = month(nowMs)
    const known = this.#credits?.resetMs === resetMs ? this.#credits : null
    const isDoubted = this.#isStretched && nowMs - (this.#quotaMs ?? 0) >= QUOTA_EVERY_MS
    if (known !== null && !isDoubted) return known
    this.#quotaMs = nowMs
    const answer = await source.quota(signal)
    if (answer.kind === 'failed') {
      if (known === null) return answer.failure
      log.warn({}, `whether there are more credits for odds is not known: ${answer.failure.kind}: ${answer.failure.detail}`)
      return known
    }
    this.#learn(answer.quota, resetMs)
    return this.#credits ?? { kind: 'unreadable', detail: 'the source does not tell what is left' }
  }

  #learn(quota: OddsQuota, resetMs: number): void {
    this.#credits = this.#creditsIn(quota, resetMs)
  }

  /** null: it was not told. */
  #creditsIn({ remaining, used }: OddsQuota, resetMs: number): Credits | null {
    const { monthlyCredits } = this.#dependencies
    if (remaining === null) return null
    const spent = used ?? Math.max(0, monthlyCredits - remaining)
    return { remaining: Math.max(0, Math.min(remaining, monthlyCredits - spent)), used: spent, resetMs }
  }

  async #plan({ remaining, used, resetMs }: Credits, signal: AbortSignal): Promise<Budget> {
    const { sports, budget, month, watched, clock } = this.#dependencies
    const open = await watched(signal)
    const nowMs = clock.nowMs()
    const needs = sports.map(({ sport, creditsPerCall }) => {
      const { startMs = null, fetchedMs = null } = open.get(sport) ?? {}
      const askedMs = this.#asked.has(sport) ? this.#asked.lastMs(sport, nowMs) : fetchedMs
      return { sport, creditsPerCall, worthIt: open.has(sport), nearestStartMs: startMs, askedMs }
    })
    const state = { remaining, used, startMs: millis(month(nowMs).startMs), resetMs: millis(Math.max(resetMs, nowMs + 1)), nowMs }
    const plan = planFetches(needs, budget, state)
    const standard = { near: budget.nearIntervalMs, far: budget.farIntervalMs, look: budget.lookIntervalMs }
    this.#isStretched = plan.planned.some(({ urgency, intervalMs }) => intervalMs > standard[urgency])
    return plan
  }

  /** Of a fetch that failed nothing is written: what the cache holds ages by its books' own times. */
  async #keep(fetch: OddsFetch, signal: AbortSignal): Promise<IngestedSport> {
    const { onRow, policyOf, clock, log } = this.#dependencies
    if (fetch.kind === 'failed') {
      const failure = `${fetch.failure.kind}: ${fetch.failure.detail}`
      log.warn({ sport: fetch.sport }, `no odds of ${fetch.sport}: ${failure}`)
      return { sport: fetch.sport, games: 0, priced: 0, refused: {}, problems: [], failure }
    }
    const { events, rows, refused, problems: found } = pricedOf(fetch, policyOf, clock.nowMs())
    // first: it was paid for, also where the cache is away
    for (const row of rows) onRow(row)
    const unkept = await this.#write(events, signal)
    const problems = [...found, ...unkept]
    for (const problem of problems) log.warn({ sport: fetch.sport }, `odds of ${fetch.sport}: ${problem}`)
    const priced = events.filter(({ lines }) => lines.length > 0).length
    return { sport: fetch.sport, games: fetch.games.length, priced, refused, problems, failure: null }
  }

  /** An event that makes no keys takes no other along. @returns a sentence for each. */
  async #write(events: readonly OddsEvent[], signal: AbortSignal): Promise<readonly string[]> {
    const { write } = this.#dependencies
    try {
      await write(events, signal)
      return []
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      if (events.length === 1) return [`event ${events[0]?.eventId} cannot be kept: ${error.message}`]
    }
    const problems: string[] = []
    for (const event of events) problems.push(...(await this.#write([event], signal)))
    return problems
  }
}

/** What of the failures the next round would meet as well, and the one after it. */
function stopsOf(failures: readonly OddsFailure[]): Pick<IngestedOdds, 'paused' | 'keyRefused'> {
  const detailOf = (kind: OddsFailure['kind']): string | null => failures.find((failure) => failure.kind === kind)?.detail ?? null
  const gone = detailOf('credits gone')
  return {
    paused: gone === null ? null : `the source says that the credits of the month are gone: ${gone}`,
    keyRefused: detailOf('key refused'),
  }
}

import { momentMs, offsetMs, timeOf } from '../times'
import type { OddsEvent, OddsMarket } from './section'

/** The games of the simulated books, as they stand. */
export class Board {
  readonly #events = new Map<string, OddsEvent>()

  /** A relative start is made absolute now: a game does not move by itself. */
  put(event: OddsEvent, nowMs: number): void {
    const { commence_time: start } = event
    this.#events.set(event.id, { ...event, commence_time: start === null ? null : timeOf(momentMs(start, nowMs)) })
  }

  remove(id: string): void {
    this.get(id)
    this.#events.delete(id)
  }

  /** @throws Error with one sentence. */
  get(id: string): OddsEvent {
    const event = this.#events.get(id)
    if (!event)
      throw new Error(`event ${JSON.stringify(id)} is not among the odds; there are ${[...this.#events.keys()].join(', ') || 'none'}`)
    return event
  }

  /** Replaces all games of some sports: what a recorded answer does not have any more is gone. */
  replace(sports: ReadonlySet<string>, events: readonly OddsEvent[], nowMs: number): void {
    for (const { id, sport_key: sport } of [...this.#events.values()]) if (sports.has(sport)) this.#events.delete(id)
    for (const event of events) this.put(event, nowMs)
  }

  /** Moves a start by so much, from where it stands. @throws Error with one sentence. */
  move(id: string, byMs: number, nowMs: number): void {
    const event = this.get(id)
    const from = event.commence_time === null ? nowMs : Date.parse(event.commence_time)
    this.#events.set(id, { ...event, commence_time: timeOf(from + byMs) })
  }

  start(id: string, agoMs: number, nowMs: number): void {
    this.#events.set(id, { ...this.get(id), commence_time: timeOf(nowMs - agoMs) })
  }

  /** New prices of one book's market, of its outcomes by name. @throws Error with one sentence. */
  price(id: string, book: string, market: string, prices: Readonly<Record<string, number>>): void {
    const event = this.get(id)
    let changed = 0
    const priced = (each: OddsMarket): OddsMarket => {
      if (each.key !== market) return each
      const outcomes = each.outcomes.map((outcome) => {
        const price = prices[outcome.name]
        if (price === undefined) return outcome
        changed += 1
        return { ...outcome, price }
      })
      return { ...each, outcomes }
    }
    const bookmakers = event.bookmakers.map((each) => (each.key === book ? { ...each, markets: each.markets.map(priced) } : each))
    if (changed < Object.keys(prices).length) throw new Error(`${book} has no such outcomes in ${market} of ${id}: nothing is changed`)
    this.#events.set(id, { ...event, bookmakers })
  }

  of(sport: string): readonly OddsEvent[] {
    return [...this.#events.values()].filter((event) => event.sport_key === sport)
  }

  all(): readonly OddsEvent[] {
    return [...this.#events.values()]
  }

  sports(): readonly string[] {
    return [...new Set(this.all().map((event) => event.sport_key))]
  }
}

/** A last_update as one answer tells it: a relative one is an age. */
export const updateOf = (text: string | undefined, nowMs: number, shiftMs: number): string | undefined => {
  if (text === undefined) return undefined
  const ageMs = offsetMs(text)
  return secondsOf((ageMs === null ? Date.parse(text) : nowMs + ageMs) + shiftMs)
}

const MS_PER_SECOND = 1_000
/** The source tells whole seconds. */
export const secondsOf = (atMs: number): string => timeOf(Math.floor(atMs / MS_PER_SECOND) * MS_PER_SECOND)

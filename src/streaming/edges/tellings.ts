import type { OddsGame } from '../../core/edge/odds'

/** Tellings of one game that are kept: the first, which is its schedule, and the newest. A start moves a few times at most. */
const TELLINGS_MAX = 8
/** A day of all sports has some hundreds. The game that was told longest ago goes first. */
const GAMES_MAX = 2_000

const saying = ({ homeTeam, awayTeam, commenceMs }: OddsGame): string => `${homeTeam}|${awayTeam}|${commenceMs ?? ''}`

/** Who plays whom and when, as the source of odds has told it: what markets are matched with. Odds are not kept. */
export class Tellings {
  /** By event, the one that was told longest ago first. */
  readonly #games = new Map<string, readonly OddsGame[]>()

  get size(): number {
    return this.#games.size
  }

  /** @returns whether it says something else than the telling before. */
  hear(game: OddsGame): boolean {
    const before = this.#games.get(game.eventId) ?? []
    const newest = before.at(-1)
    const isNews = newest === undefined || saying(newest) !== saying(game)
    const [first, ...later] = isNews ? [...before, { ...game, lines: [] }] : before
    this.#games.delete(game.eventId)
    if (first) this.#games.set(game.eventId, [first, ...later.slice(1 - TELLINGS_MAX)])
    const [oldest] = this.#games.size > GAMES_MAX ? this.#games.keys() : []
    if (oldest !== undefined) this.#games.delete(oldest)
    return isNews
  }

  /** Every telling of the games of some sports, as the source names them. */
  ofSports(sports: readonly string[]): readonly OddsGame[] {
    return [...this.#games.values()].flatMap((told) => (told.some(({ sport }) => sports.includes(sport)) ? told : []))
  }
}

import type { OddsGame } from '../../core/edge/odds'
import type { Frame } from '../../core/market/event'

/** Games that are remembered for markets which are listed later: a day of all sports has some hundreds. The one that was told longest ago goes first. */
const GAMES_MAX = 2_000

/** The newest telling of each game, with the number of the frame that told it. */
export class Games {
  readonly #told = new Map<string, { readonly game: OddsGame; readonly n: number }>()

  /** @returns false: a newer one was heard before, and nothing changes. */
  hear(game: OddsGame, { n }: Pick<Frame, 'n'>): boolean {
    if (game.fetchedMs < (this.#told.get(game.eventId)?.game.fetchedMs ?? -Infinity)) return false
    this.#told.delete(game.eventId)
    this.#told.set(game.eventId, { game, n })
    const [oldest] = this.#told.size > GAMES_MAX ? this.#told.keys() : []
    if (oldest !== undefined) this.#told.delete(oldest)
    return true
  }

  of(eventId: string | null): OddsGame | null {
    return eventId === null ? null : (this.#told.get(eventId)?.game ?? null)
  }
  /** Number of the frame that told it; null: it is not remembered any more. */
  frameOf({ eventId, fetchedMs }: Pick<OddsGame, 'eventId' | 'fetchedMs'>): number | null {
    const told = this.#told.get(eventId)
    return told?.game.fetchedMs === fetchedMs ? told.n : null
  }
}

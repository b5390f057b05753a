import type { MarketId } from '../../../core/ids'

interface Place {
  readonly markets: Set<MarketId>
  /** Told by the venue's own refusal; null: none known. */
  room: number | null
}

/**
 * Which connection tells which market. A market keeps its connection, and a new one goes to the first with room, so that the same markets in the
 * same order are always spread the same way.
 */
export class Assignment {
  readonly #perConnection: number
  readonly #connectionsMax: number
  readonly #places: Place[] = [{ markets: new Set(), room: null }]
  readonly #of = new Map<MarketId, number>()

  /** Beyond `connectionsMax` full connections markets are shared out over all of them. */
  constructor(limits: { readonly perConnection: number; readonly connectionsMax: number }) {
    this.#perConnection = limits.perConnection
    this.#connectionsMax = limits.connectionsMax
  }

  /** @returns the new markets by connection; `unplaced`: the venue has said that there is no room for these on any of ours. */
  assign(markets: readonly MarketId[]): {
    readonly byPlace: ReadonlyMap<number, readonly MarketId[]>
    readonly unplaced: readonly MarketId[]
  } {
    const byPlace = new Map<number, MarketId[]>()
    const unplaced: MarketId[] = []
    for (const market of markets) {
      if (this.#of.has(market)) continue
      const place = this.#placeFor()
      if (place === null) {
        unplaced.push(market)
        continue
      }
      this.#of.set(market, place)
      this.#places[place]?.markets.add(market)
      put(byPlace, place, market)
    }
    return { byPlace, unplaced }
  }

  /** @returns the markets that had a connection, by it */
  release(markets: readonly MarketId[]): ReadonlyMap<number, readonly MarketId[]> {
    const byPlace = new Map<number, MarketId[]>()
    for (const market of markets) {
      const place = this.#of.get(market)
      if (place === undefined) continue
      this.#of.delete(market)
      this.#places[place]?.markets.delete(market)
      put(byPlace, place, market)
    }
    return byPlace
  }

  /** The venue has said how many a connection may have. */
  limit(place: number, room: number): void {
    const at = this.#places[place]
    if (at) at.room = Math.min(at.room ?? Infinity, room)
  }

  #placeFor(): number | null {
    const open = this.#places.findIndex(({ markets, room }) => markets.size < Math.min(this.#perConnection, room ?? Infinity))
    if (open >= 0) return open
    if (this.#places.length < this.#connectionsMax) return this.#places.push({ markets: new Set(), room: null }) - 1
    let emptiest: number | null = null
    for (const [place, { markets, room }] of this.#places.entries()) {
      if (markets.size >= (room ?? Infinity)) continue
      if (emptiest === null || markets.size < (this.#places[emptiest]?.markets.size ?? 0)) emptiest = place
    }
    return emptiest
  }
}

function put(byPlace: Map<number, MarketId[]>, place: number, market: MarketId): void {
  const its = byPlace.get(place)
  if (its) its.push(market)
  else byPlace.set(place, [market])
}

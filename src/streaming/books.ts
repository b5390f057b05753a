import { assertNever } from '../core/assert'
import type { Venue } from '../core/ids'
import { Book } from '../core/market/book'
import type { FeedEvent } from '../core/market/event'
import { restore, type StandingBook } from './beginning/standing'
import type { BookIndex, Millis } from '../core/units'

/** One connection to a venue. Its books are confirmed by what is heard on it, and by nothing else. */
interface Link {
  isUp: boolean
  /** null: nothing confirmed it since it was made, or since it said that it does not vouch for its books. */
  confirmedAtMs: Millis | null
}
type Origin = Pick<FeedEvent, 'venue' | 'conn'>
interface VenueLinks {
  readonly byConn: Map<number, Link>
  highest: number
  /** Connections that were up, have gone and were not replaced yet: one that is added meanwhile is in nobody's place. */
  readonly lost: Set<number>
}

/** The connections of a venue, as they stand. */
export interface StandingLinks {
  readonly conns: readonly { readonly conn: number; readonly isUp: boolean; readonly confirmedAtMs: Millis | null }[]
  readonly highest: number
  readonly lost: readonly number[]
}

/**
 * All books of this process by their dense number, and when the connection of each last vouched for it (execution.md §7). A venue may have
 * several connections at a time, each with books of its own; ForecastEx has one.
 */
export class Books {
  readonly #books: Book[] = []
  /** Where a book comes from. */
  readonly #links: (Link | undefined)[] = []
  readonly #venues: Readonly<Record<Venue, VenueLinks>> = { kalshi: noLinks(), forecastex: noLinks() }
  /** Changes that could not follow what was known; each emptied its book. */
  inconsistent = 0

  at(index: BookIndex): Book {
    return (this.#books[index] ??= new Book())
  }

  /** When every connection of a venue was last heard: the oldest of them (E9); null while one is missing or has not been heard. */
  confirmedAtMs(venue: Venue): Millis | null {
    const { byConn, lost } = this.#venues[venue]
    if (lost.size > 0) return null
    let oldest: Millis | null = null
    for (const { confirmedAtMs } of byConn.values()) {
      if (confirmedAtMs === null) return null
      if (oldest === null || confirmedAtMs < oldest) oldest = confirmedAtMs
    }
    return oldest
  }

  /** When the connection that tells this book was last heard; null: nobody tells it. */
  bookConfirmedAtMs(index: BookIndex): Millis | null {
    return this.#links[index]?.confirmedAtMs ?? null
  }

  /** Connected, and no connection missing. */
  isConnected(venue: Venue): boolean {
    const { byConn, lost } = this.#venues[venue]
    return lost.size === 0 && [...byConn.values()].some(({ isUp }) => isUp)
  }

  /** Whether the connection that tells this book is up; null: nobody tells it. */
  isBookConnected(index: BookIndex): boolean | null {
    return this.#links[index]?.isUp ?? null
  }

  /** How many connections are up, and how many were up and are missing. */
  connections(venue: Venue): { readonly up: number; readonly lost: number } {
    const { byConn, lost } = this.#venues[venue]
    return { up: [...byConn.values()].filter(({ isUp }) => isUp).length, lost: lost.size }
  }

  /** Applies an event. @returns the books it touched; `'all'` when a whole picture changed, `null` when no book did. */
  apply(event: FeedEvent): BookIndex | 'all' | null {
    switch (event.kind) {
      case 'book': {
        const { book } = event.change
        const link = this.#link(event)
        // a message of Kalshi's confirms its connection; a gateway's quote may trickle in while IBKR or a farm is out of its reach
        if (event.venue === 'kalshi') link.confirmedAtMs = event.recvMs
        this.#links[book] = link
        if (this.at(book).apply(event.change, event.n, event.recvMs) === 'inconsistent') this.inconsistent++
        return book
      }
      case 'alive':
        this.#link(event).confirmedAtMs = event.recvMs
        return null
      case 'unconfirmed':
        this.#link(event).confirmedAtMs = null
        return null
      case 'forget':
        for (const book of event.books) this.at(book).forget()
        return 'all'
      case 'connected':
        this.#connect(event)
        return 'all'
      case 'disconnected':
        this.#disconnect(event)
        return 'all'
      case 'print':
      case 'market':
      case 'listing':
      case 'fees':
      case 'unreadable':
        return null
      default:
        return assertNever(event, 'feed event')
    }
  }

  links(venue: Venue): StandingLinks {
    const { byConn, highest, lost } = this.#venues[venue]
    return { conns: [...byConn].map(([conn, link]) => ({ conn, ...link })), highest, lost: [...lost] }
  }
  /** The connection that tells a book; null: nobody tells it. */
  connOf(index: BookIndex, venue: Venue): number | null {
    for (const [conn, link] of this.#venues[venue].byConn) if (link === this.#links[index]) return conn
    return null
  }

  /** A venue's connections are these: none of its books is known until it is adopted too. */
  adoptLinks(venue: Venue, { conns, highest, lost }: StandingLinks): void {
    const links = this.#venues[venue]
    for (const link of links.byConn.values()) this.#forget(link)
    links.byConn.clear()
    for (const { conn, ...link } of conns) links.byConn.set(conn, link)
    links.highest = highest
    links.lost.clear()
    for (const conn of lost) links.lost.add(conn)
  }
  /** A book is this one, told by this connection. */
  adopt(index: BookIndex, standing: StandingBook, venue: Venue, conn: number | null): void {
    this.#links[index] = conn === null ? undefined : this.#link({ venue, conn })
    restore(this.at(index), standing, venue === 'kalshi' ? 'snapshot' : 'top', index)
  }

  /** A recording may begin after the connection was made. */
  #link({ venue, conn }: Origin): Link {
    const { byConn } = this.#venues[venue]
    const known = byConn.get(conn)
    if (known) return known
    const link: Link = { isUp: false, confirmedAtMs: null }
    byConn.set(conn, link)
    return link
  }

  /** Numbers of connections only grow within a process: one that does not is of another process, which knows nothing of the books before. */
  #connect({ venue, conn, replaces }: Origin & { readonly replaces?: number }): void {
    const links = this.#venues[venue]
    if (conn <= links.highest || venue === 'forecastex') {
      for (const link of links.byConn.values()) this.#forget(link)
      links.byConn.clear()
      links.lost.clear()
    }
    links.highest = conn
    if (replaces !== undefined) links.lost.delete(replaces)
    const link = this.#link({ venue, conn })
    this.#forget(link)
    link.isUp = true
  }

  /** A disconnect is data: no book, no opportunity. The other connections' books stay. */
  #disconnect({ venue, conn }: Origin): void {
    const links = this.#venues[venue]
    const link = links.byConn.get(conn)
    if (!link) return
    if (link.isUp) links.lost.add(conn)
    links.byConn.delete(conn)
    this.#forget(link)
  }

  #forget(link: Link): void {
    link.isUp = false
    link.confirmedAtMs = null
    for (const [index, its] of this.#links.entries()) {
      if (its !== link) continue
      this.#links[index] = undefined
      this.#books[index]?.forget()
    }
  }
}

function noLinks(): VenueLinks {
  return { byConn: new Map(), highest: 0, lost: new Set() }
}

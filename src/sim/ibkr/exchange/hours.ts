import { zonedDate, zonedMs } from '../protocol/zoned-time'

/** A stretch of time in which the exchange trades: from its start up to, not including, its end. */
export interface TradingSession {
  readonly startMs: number
  readonly endMs: number
}

const SESSION = /^(\d{8}):(\d{2})(\d{2})-(\d{8}):(\d{2})(\d{2})$/
/** Listed in contractDetails: today and the days after it. */
const LISTED_DAYS = 6

/**
 * When a contract trades, in the clock of its zone: `always` (each day is a session), `closed`, or a list as in contractDetails,
 * "20261125:0215-20261126:0200;20261127:CLOSED" (§3 "Hours").
 */
export class TradingHours {
  readonly #listed: readonly TradingSession[]
  /** The day that was asked for last: calendars are slow, and most questions are about today. */
  #day: TradingSession | null = null

  /** @throws RangeError when the text is none of these. */
  constructor(
    readonly text: string,
    private readonly zone: string,
  ) {
    this.#listed = text === 'always' || text === 'closed' ? [] : text.split(';').flatMap((part) => this.#read(part))
  }

  /** The session that a moment falls into; null: closed. */
  sessionAt(nowMs: number): TradingSession | null {
    if (this.text === 'always') return this.#dayOf(nowMs)
    return this.#listed.find(({ startMs, endMs }) => startMs <= nowMs && nowMs < endMs) ?? null
  }

  /** When it opens next; null: never as far as is known. */
  nextOpeningMs(nowMs: number): number | null {
    return this.#listed.map(({ startMs }) => startMs).find((startMs) => startMs > nowMs) ?? null
  }

  /** As contractDetails lists them. */
  shown(nowMs: number): string {
    if (this.text !== 'always' && this.text !== 'closed') return this.text
    const date = (n: number): string => zonedDate(nowMs, this.zone, n)
    const days = Array.from({ length: LISTED_DAYS }, (_, n) => n)
    return days.map((n) => (this.text === 'closed' ? `${date(n)}:CLOSED` : `${date(n)}:0000-${date(n + 1)}:0000`)).join(';')
  }

  #dayOf(nowMs: number): TradingSession {
    const known = this.#day
    if (known && known.startMs <= nowMs && nowMs < known.endMs) return known
    this.#day = { startMs: this.#midnight(nowMs, 0), endMs: this.#midnight(nowMs, 1) }
    return this.#day
  }

  #midnight(nowMs: number, days: number): number {
    return zonedMs(zonedDate(nowMs, this.zone, days), '00:00:00', this.zone)
  }

  #read(part: string): TradingSession[] {
    if (/^\d{8}:CLOSED$/.test(part)) return []
    const [, from = '', hour, minute, to = '', lastHour, lastMinute] = SESSION.exec(part) ?? []
    if (from === '') {
      throw new RangeError(
        `trading hours ${JSON.stringify(part)}: use "always", "closed", or "YYYYMMDD:HHMM-YYYYMMDD:HHMM" parts joined by ";"`,
      )
    }
    return [{ startMs: zonedMs(from, `${hour}:${minute}:00`, this.zone), endMs: zonedMs(to, `${lastHour}:${lastMinute}:00`, this.zone) }]
  }
}

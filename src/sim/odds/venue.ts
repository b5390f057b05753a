import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { SimClock } from '../clock'
import type { ArmedFaults, FaultSetting } from '../faults'
import { eventOf, headOf, type LineFaults } from './answers'
import { Board } from './board'
import { applyOdds } from './events'
import { queryOf, routeOf, type OddsQuery } from './query'
import { invalidKey, missingKey, notFound, OddsRefusal, outOfCredits, tooMany } from './refusal'
import type { OddsEvent, OddsSection } from './section'

export interface OddsVenueOptions {
  readonly section: OddsSection
  readonly clock: SimClock
  readonly faults: ArmedFaults
  readonly wire: (dir: 'in' | 'out', conn: number, text: string) => void
}

/** The simulated source of odds: The Odds API v4 by HTTP. Its credits are those of this process: a restart begins the month again. */
export interface OddsVenue {
  listen(host: string, port: number): Promise<{ readonly url: string }>
  /** @throws Error with one sentence when the event cannot be applied. */
  apply(event: Record<string, unknown>): void
  /** What a recording says of some sports: it replaces all their games. */
  replace(sports: ReadonlySet<string>, events: readonly OddsEvent[]): void
  state(): unknown
  close(): Promise<void>
}

export const createOddsVenue = (options: OddsVenueOptions): OddsVenue => new Venue(options)

interface Answer {
  readonly body: unknown
  readonly credits: number
}

const MS_PER_SECOND = 1_000
const SLOW_MS = 3_000
const STALE_MS = 600_000
const MOVED_MS = 86_400_000
const STARTED_MS = 3_600_000
const SKEW_MS = 60_000
const MS_PER_HOUR = 3_600_000
const HTML = '<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>'
/** Requests share the wire log with streams, whose connections count from 1. */
const CONN = 0

class Venue implements OddsVenue {
  readonly board = new Board()
  readonly #server: Server
  readonly #options: OddsVenueOptions
  #used: number
  #remaining: number
  #last = 0
  /** Of the calls of the last second. */
  #calls: number[] = []

  constructor(options: OddsVenueOptions) {
    const { settings, events } = options.section
    this.#options = options
    this.#used = settings.credits_used
    this.#remaining = Math.max(0, settings.monthly_credits - settings.credits_used)
    for (const event of events) this.board.put(event, options.clock.nowMs())
    this.#server = createServer((request, response) => void this.#serve(request, response).catch(() => response.destroy()))
  }

  async listen(host: string, port: number): Promise<{ url: string }> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(port, host, resolve)
    })
    return { url: `http://${host}:${(this.#server.address() as AddressInfo).port}` }
  }

  apply(event: Record<string, unknown>): void {
    const { clock, faults } = this.#options
    applyOdds(event, { board: this.board, faults, nowMs: clock.nowMs(), setRemaining: (credits) => (this.#remaining = credits) })
  }

  replace(sports: ReadonlySet<string>, events: readonly OddsEvent[]): void {
    this.board.replace(sports, events, this.#options.clock.nowMs())
  }

  state(): unknown {
    return { credits: { remaining: this.#remaining, used: this.#used, last: this.#last }, events: this.board.all() }
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { faults, section, clock } = this.#options
    const url = new URL(request.url ?? '/', 'http://source')
    // the key is part of the address here, and no log has a secret
    this.#options.wire('in', CONN, `${request.method} ${url.pathname}${url.search}`.replace(/apiKey=[^&]*/, 'apiKey=…'))
    const aim = { sport: url.pathname.split('/')[3] ?? '' }
    if (faults.take('timeout', aim)) return
    const slow = faults.take('slow', aim)
    await sleep(section.settings.latency_ms + (slow === null ? 0 : numberOf(slow, 'ms', SLOW_MS)), undefined, { ref: false })
    const skewMs = this.#skewMs(aim)
    response.setHeader('date', new Date(clock.nowMs() + skewMs).toUTCString())
    try {
      const { body, credits } = this.#answer(url, aim, skewMs)
      this.#spend(credits)
      this.#send(response, 200, body, aim)
    } catch (error) {
      if (!(error instanceof OddsRefusal)) throw error
      this.#last = 0
      this.#send(response, error.status, error.body, aim)
    }
  }

  #skewMs(aim: { readonly sport: string }): number {
    const { faults } = this.#options
    const ahead = faults.take('clock_ahead', aim)
    if (ahead) return numberOf(ahead, 'ms', SKEW_MS)
    const behind = faults.take('clock_behind', aim)
    return behind ? -numberOf(behind, 'ms', SKEW_MS) : 0
  }

  /** @throws OddsRefusal */
  #answer(url: URL, aim: { readonly sport: string }, skewMs: number): Answer {
    const { faults, section } = this.#options
    const key = url.searchParams.get('apiKey')
    if (key === null || key === '') throw missingKey()
    if (key !== section.settings.api_key || faults.take('refused_key', aim)) throw invalidKey()
    if (this.#isTooFast() || faults.take('rate_limit', aim)) throw tooMany()
    const broken = faults.take('500', aim)
    if (broken) throw new OddsRefusal(numberOf(broken, 'status', 500), 'INTERNAL_ERROR', 'Something went wrong')
    const [sport, what, id, odds] = routeOf(url.pathname)
    if (sport === undefined) return { body: this.board.sports().map(sportOf), credits: 0 }
    if (!this.board.sports().includes(sport)) throw notFound('UNKNOWN_SPORT', `Unknown sport ${sport}`)
    if (what === 'scores') return { body: this.#events(sport, 'all').map((event) => this.#score(event)), credits: 1 }
    if (what === 'odds') return this.#odds(sport, queryOf(url.searchParams, true), aim, skewMs)
    if (what === 'events' && id === undefined) return { body: this.#events(sport, 'current').map(headless), credits: 0 }
    if (what === 'events' && odds === 'odds') return this.#eventOdds(sport, id ?? '', queryOf(url.searchParams, false), aim, skewMs)
    throw notFound('NOT_FOUND', 'Not found')
  }

  #odds(sport: string, query: OddsQuery, aim: { readonly sport: string }, skewMs: number): Answer {
    this.#checkCredits(query.credits, aim)
    this.#moveGames(sport, aim)
    const faults = this.#lineFaults(aim, skewMs)
    const found = this.#events(sport, 'current').filter(({ id }) => query.eventIds === null || query.eventIds.includes(id))
    const body = found.map((event) => this.#told(event, query, faults))
    return { body, credits: body.length === 0 ? 0 : query.credits }
  }

  #eventOdds(sport: string, id: string, query: OddsQuery, aim: { readonly sport: string }, skewMs: number): Answer {
    const event = this.#events(sport, 'current').find((each) => each.id === id)
    if (!event) throw notFound('EVENT_NOT_FOUND', 'Event not found. The event may have expired or the event id is invalid')
    this.#checkCredits(query.credits, aim)
    return { body: this.#told(event, query, this.#lineFaults(aim, skewMs)), credits: query.credits }
  }

  #told(event: OddsEvent, query: OddsQuery, faults: LineFaults): object {
    const { clock, section } = this.#options
    return eventOf(event, query, faults, section.settings.prices, clock.nowMs())
  }

  /** Games in progress are among the odds, with odds of their own; those that are over are not. */
  #events(sport: string, which: 'current' | 'all'): readonly OddsEvent[] {
    return this.board.of(sport).filter((event) => which === 'all' || !this.#isOver(event))
  }

  #isOver({ commence_time: start }: OddsEvent): boolean {
    const { clock, section } = this.#options
    return start !== null && Date.parse(start) + section.settings.game_hours * MS_PER_HOUR <= clock.nowMs()
  }

  #score(event: OddsEvent): object {
    return { ...headless(event), completed: this.#isOver(event), scores: null, last_update: null }
  }

  #checkCredits(credits: number, aim: { readonly sport: string }): void {
    if (this.#remaining < credits || this.#options.faults.take('out_of_credits', aim)) throw outOfCredits()
  }

  #spend(credits: number): void {
    this.#last = credits
    this.#used += credits
    this.#remaining -= credits
  }

  #isTooFast(): boolean {
    const now = performance.now()
    this.#calls = [...this.#calls.filter((at) => at > now - MS_PER_SECOND), now]
    return this.#calls.length > this.#options.section.settings.calls_per_second
  }

  #moveGames(sport: string, aim: { readonly sport: string }): void {
    const { faults, clock } = this.#options
    for (const name of ['moved_game', 'started_game']) {
      const fault = faults.take(name, aim)
      const id = fault?.['event_id'] ?? this.board.of(sport)[0]?.id
      if (fault === null || typeof id !== 'string') continue
      if (name === 'moved_game') this.board.move(id, numberOf(fault, 'ms', MOVED_MS), clock.nowMs())
      else this.board.start(id, numberOf(fault, 'ms', STARTED_MS), clock.nowMs())
    }
  }

  #lineFaults(aim: { readonly sport: string }, skewMs: number): LineFaults {
    const { faults } = this.#options
    const [stale, missing, oneSided] = ['stale_lines', 'missing_book', 'one_sided'].map((name) => faults.take(name, aim))
    const bookOf = (fault: FaultSetting): string => (typeof fault['book'] === 'string' ? fault['book'] : '*')
    return {
      stale: stale ? { ms: numberOf(stale, 'ms', STALE_MS), book: bookOf(stale) } : null,
      missing: missing ? bookOf(missing) : null,
      oneSided: oneSided ? bookOf(oneSided) : null,
      skewMs,
    }
  }

  #send(response: ServerResponse, status: number, body: unknown, aim: { readonly sport: string }): void {
    const { faults, wire } = this.#options
    if (response.destroyed) return
    if (!faults.take('no_quota', aim)) {
      response.setHeader('x-requests-remaining', this.#remaining)
      response.setHeader('x-requests-used', this.#used)
      response.setHeader('x-requests-last', this.#last)
    }
    if (faults.take('html', aim)) return void response.writeHead(status, { 'content-type': 'text/html' }).end(HTML)
    const text = Buffer.from(JSON.stringify(body))
    wire('out', CONN, `${status} ${text.length} bytes, ${this.#remaining} credits left`)
    const half = text.subarray(0, text.length / 2)
    const whole = faults.take('half_body', aim) ? half : text
    response.writeHead(status, { 'content-type': 'application/json', 'content-length': whole.length })
    if (faults.take('cut_body', aim)) return void response.write(half, () => response.destroy())
    response.end(whole)
  }
}

const numberOf = (fault: FaultSetting, field: string, preset: number): number => (typeof fault[field] === 'number' ? fault[field] : preset)

const headless = (event: OddsEvent): object => {
  const { bookmakers: _books, ...head } = headOf(event, 'iso')
  return head
}
const sportOf = (key: string): object => ({ key, group: '', title: key, description: '', active: true, has_outrights: false })

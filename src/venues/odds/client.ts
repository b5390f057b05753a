import { millis, type Millis } from '../../core/units'
import type { Clock } from '../../ports/clock'
import type { OddsFailure, OddsFetch, OddsQuota, OddsSource, QuotaAnswer } from '../../ports/odds'
import { HttpClient } from '../http'
import { failureOf, quotaOf, skewOf } from './failure'
import type { OddsFormat } from './price'
import { readOdds, UnreadableOdds, type ReadOdds } from './wire'

export interface OddsClientOptions {
  /** Without "/v4": "https://api.the-odds-api.com". */
  readonly baseUrl: string
  /** It goes out in the address of every call, the source knows no other place; it is in no failure and no log. */
  readonly key: string
  readonly format: OddsFormat
  /** Whose books are asked for; left out where `bookmakers` names them. */
  readonly regions: readonly string[]
  readonly bookmakers: readonly string[]
  readonly markets: readonly string[]
  readonly timeoutMs: number
  /** By how much the source's clock may differ from ours. */
  readonly skewMaxMs: number
  readonly clock: Clock
}

/** A source with connections of its own. */
export interface OddsClient extends OddsSource {
  close(): Promise<void>
}

/** What came back, before its body is read. */
interface Heard {
  readonly failure: OddsFailure | null
  readonly body: string
  readonly quota: OddsQuota
  readonly sentMs: Millis
  readonly receivedMs: Millis
}

const UNTOLD: OddsQuota = { remaining: null, used: null, last: null }
const REDACTED = '[key]'

/** The Odds API v4: one call per sport, each of them once. @throws RangeError without a key. */
export const createOddsClient = (options: OddsClientOptions): OddsClient => new ApiClient(options)

class ApiClient implements OddsClient {
  readonly #http: HttpClient
  readonly #prefix: string
  readonly #options: OddsClientOptions

  constructor(options: OddsClientOptions) {
    if (options.key === '') throw new RangeError('the source of odds is asked with a key, and there is none: write it into the key file')
    const { origin, pathname } = new URL(options.baseUrl)
    this.#http = new HttpClient(origin)
    this.#prefix = `${pathname.replace(/\/$/, '')}/v4/sports`
    this.#options = options
  }

  async fetch(sport: string, signal: AbortSignal): Promise<OddsFetch> {
    const { regions, bookmakers, markets, format, skewMaxMs } = this.#options
    const whose = bookmakers.length > 0 ? { bookmakers: bookmakers.join(',') } : { regions: regions.join(',') }
    const query = { ...whose, markets: markets.join(','), oddsFormat: format, dateFormat: 'iso' }
    const { failure, body, quota, sentMs, receivedMs } = await this.#call(`/${encodeURIComponent(sport)}/odds`, query, signal)
    if (failure !== null) return { kind: 'failed', sport, failure, quota }
    const latestMs = millis(receivedMs + skewMaxMs)
    const read = this.#read(() => readOdds(body, { sport, format, fetchedMs: sentMs, latestMs }))
    if ('kind' in read) return { kind: 'failed', sport, failure: read, quota }
    const { games, rows, problems, otherMarkets } = read
    return { kind: 'fetched', sport, fetchedMs: sentMs, games, rows, problems, otherMarkets, quota }
  }

  async quota(signal: AbortSignal): Promise<QuotaAnswer> {
    const { failure, quota } = await this.#call('', {}, signal)
    if (failure !== null) return { kind: 'failed', failure }
    const { remaining } = quota
    if (remaining !== null) return { kind: 'told', quota: { ...quota, remaining } }
    return { kind: 'failed', failure: { kind: 'unreadable', detail: 'the answer does not tell in x-requests-remaining what is left' } }
  }

  close(): Promise<void> {
    return this.#http.close()
  }

  #read(read: () => ReadOdds): ReadOdds | OddsFailure {
    try {
      return read()
    } catch (error) {
      if (!(error instanceof UnreadableOdds)) throw error
      return { kind: 'unreadable', detail: this.#redact(error.message) }
    }
  }

  async #call(path: string, query: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Heard> {
    const { key, timeoutMs, skewMaxMs, clock } = this.#options
    const parameters = new URLSearchParams({ apiKey: key, ...query })
    const sentMs = clock.nowMs()
    const outcome = await this.#http.call(
      {
        method: 'GET',
        path: `${this.#prefix}${path}?${parameters.toString()}`,
        headers: { accept: 'application/json' },
        body: null,
        timeoutMs,
        mayWrite: () => null,
      },
      signal,
    )
    const heard = { body: '', quota: UNTOLD, sentMs, receivedMs: clock.nowMs() }
    if (outcome.kind !== 'answer') {
      const detail = this.#redact('detail' in outcome ? outcome.detail : outcome.reason)
      return { ...heard, failure: { kind: signal.aborted ? 'stopped' : 'source down', detail } }
    }
    const { status, headers, body } = outcome
    const failure = status === 200 ? skewOf(headers['date'], sentMs, heard.receivedMs, skewMaxMs) : failureOf(status, body)
    const told = failure === null ? null : { ...failure, detail: this.#redact(failure.detail) }
    return { ...heard, body, quota: quotaOf(headers), failure: told }
  }

  /** The source may repeat the address it was asked at, and a failure is written down. */
  #redact(text: string): string {
    const { key } = this.#options
    const spellings = [key, encodeURIComponent(key), new URLSearchParams({ '': key }).toString().slice(1)]
    return spellings.reduce((left, spelling) => left.replaceAll(spelling, REDACTED), text)
  }
}

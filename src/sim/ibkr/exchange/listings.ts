import type { Outcome } from '../../../core/ids'
import { parseFixed } from '../../../core/units'
import { TradingHours } from './hours'
import { PairBook } from './pair-book'
import type { IbkrSection } from '../port'
import { isUnset } from '../protocol/requests'
import { zonedMs } from '../protocol/zoned-time'

export type Question = IbkrSection['contracts'][number]
/** What of a question may become different while it is listed. */
export type Description = Partial<Pick<Question, 'long_name' | 'strike' | 'real_expiration_date'>>

/** Each relisting of a question moves both contract ids by this much, so that old positions keep an id of their own. */
export const RELISTING_BLOCK = 100_000
/** Trading ends at this local time of the last trading day when the scenario names only the day (§2). */
const CLOSING_TIME = '13:00:00'
export const EXCHANGE = 'FORECASTX'

/** Only the newest listing of a question is open; an older one only keeps the positions in it until it is settled. */
export type ListingState =
  | { readonly kind: 'open' }
  | { readonly kind: 'superseded' }
  /** `held` is what was paid for, so that an amended result can be. */
  | { readonly kind: 'settled'; readonly result: Outcome; readonly held?: Readonly<Record<Outcome, number>> }

export interface SavedListing {
  readonly question: Question
  readonly generation: number
  readonly state: ListingState
  /** Only where an event has changed them. */
  readonly hours?: string
  readonly bids: Record<Outcome, readonly (readonly [price: number, size: number])[]>
}

/** What all listings share. */
export interface Market {
  /** µ$ of a pair. */
  readonly pairPrice: number
  /** Trading hours of a question that names none. */
  readonly hours: string
}

/** A question as it is (or was) listed once: a YES and a NO contract. */
export class Listing {
  readonly book: PairBook
  readonly lastTradeDate: string
  readonly lastTradeTime: string
  readonly lastTradeMs: number
  hours: TradingHours
  readonly #listedHours: TradingHours
  state: ListingState = { kind: 'open' }
  #question: Question
  /** How often its description was changed. */
  #described = 0

  /** @throws RangeError when the hours are not trading hours. */
  constructor(
    question: Question,
    readonly generation: number,
    { pairPrice, hours }: Market,
  ) {
    this.#question = question
    const [date = '', time = CLOSING_TIME] = question.last_trade_date.split(' ')
    this.lastTradeDate = date
    this.lastTradeTime = time
    this.lastTradeMs = zonedMs(date, time, question.time_zone)
    this.#listedHours = new TradingHours(question.trading_hours ?? hours, question.time_zone)
    this.hours = this.#listedHours
    this.book = new PairBook(pairPrice)
  }

  get question(): Question {
    return this.#question
  }

  /** From now on its contract details say something else. */
  describe(change: Description): void {
    this.#question = { ...this.#question, ...change }
    this.#described += 1
  }

  conId(outcome: Outcome): number {
    return this.question[outcome].con_id + this.generation * RELISTING_BLOCK
  }

  outcomeOf(conId: number): Outcome | null {
    return conId === this.conId('yes') ? 'yes' : conId === this.conId('no') ? 'no' : null
  }

  /** It is listed: orders may be given, if need be for the next session. */
  isTradable(nowMs: number): boolean {
    return this.state.kind === 'open' && nowMs < this.lastTradeMs
  }

  /** It trades now. */
  isOpenAt(nowMs: number): boolean {
    return this.isTradable(nowMs) && this.hours.sessionAt(nowMs) !== null
  }

  /** Another text whenever the snapshot is another. */
  mark(): string {
    return `${this.book.revision}|${this.hours.text}|${this.#described}|${JSON.stringify(this.state)}`
  }

  /** The bids of outside participants; tape quotes are not kept, orders of ours are kept as orders. */
  snapshot(): SavedListing {
    const outside = (outcome: Outcome) =>
      this.book.bids(outcome).flatMap((bid) => (bid.owner === 'outside' ? [[bid.price, bid.size] as const] : []))
    const { question, generation, state, hours } = this
    const moved = hours === this.#listedHours ? {} : { hours: hours.text }
    return { question, generation, state, ...moved, bids: { yes: outside('yes'), no: outside('no') } }
  }
}

/** One contract: an outcome of a listing. */
export interface Contract {
  readonly listing: Listing
  readonly outcome: Outcome
}

/** What a request says about a contract; an empty text does not filter. */
export interface ContractFilter {
  readonly conId: string
  readonly symbol: string
  readonly secType: string
  readonly lastTradeDate: string
  readonly strike: string
  readonly right: string
  readonly exchange: string
  readonly localSymbol: string
  readonly tradingClass: string
}

export const rightOf = (outcome: Outcome): string => (outcome === 'yes' ? 'C' : 'P')
export const localSymbolOf = ({ listing, outcome }: Contract): string => listing.question[outcome].local_symbol
export const conIdOf = ({ listing, outcome }: Contract): number => listing.conId(outcome)

const OUTCOMES: readonly Outcome[] = ['yes', 'no']
const sameNumber = (wanted: string, have: string): boolean => isUnset(wanted) || Number(wanted) === Number(have)
const sameText = (wanted: string, ...have: readonly string[]): boolean => wanted === '' || have.includes(wanted)

function matches(filter: ContractFilter, contract: Contract): boolean {
  const { listing, outcome } = contract
  return (
    sameNumber(filter.conId, String(conIdOf(contract))) &&
    sameText(filter.symbol, listing.question.symbol) &&
    sameText(filter.secType, 'OPT') &&
    listing.lastTradeDate.startsWith(filter.lastTradeDate.slice(0, 8)) &&
    sameNumber(filter.strike, listing.question.strike) &&
    sameText(filter.right === '?' ? '' : filter.right, rightOf(outcome), outcome === 'yes' ? 'CALL' : 'PUT') &&
    sameText(filter.exchange, EXCHANGE) &&
    sameText(filter.localSymbol, localSymbolOf(contract)) &&
    sameText(filter.tradingClass, listing.question.trading_class)
  )
}

/** All listings, old and new, and the ways to find one. */
export class Listings {
  readonly #all: Listing[] = []

  /** @throws Error when two contracts share an id. */
  constructor(questions: readonly Question[], saved: readonly SavedListing[], market: Market) {
    for (const old of saved) this.#restore(old, market)
    for (const question of questions) {
      const earlier = this.#generations(question.yes.con_id)
      const newest = earlier.at(-1)
      if (newest && !question.relist) continue
      for (const listing of earlier) if (listing.state.kind === 'open') listing.state = { kind: 'superseded' }
      this.#list(new Listing(question, newest ? newest.generation + 1 : 0, market))
    }
  }

  all(): readonly Listing[] {
    return this.#all
  }

  /** A contract by its own id, in whatever state its listing is. */
  contract(conId: number): Contract | null {
    for (const listing of this.#all) {
      const outcome = listing.outcomeOf(conId)
      if (outcome) return { listing, outcome }
    }
    return null
  }

  /** The contract an event means: an id of the scenario means the newest listing, any other id exactly that contract. @throws Error when unknown. */
  forEvent(conId: unknown): Contract {
    for (const outcome of OUTCOMES) {
      const newest = this.#all.findLast((listing) => listing.question[outcome].con_id === conId)
      if (newest) return { listing: newest, outcome }
    }
    const exact = typeof conId === 'number' ? this.contract(conId) : null
    if (!exact) throw new Error(`"con_id" ${JSON.stringify(conId)} is not a contract of this scenario`)
    return exact
  }

  /** What `settle` closes: an id of the scenario means every listing of the question that is not settled yet, since all ask the same. */
  toSettle(conId: unknown): readonly Listing[] {
    const { listing } = this.forEvent(conId)
    const isBase = listing.question.yes.con_id === conId || listing.question.no.con_id === conId
    const candidates = isBase ? this.#generations(listing.question.yes.con_id) : [listing]
    return candidates.filter(({ state }) => state.kind !== 'settled')
  }

  /** The contracts open for trading that agree with a request. */
  find(filter: ContractFilter, nowMs: number): readonly Contract[] {
    return this.#all
      .filter((listing) => listing.isTradable(nowMs))
      .flatMap((listing) => OUTCOMES.map((outcome) => ({ listing, outcome })))
      .filter((contract) => matches(filter, contract))
  }

  #generations(yesConId: number): Listing[] {
    return this.#all.filter((listing) => listing.question.yes.con_id === yesConId)
  }

  #restore(saved: SavedListing, market: Market): void {
    const listing = new Listing(saved.question, saved.generation, market)
    if (saved.hours !== undefined) listing.hours = new TradingHours(saved.hours, saved.question.time_zone)
    listing.state = saved.state
    for (const outcome of OUTCOMES) {
      for (const [price, size] of saved.bids[outcome]) listing.book.rest(outcome, { price, size, owner: 'outside' })
    }
    this.#add(listing)
  }

  #list(listing: Listing): void {
    for (const outcome of OUTCOMES) {
      for (const [text, size] of listing.question[outcome].bids) {
        listing.book.rest(outcome, { price: parseFixed(text, 6), size, owner: 'outside' })
      }
    }
    this.#add(listing)
  }

  #add(listing: Listing): void {
    for (const outcome of OUTCOMES) {
      if (this.contract(listing.conId(outcome)))
        throw new Error(`contract id ${listing.conId(outcome)} is listed twice: give each contract its own "con_id"`)
    }
    this.#all.push(listing)
  }
}

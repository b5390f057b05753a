import { millis, type Millis } from '../../../core/units'
import type { OddsRow } from '../../../ports/record'
import { instant } from '../../../venues/kalshi/wire/fields'
import type { LineForm, Tell } from './form'
import { fieldsOf, fixedOf, isFields, jsonOf, listOf, textOf, type Fields } from './json'
import { formatOf, POINT_DECIMALS, quotedOf, type OddsFormat } from './odds-price'

const NO_TIME =
  'does not tell when it was fetched, and no time of a book is that of the fetch: say it with --fetched-at TIME, or wrap it on one line as {"captured_ms":…,"events":[…]} with the milliseconds since 1970 at which it came'

/** Whether a line is a fetch of The Odds API v4, as recorders wrap it or as it came. */
export function isOdds(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0 && value.every(isEvent)
  if (!isFields(value)) return false
  const events = eventsOf(value)
  return isEvent(value) || (Array.isArray(events) && events.every(isEvent) && (events.length > 0 || 'sport_file' in value))
}
const isEvent = (value: unknown): boolean => isFields(value) && 'sport_key' in value && 'commence_time' in value && 'bookmakers' in value
const eventsOf = ({ events, payload }: Fields): unknown => events ?? payload

/**
 * Recordings of The Odds API: a fetch a line, wrapped with its time and its events ("events", "payload" of a poll). What a line says of a book is kept
 * as it says it: no margin is taken off and no consensus made.
 * @param fetchedMs when an answer came that was kept as it came; null: such an answer is refused, for no time of a book is that of the fetch.
 */
export function oddsForm(tell: Tell, fetchedMs: Millis | null): LineForm {
  return {
    name: 'odds',
    take(line) {
      for (const row of rowsOf(jsonOf(line), fetchedMs)) tell(row)
    },
  }
}

function rowsOf(value: unknown, fetchedMs: Millis | null): readonly OddsRow[] {
  const asItCame = Array.isArray(value) ? (value as readonly unknown[]) : isEvent(value) ? [value] : null
  if (asItCame !== null && fetchedMs === null) throw new Error(NO_TIME)
  if (asItCame !== null) return notBefore(rowsOfFetch({ events: asItCame, fetched_ms: fetchedMs }))
  if (fetchedMs !== null) throw new Error('tells itself when it was fetched: leave --fetched-at out')
  return rowsOfFetch(fieldsOf(value, 'a line'))
}

/** A person's time is checked by what the answer holds: no book's line can be newer than its fetch. */
function notBefore(rows: readonly OddsRow[]): readonly OddsRow[] {
  const newer = rows.find(({ updatedMs, atMs }) => updatedMs !== null && updatedMs > atMs)
  if (newer === undefined) return rows
  const [line, fetched] = [newer.updatedMs ?? newer.atMs, newer.atMs].map((ms) => new Date(ms).toISOString())
  throw new Error(
    `has a line of ${newer.book} of ${line}, so it was not fetched at ${fetched}: --fetched-at is the time at which the answer came`,
  )
}

function rowsOfFetch(fetch: Fields): readonly OddsRow[] {
  const events = listOf(eventsOf(fetch), '"events"')
  const { n_events: counted } = fetch
  if (counted !== undefined && counted !== events.length)
    throw new Error(`counts ${JSON.stringify(counted)} events and has ${events.length}`)
  const lines = events.flatMap(linesOfEvent)
  const [format, atMs] = [toldFormat(fetch) ?? formatOf(lines.map(({ price }) => price)), fetchedAt(fetch)]
  return lines.map(({ price, ...row }) => ({ kind: 'odds', ...row, ...quotedOf(price, format), atMs }))
}

/** "fetched_at" is null where the recorder has only noted when it kept the answer, seconds later. */
function fetchedAt({ fetched_at: fetched, committed_at: committed, fetched_ms, captured_ms }: Fields): Millis {
  const told = fetched ?? fetched_ms ?? captured_ms ?? committed
  if (told === undefined || told === null) throw new Error(NO_TIME)
  return typeof told === 'number' ? millis(told) : instant(textOf(told, 'a time of the fetch'))
}

function toldFormat({ params }: Fields): OddsFormat | null {
  const told = isFields(params) ? params['oddsFormat'] : undefined
  return told === 'american' || told === 'decimal' ? told : null
}

type Line = Pick<OddsRow, 'eventId' | 'book' | 'marketType' | 'outcome' | 'point' | 'updatedMs'> & { readonly price: unknown }

function linesOfEvent(value: unknown): readonly Line[] {
  const event = fieldsOf(value, 'an event')
  const eventId = textOf(event['id'], 'an event id')
  return listOf(event['bookmakers'], `"bookmakers" of ${eventId}`).flatMap((each) => {
    const book = fieldsOf(each, `a bookmaker of ${eventId}`)
    const key = textOf(book['key'], `a bookmaker's key of ${eventId}`)
    return listOf(book['markets'], `"markets" of ${key}`).flatMap((market) =>
      linesOfMarket(eventId, key, book, fieldsOf(market, 'a market')),
    )
  })
}

function linesOfMarket(eventId: string, book: string, { last_update: ofBook }: Fields, market: Fields): readonly Line[] {
  const marketType = textOf(market['key'], `a market's key of ${book}`)
  const updated = market['last_update'] ?? ofBook ?? null
  const updatedMs = updated === null ? null : instant(textOf(updated, `a "last_update" of ${book}`))
  return listOf(market['outcomes'], `"outcomes" of ${book} ${marketType}`).map((each) => {
    const { name, description, point, price } = fieldsOf(each, `an outcome of ${book}`)
    const what = textOf(name, `an outcome's name of ${book}`)
    // of a player's market "Over" alone would be that of any player
    const outcome = description === undefined ? what : `${textOf(description, `a description of ${book}`)} ${what}`
    const told = point === undefined || point === null ? null : fixedOf(point, POINT_DECIMALS, `a point of ${book}`)
    return { eventId, book, marketType, outcome, point: told, updatedMs, price }
  })
}

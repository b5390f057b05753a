import type { Floor } from '../../floor'
import { refuse } from '../../refusal'
import type { EventRow, MarketRow } from '../../rows'
import { integer, ok, page, word, type Answer, type Call } from '../pages'
import { eventBody, marketBody, marketsOf, timeText } from '../render'
import { eventFilter, isCombo } from './filters'

/** Events, their metadata and the milestones that they hang on. */

const EVENTS_PAGE = { preset: 200, max: 200 }
const COMBOS_PAGE = { preset: 100, max: 200 }
const MILESTONES_MAX = 500
const nested = (call: Call): boolean => word(call, 'with_nested_markets') === 'true'

/** Events of combinations have an endpoint of their own. */
const isComboEvent = (markets: readonly MarketRow[]): boolean => markets.length > 0 && markets.every(isCombo)

export function events(floor: Floor, call: Call): Answer {
  const matches = eventFilter(call, (event) => marketsOf(floor, event))
  const rows = [...floor.tables.all('event')].filter((event) => !isComboEvent(marketsOf(floor, event)) && matches(event))
  const part = page(call, 'GetEvents', rows, (event) => event.ticker, EVENTS_PAGE)
  return ok({
    events: part.rows.map((event) => eventBody(floor, event, nested(call))),
    cursor: part.cursor,
    ...(word(call, 'with_milestones') === 'true' ? { milestones: milestonesOf(floor, part.rows) } : {}),
  })
}

export function comboEvents(floor: Floor, call: Call): Answer {
  const series = word(call, 'series_ticker')
  const collection = word(call, 'collection_ticker')
  if (series !== null && collection !== null)
    throw refuse('invalid_parameters', 'collection_ticker cannot be used together with series_ticker')
  const rows = [...floor.tables.all('event')].filter((event) => {
    const markets = marketsOf(floor, event)
    return (
      isComboEvent(markets) &&
      (series === null || event.definition.series_ticker === series) &&
      (collection === null || markets.some((market) => market.definition.mve_collection_ticker === collection))
    )
  })
  const part = page(call, 'GetMultivariateEvents', rows, (event) => event.ticker, COMBOS_PAGE)
  return ok({ events: part.rows.map((event) => eventBody(floor, event, nested(call))), cursor: part.cursor })
}

const found = (floor: Floor, call: Call): EventRow => {
  const event = floor.tables.get('event', call.params[0] ?? '')
  if (!event) throw refuse('not_found')
  return event
}

/** The markets come beside the event, or inside it when they are asked for nested. */
export function oneEvent(floor: Floor, call: Call): Answer {
  const event = found(floor, call)
  return ok({
    event: eventBody(floor, event, nested(call)),
    markets: marketsOf(floor, event).map((market) => marketBody(floor, market)),
  })
}

/** Pictures are for web pages: there are none here. */
export function eventMetadata(floor: Floor, call: Call): Answer {
  const { definition, markets: tickers } = found(floor, call)
  const markets = tickers.map((ticker) => ({ market_ticker: ticker, image_url: '', color_code: '' }))
  return ok({ image_url: '', featured_image_url: '', market_details: markets, settlement_sources: definition.settlement_sources })
}

type Milestone = Floor['section']['milestones'][number]

const milestoneBody = (row: Milestone): Record<string, unknown> => ({
  id: row.id,
  category: row.category,
  type: row.type,
  title: row.title,
  start_date: row.start_date,
  end_date: row.end_date ?? null,
  notification_message: row.notification_message,
  related_event_tickers: row.related_event_tickers,
  primary_event_tickers: row.primary_event_tickers,
  source_ids: {},
  ...(row.source_id === undefined ? {} : { source_id: row.source_id }),
  details: row.competition === '' ? {} : { league: row.competition },
  last_updated_ts: timeText(0),
})

const milestonesOf = (floor: Floor, rows: readonly EventRow[]): unknown[] =>
  floor.section.milestones
    .filter((milestone) => milestone.related_event_tickers.some((ticker) => rows.some((event) => event.ticker === ticker)))
    .map(milestoneBody)

/** `limit` is required here. */
export function milestones(floor: Floor, call: Call): Answer {
  const limit = integer(call, 'limit', 'GetMilestones', 'Limit', { min: 1, max: MILESTONES_MAX })
  if (limit === null) throw refuse('invalid_parameters', 'limit is required')
  const earliest = Date.parse(word(call, 'minimum_start_date') ?? '1970-01-01T00:00:00Z')
  const event = word(call, 'related_event_ticker')
  const same = (name: string, value: string | undefined): boolean => (word(call, name) ?? value) === value
  const rows = floor.section.milestones.filter(
    (row) =>
      Date.parse(row.start_date) >= earliest &&
      (event === null || row.related_event_tickers.includes(event)) &&
      same('category', row.category) &&
      same('competition', row.competition) &&
      same('type', row.type) &&
      same('source_id', row.source_id),
  )
  const part = page(call, 'GetMilestones', rows, (row) => row.id, { preset: limit, max: MILESTONES_MAX })
  return ok({ milestones: part.rows.map(milestoneBody), cursor: part.cursor })
}

export function oneMilestone(floor: Floor, call: Call): Answer {
  const row = floor.section.milestones.find((each) => each.id === call.params[0])
  if (!row) throw refuse('not_found')
  return ok({ milestone: milestoneBody(row) })
}

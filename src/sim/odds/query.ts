import { notFound, unprocessable } from './refusal'

/** What a call asks for, read as the source reads it. */
export interface OddsQuery {
  readonly markets: readonly string[]
  readonly format: 'american' | 'decimal'
  readonly dates: 'iso' | 'unix'
  /** null: every book. */
  readonly bookmakers: readonly string[] | null
  readonly eventIds: readonly string[] | null
  /** What it costs if it finds anything. */
  readonly credits: number
}

const REGIONS: readonly string[] = ['us', 'us2', 'us_ex', 'us_dfs', 'uk', 'eu', 'au', 'fr', 'se']
/** All that the list of a sport takes; others are asked for event by event. */
const FEATURED: readonly string[] = ['h2h', 'h2h_lay', 'spreads', 'totals', 'outrights', 'outrights_lay']
const BOOKS_PER_CREDIT = 10

/** @param featured whether markets of players and periods are refused. @throws OddsRefusal 422 naming the parameter. */
export function queryOf(query: URLSearchParams, featured: boolean): OddsQuery {
  const list = (name: string): readonly string[] | null =>
    query
      .get(name)
      ?.split(',')
      .filter((each) => each !== '') ?? null
  const [regions, bookmakers] = [list('regions'), list('bookmakers')]
  if (bookmakers === null && regions === null) throw unprocessable('MISSING_REGION', 'Missing regions parameter')
  const stranger = regions?.find((region) => !REGIONS.includes(region))
  if (stranger !== undefined) throw unprocessable('INVALID_REGION', `Invalid regions parameter: ${stranger}`)
  const markets = list('markets') ?? ['h2h']
  const wrong = featured ? markets.find((market) => !FEATURED.includes(market)) : undefined
  if (wrong !== undefined || markets.length === 0) throw unprocessable('INVALID_MARKET', `Invalid markets parameter: ${wrong ?? ''}`)
  const groups = bookmakers === null ? (regions?.length ?? 0) : Math.ceil(bookmakers.length / BOOKS_PER_CREDIT)
  return {
    markets,
    format: word(query, 'oddsFormat', ['decimal', 'american'], 'INVALID_ODDS_FORMAT'),
    dates: word(query, 'dateFormat', ['iso', 'unix'], 'INVALID_DATE_FORMAT'),
    bookmakers,
    eventIds: list('eventIds'),
    credits: markets.length * groups,
  }
}

/** The first is what holds when nothing is said. */
function word<T extends string>(query: URLSearchParams, name: string, words: readonly [T, ...T[]], code: string): T {
  const said = query.get(name) ?? words[0]
  const known = words.find((each) => each === said)
  if (known === undefined) throw unprocessable(code, `Invalid ${name} parameter: ${said}`)
  return known
}

/** What the path of a call names. @throws OddsRefusal 404. */
export function routeOf(path: string): readonly string[] {
  const parts = path
    .split('/')
    .filter((part) => part !== '')
    .map(decodeURIComponent)
  if (parts[0] !== 'v4' || parts[1] !== 'sports') throw notFound('NOT_FOUND', 'Not found')
  return parts.slice(2)
}

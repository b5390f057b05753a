import { formatQuantity } from '../../../core/units'
import { INVENTED_SIZE } from './captured'
import type { Census, LeagueCount, Span } from './census'

const MINUTE_MS = 60_000
const minute = (atMs: number): string => new Date(atMs).toISOString().slice(0, 'YYYY-MM-DDTHH:MM'.length).replace('T', ' ')
const between = ({ fromMs, toMs }: Span): string => (fromMs === null || toMs === null ? 'never' : `${minute(fromMs)} to ${minute(toMs)}`)

export interface Assumed {
  readonly quoteLifeMs: number
  /** Markets with a result. */
  readonly decided: number
  /** Markets whose record was kept. */
  readonly described: number
}

/** What results over the sports weeks do not prove. */
export function caveatsOf(census: Census, { quoteLifeMs, decided, described }: Assumed): readonly string[] {
  const { markets, captures, books, captured, volumes, leagues } = census
  const all = books.depth + books.best + books.priced
  const size = formatQuantity(INVENTED_SIZE)
  return [
    `Kalshi was captured ${captures} times (${between(captured)} UTC), minutes to hours apart and on most days for some hours only: what was quoted in between is not known, and an edge that came and went there is not in it.`,
    `A captured book is believed for ${Math.round(quoteLifeMs / MINUTE_MS)} minutes, and Kalshi’s connection is taken to be alive meanwhile: in truth the quotes may have gone within a second, above all when the odds moved.`,
    'A capture has one time for all its markets, though they were read one after the other.',
    `Of ${all} captured books ${books.depth} have all their levels and ${books.best} the sizes of the best ones alone; ${books.priced} have no size, and ${size} contracts on either side are invented.`,
    'The odds were fetched each 15 minutes, and each book’s own line is older than its fetch: Kalshi had the news first in between, and an edge may be nothing but that.',
    ...overlapOf(leagues),
    `What had been traded in a market was captured from ${between(volumes)} UTC alone: later it is told as it was last, before and of other markets it is not, and a profile that wants a volume refuses what is not told.`,
    'Kalshi’s fees are taken to be by the standard rule.',
    `${decided} of ${markets.size} markets have a recorded result, or one that follows from a recorded tie; a position in one of the other ${markets.size - decided} stays open. Results are taken to be paid when the market closed, as nothing later was recorded.`,
    `The records of ${described} markets were kept, of the ninth and tenth of July: their titles and rules are taken to have been the same before. The others have a title alone, and close and pay as those of their series.`,
    'Each moment knows the games that both sides had told until then, and no result: there is no hindsight in what is decided.',
    'Two weeks of one July, mostly baseball and some soccer: nothing is said of other leagues, seasons or years.',
  ]
}

/** Where both sides were recorded at once, and where they were not. */
function overlapOf(leagues: readonly LeagueCount[]): readonly string[] {
  const told = leagues
    .filter(({ judged }) => judged > 0)
    .map(({ name, judged, books, days }) => `${name} (${judged} of ${books} books, ${days[0] ?? ''} to ${days.at(-1) ?? ''})`)
  const never = leagues.filter(({ judged }) => judged === 0).map(({ name }) => name)
  return [
    `Both sides were recorded at once for ${told.join(' and ') || 'no league'}: so many books met a fetch of odds before they were believed no more.`,
    ...(never.length > 0 ? [`They never were for ${never.join(' and ')}: nothing can be found there.`] : []),
  ]
}

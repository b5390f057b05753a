import type { Source } from './proposition'

/** A number or an outcome that questions are asked about, as whoever publishes it prints it. */
export interface Statistic {
  /** Whatever a seat, a station or a competition is told by comes after a slash: `daily-high/KBKF`. */
  readonly id: string
  /** Those of one family move together: never the same bet for that, never unrelated either. */
  readonly family: string
  /** Smallest step of what is printed; null: none is, or it depends on the source. */
  readonly grid: string | null
  /** Who prints it, and where; null: each text has to say. */
  readonly source: Source | null
  /** How a reference period is told. */
  readonly every: 'meeting' | 'month' | 'quarter' | 'week' | 'day' | 'edition'
  /** It is printed both adjusted for the season and not: a text has to say which. */
  readonly hasSeasons: boolean
  /** 'one': the document prints this very figure and no finer one. 'several': also finer ones it can be reckoned from (index levels): a text has to say which step decides. */
  readonly figures: 'one' | 'several'
  /** false: the words leave open which number is meant; two such questions are never known to be the same. */
  readonly isDefined: boolean
}

const BLS_JOBS: Source = { agency: 'BLS', document: 'Employment Situation' }
const BLS_PRICES: Source = { agency: 'BLS', document: 'Consumer Price Index' }
const BEA_GDP: Source = { agency: 'BEA', document: 'GDP, advance estimate' }
const FED_PAGE: Source = { agency: 'Federal Reserve', document: 'official website' }
const CLAIMS: Source = { agency: 'DOL', document: 'Unemployment Insurance Weekly Claims' }
const PLAIN = { hasSeasons: false, figures: 'one', isDefined: true } as const

/** News releases of the BLS: the twelve-month and monthly changes to one decimal, beside the index levels they come from. */
const prices = (id: string): Statistic => ({
  id,
  ...{ family: 'us-cpi', grid: '0.1', source: BLS_PRICES, every: 'month', hasSeasons: true, figures: 'several', isDefined: true },
})
/** BEA prints both the annual rate and the change from the preceding quarter, to one decimal. */
const growth = (id: string, isDefined: boolean): Statistic => ({
  id,
  ...{
    family: 'us-gdp',
    grid: isDefined ? '0.1' : null,
    source: BEA_GDP,
    every: 'quarter',
    hasSeasons: false,
    figures: 'several',
    isDefined,
  },
})
const contest = (id: string, family = id): Statistic => ({ id, family, grid: null, source: null, every: 'edition', ...PLAIN })
const counted = (id: string): Statistic => ({ id, family: id, grid: '1', source: null, every: 'edition', ...PLAIN })

export const STATISTICS: readonly Statistic[] = [
  // Kalshi KXFED: "the upper bound of the target federal funds rate published on the Federal Reserve's official website"; the FOMC sets it in quarters.
  { id: 'us-fed-upper-bound', family: 'us-fed-rate', grid: '0.25', source: FED_PAGE, every: 'meeting', ...PLAIN },
  // ForecastEx FF: "US Fed Funds Target Rate … set above 4.875%". Upper bound or middle of the range is not told (market-math §8): strikes lie between both.
  { id: 'us-fed-target-rate', family: 'us-fed-rate', grid: null, source: null, every: 'meeting', ...PLAIN, isDefined: false },
  // Kalshi KXFEDDECISION "a Hike of 25bps", ForecastEx FFDEC "raise the rate 25bps": in basis points. Steps of 25 are a habit, not a rule: no grid.
  { id: 'us-fed-change', family: 'us-fed-rate', grid: null, source: FED_PAGE, every: 'meeting', ...PLAIN },
  // KXU3 "seasonally adjusted unemployment rate (U-3) reported by the Bureau of Labor Statistics in the Employment Situation Report".
  { id: 'us-u3', family: 'us-unemployment', grid: '0.1', source: BLS_JOBS, every: 'month', ...PLAIN, hasSeasons: true },
  // KXPAYROLLS "increase in total non-farm payroll employment"; the Employment Situation prints thousands.
  { id: 'us-payrolls-change', family: 'us-payrolls', grid: '1000', source: BLS_JOBS, every: 'month', ...PLAIN, hasSeasons: true },
  // The weekly release prints thousands; the reference period is the week ending on a Saturday.
  { id: 'us-initial-claims', family: 'us-claims', grid: '1000', source: CLAIMS, every: 'week', ...PLAIN, hasSeasons: true },
  // KXCPI "increases by more than 0.3% in August", KXCPIYOY "in the twelve months ending August": market-math §8, known traps.
  prices('us-cpi-mom'),
  prices('us-cpi-yoy'),
  prices('us-cpi-core-mom'),
  prices('us-cpi-core-yoy'),
  growth('us-gdp-annualized', true),
  growth('us-gdp-quarterly', true),
  // "real GDP increase by more than 1.0% in Q3": the text names no basis.
  growth('us-gdp', false),
  // Kalshi KXHIGH*: the National Weather Service's climatological report of one station, in whole °F; ForecastEx UH*/UL*: an airport, from another source.
  { id: 'daily-high', family: 'daily-temperature', grid: null, source: null, every: 'day', ...PLAIN },
  { id: 'daily-low', family: 'daily-temperature', grid: null, source: null, every: 'day', ...PLAIN },
  contest('us-house-seat', 'us-house'),
  contest('us-house-control', 'us-house'),
  counted('us-house-seats-won'),
  contest('us-senate-seat', 'us-senate'),
  contest('us-senate-control', 'us-senate'),
  counted('us-senate-seats-won'),
  contest('us-governor'),
  contest('us-lieutenant-governor'),
  contest('us-nominee'),
  // Who gets as far as a stage of a tournament: `qualifier/iem cologne/playoffs`.
  contest('qualifier'),
  // How often something happens in a year: `count/measles cases`.
  counted('count'),
  // Any other question, by what it says of its subject, in one spelling: `question/win al cy young`.
  contest('question'),
]

/** The grid of a source that prints whole degrees Fahrenheit: the NWS climatological report. */
export const WHOLE_DEGREES = '1'

const BY_ID = new Map(STATISTICS.map((statistic) => [statistic.id, statistic]))
/** Of a proposition's statistic, with or without what comes after the slash; null: none of the table. */
export const statisticOf = (id: string): Statistic | null => BY_ID.get(id.split('/', 1)[0] ?? '') ?? null

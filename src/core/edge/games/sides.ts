import { spelling } from '../../market/reading/words'
import { DRAW, type ListedMarket } from './game'
import { isOfNations, LEAGUES, type League } from './series'
import type { Team } from './teams/league'
import { nationOfCode, oneSpelling } from './teams/nations'
import { splits, type GameTicker } from './ticker'

/** Who plays, by ids of the league (a canonical code, or one spelling of a name), and the side of YES of every market. */
export interface Sides {
  readonly teams: readonly [string, string]
  /** By ticker: one of the teams, or {@link DRAW}. */
  readonly ofTicker: ReadonlyMap<string, string>
  /** Why a person has to see which side is which; null: it is told exactly. */
  readonly doubt: string | null
}

/** One market with the last part of its ticker. */
export interface SidedMarket {
  readonly market: ListedMarket
  readonly side: string
}

const TIE = 'TIE'
const TITLES = [
  /^will .+ win the (.+?) (?:vs\.?|at|@) (.+?) (?:professional |pro |college )?(?:football |basketball |baseball |hockey |soccer |mma |ufc )?(?:fight|match|game|bout)\b/i,
  /^(.+?) (?:vs\.?|at|@) (.+?) winner\?$/i,
  /^(.+?) (?:vs\.?|at|@) (.+?)\??$/i,
]

/** Both names of a title, in its order, which is that of the ticker; null: it names no two. */
export function namesOfTitle(title: string): readonly [string, string] | null {
  for (const form of TITLES) {
    const [, first, second] = form.exec(title.trim()) ?? []
    if (first !== undefined && second !== undefined) return [first, second]
  }
  return null
}

/** The side as Kalshi shows it, without "Reg Time: ". */
const shownOf = ({ market }: SidedMarket): string => market.subtitle.replace(/^reg(?:ular)? time:\s*/i, '').trim()

/** The sides of an event; as a text, what is unclear about them. */
export function sidesOf(league: League, ticker: GameTicker, markets: readonly SidedMarket[]): Sides | string {
  const ties = markets.filter(({ side }) => side === TIE)
  if (ties.length > 0 && !LEAGUES[league].isThreeWay) return `a market ${TIE} in ${league}, where both teams are all there is`
  const teams = markets.filter(({ side }) => side !== TIE)
  const sides = LEAGUES[league].table ? byCode(league, ticker, teams) : byName(league, ticker, teams)
  if (typeof sides === 'string') return sides
  return { ...sides, ofTicker: new Map([...sides.ofTicker, ...ties.map(({ market }) => [market.ticker, DRAW] as const)]) }
}

function byCode(league: League, ticker: GameTicker, markets: readonly SidedMarket[]): Sides | string {
  const { table, needsShownName } = LEAGUES[league]
  if (!table) return `${league} has no table of codes`
  const unknown = markets.find(({ side }) => table.ofCode(side) === null)
  if (unknown) return `${unknown.side} is no code of ${league}`
  const sides = markets.map((each) => ({ ...each, team: table.ofCode(each.side) as Team }))
  const pairs = splits(ticker.teams, table).filter((pair) => sides.every(({ team }) => pair.includes(team)))
  const [pair, ...others] = pairs
  if (!pair) return `${ticker.teams} is not two codes of ${league}`
  if (others.length > 0) return `${ticker.teams} is two codes of ${league} in ${pairs.length} ways`
  for (const each of sides) {
    const shown = shownOf(each)
    const named = shown === '' ? null : table.ofShown(shown)
    if (named && named !== each.team) return `${each.side} is ${each.team.name}, but Kalshi shows "${shown}"`
    if (needsShownName && !named)
      return `${each.side} is ${each.team.name}, and Kalshi shows "${shown}", which nothing here says is the same`
  }
  const strangers = sides.flatMap(({ market }) => namesOfTitle(market.title) ?? []).map((name) => [name, table.ofShown(name)] as const)
  const [stranger] = strangers.find(([, team]) => team !== null && !pair.includes(team)) ?? []
  if (stranger !== undefined) return `the title names "${stranger}", and ${ticker.teams} is ${pair[0].name} and ${pair[1].name}`
  const ofTicker = new Map(sides.map(({ market, team }) => [market.ticker, team.code]))
  return { teams: [pair[0].code, pair[1].code], ofTicker, doubt: null }
}

function byName(league: League, ticker: GameTicker, markets: readonly SidedMarket[]): Sides | string {
  const titled = namesOfTitle(markets[0]?.market.title ?? '')
  const named = markets.map((each) => nameOf(each, ticker, titled))
  const mistake = named.find((each) => typeof each === 'string')
  if (mistake !== undefined) return mistake
  const sides = named.filter((each) => typeof each !== 'string')
  const ofTicker = new Map(sides.map(({ market, name }) => [market.ticker, name]))
  const ids = [...new Set(ofTicker.values())]
  // a fight's title has surnames alone: the other fighter's whole name is told by the other market only
  if (ids.length === 1 && titled && league === 'SOCCER') ids.push(...titled.map(oneSpelling).filter((name) => name !== ids[0]))
  const [first, second, ...others] = ids
  if (first === undefined || second === undefined || others.length > 0) return `it names ${ids.length} sides, not two`
  const isTitled = (name: string): boolean => ids.some((id) => id === oneSpelling(name) || (league === 'MMA' && hasWords(id, name)))
  const stranger = titled?.find((name) => !isTitled(name))
  if (stranger !== undefined) return `the title names "${stranger}", which is no side of its markets`
  const placed = sides.find(({ isPlaced }) => isPlaced)
  const doubt = placed ? `only its place in the title says that ${placed.market.ticker} is "${placed.name}"` : null
  return { teams: [first, second], ofTicker, doubt }
}

const hasWords = (whole: string, part: string): boolean => ` ${whole} `.includes(` ${spelling(part)} `)

interface Named {
  readonly market: ListedMarket
  /** In one spelling. */
  readonly name: string
  /** By nothing but its place: that titles have the order of tickers is a habit, and no evidence. */
  readonly isPlaced: boolean
}
/** Who a side is: as Kalshi shows it, else by its nation's code, else by its place. As a text: what is unclear about it. */
function nameOf(
  { market, side }: SidedMarket,
  { series, teams: block }: GameTicker,
  titled: readonly [string, string] | null,
): Named | string {
  const shown = shownOf({ market, side })
  const nation = isOfNations(series) ? nationOfCode(side) : null
  if (shown !== '' && nation !== null && nation !== oneSpelling(shown)) return `${side} is ${nation}, but Kalshi shows "${shown}"`
  if (shown !== '') return { market, name: oneSpelling(shown), isPlaced: false }
  if (nation !== null) return { market, name: nation, isPlaced: false }
  const placed = atItsPlace(block, side, titled)
  return placed === '' ? `nothing names the side of ${market.ticker}` : { market, name: oneSpelling(placed), isPlaced: true }
}

/** The title's name at the place that a side's code has in the ticker; "" when that is neither end, or both. */
function atItsPlace(block: string, side: string, titled: readonly [string, string] | null): string {
  const [isFirst, isSecond] = [block.startsWith(side), block.endsWith(side)]
  if (!titled || isFirst === isSecond) return ''
  return isFirst ? titled[0] : titled[1]
}

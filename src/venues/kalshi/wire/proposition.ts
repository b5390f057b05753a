import { fallbackIn, branchesIn, measuredIn, revisionIn, roundingIn, sourceIn } from '../../../core/market/reading/clauses'
import { contradiction } from '../../../core/market/reading/conditions'
import { monthOf } from '../../../core/market/reading/dates'
import { fedChangeIn } from '../../../core/market/reading/fed'
import { periodIn, seasonal, subjectAmong, tableEntry, type Subject } from '../../../core/market/reading/subjects'
import { readTitle } from '../../../core/market/reading/titles/title'
import { decimal } from '../../../core/market/reading/words'
import { roundingOf, gridOf } from '../../../core/market/reading/published'
import type { Condition, Operator, Proposition, Reading } from '../../../core/market/proposition'
import type { Statistic } from '../../../core/market/statistics'
import type { KalshiEvent, KalshiMarket, KalshiSeries } from './markets'

/** What a market asks, from its own texts; fields that they do not tell are null. Never throws. */
export function readKalshi(market: KalshiMarket, event: KalshiEvent, series: KalshiSeries | null): Reading {
  // the market's own words; where they name no number, those of its event and series
  const subject =
    subjectAmong([market.rulesPrimary, market.title]) ?? subjectAmong([`${event.title} ${event.subTitle}`, series?.title ?? ''])
  if (typeof subject === 'string') return notRead(market, subject)
  if (subject) return ofStatistic(subject, market, event, series)
  const title = readTitle({ title: market.title || event.title, rules: rulesOf(market), edition: editionOf(market.event) })
  return title.kind === 'read' ? title : notRead(market, title.because)
}

function ofStatistic(subject: Subject, market: KalshiMarket, event: KalshiEvent, series: KalshiSeries | null): Reading {
  const entry = tableEntry(subject)
  const condition = entry.id === 'us-fed-change' ? fedChange(market) : conditionOf(market)
  if (typeof condition === 'string') return notRead(market, condition)
  const period = periodOf(entry, market, event)
  if (typeof period === 'object' && period !== null) return notRead(market, period.because)
  const rules = rulesOf(market)
  const source = sourceIn([market.rulesPrimary, market.rulesSecondary, ...settlementSources(event, series)])
  const proposition: Proposition = {
    statistic: subject.statistic,
    adjustment: entry.hasSeasons ? seasonal(entry.id, rules).adjustment : 'none',
    source,
    period,
    condition,
    grid: gridOf(entry, source),
    rounding: roundingOf(entry, source, roundingIn(rules), market.rulesPrimary),
    revision: revisionIn(rules),
    measured: measuredIn(rules) ?? (entry.every === 'meeting' && period !== null ? { date: period, zone: null } : null),
    fallback: fallbackIn(rules),
    branches: branchesIn(rules),
  }
  return { kind: 'read', proposition }
}

const rulesOf = (market: KalshiMarket): string => `${market.rulesPrimary}\n${market.rulesSecondary}`
const settlementSources = (event: KalshiEvent, series: KalshiSeries | null): readonly string[] =>
  [...event.settlementSources, ...(series?.settlementSources ?? [])].map(({ name }) => name)

const OPERATORS: Readonly<Record<string, Operator>> = { greater: '>', greater_or_equal: '>=', less: '<', less_or_equal: '<=' }
/** From the strike fields, which the rule text may confirm and not contradict; a sentence where they do. */
function conditionOf({ strikeType, floorStrike, capStrike, rulesPrimary, rulesSecondary, title }: KalshiMarket): Condition | string {
  const [floor, cap] = [decimal(floorStrike ?? ''), decimal(capStrike ?? '')]
  const operator = OPERATORS[strikeType]
  const threshold = operator?.startsWith('>') ? floor : cap
  let condition: Condition
  if (operator && threshold !== null) condition = { kind: 'threshold', operator, threshold }
  else if (strikeType === 'between' && floor !== null && cap !== null) condition = { kind: 'between', low: floor, high: cap }
  else return `its strike type "${strikeType}" with floor ${floorStrike ?? 'none'} and cap ${capStrike ?? 'none'} says no condition`
  const [, resolves = 'yes'] = RESOLVES.exec(rulesPrimary) ?? []
  if (resolves.toLowerCase() !== 'yes') return 'its rule says first when it resolves to No'
  return contradiction(condition, rulesPrimary || title, rulesSecondary) ?? condition
}
/** "If …, then the market resolves to Yes." */
const RESOLVES = /\bresolves?(?: to| as)? ["'“]?(yes|no)\b/i

/** The decision is told in words alone: its strike is "custom". */
function fedChange({ rulesPrimary, title }: KalshiMarket): Condition | string {
  return fedChangeIn(rulesPrimary) ?? fedChangeIn(title) ?? 'its text does not say what the Fed would decide'
}

/** A period told differently by two texts is an error of the venue's, and ours to notice. */
function periodOf(entry: Statistic, market: KalshiMarket, event: KalshiEvent): string | null | { readonly because: string } {
  const told = [market.rulesPrimary, market.title, event.title, event.subTitle].map((text) => periodIn(entry.every, text))
  const suffix = entry.every === 'month' ? monthOfEvent(market.event) : null
  const [first, ...others] = new Set([...told, suffix].filter((period) => period !== null))
  if (others.length > 0) return { because: `its texts tell several periods: ${[first, ...others].join(', ')}` }
  return first ?? null
}

/** `KXCPI-26AUG`: the reference period of a monthly statistic (kalshi.md §11). */
function monthOfEvent(event: string): string | null {
  const [, year = '', name = ''] = /-(\d\d)([A-Z]{3})$/.exec(event) ?? []
  const month = monthOf(name)
  return month === null || year === '' ? null : `20${year}-${month}`
}
/** `HOUSECA41-26`, `KXMLBALCY-26`: the year of an election or a season, where a segment is nothing but two digits (kalshi.md §11). */
function editionOf(event: string): string | null {
  const found = event.split('-').flatMap((segment) => (/^\d\d$/.test(segment) ? [`20${segment}`] : []))
  return found.length === 1 ? (found[0] ?? null) : null
}

const notRead = (market: KalshiMarket, because: string): Reading => ({ kind: 'not-read', because: `Kalshi ${market.market}: ${because}` })

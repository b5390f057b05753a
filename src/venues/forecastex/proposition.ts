import { branchesIn, fallbackIn, measuredIn, revisionIn, roundingIn, sourceIn } from '../../core/market/reading/clauses'
import { contradiction, conditionsIn } from '../../core/market/reading/conditions'
import { fedChangeIn } from '../../core/market/reading/fed'
import { gridOf, roundingOf } from '../../core/market/reading/published'
import { periodIn, seasonal, subjectAmong, tableEntry, type Subject } from '../../core/market/reading/subjects'
import { readTitle } from '../../core/market/reading/titles/title'
import { decimal, plain } from '../../core/market/reading/words'
import type { Condition, Operator, Proposition, Reading } from '../../core/market/proposition'
import type { Statistic } from '../../core/market/statistics'

/** What the venue tells of a contract: the gateway a few fields, the exchange's own catalogue also the question. */
export interface ForecastexText {
  readonly symbol: string
  /** The gateway's long name: the product's, or the question itself. */
  readonly name: string
  /** A decimal; never read from a label, which is rounded. */
  readonly strike: string
  /** Whatever else the venue says, as sentences or lines. */
  readonly rules?: string
  readonly question?: string
  /** PRODUCT_PERIOD_STRIKE (recorded: `UNR_0824_3.9`, `FFDEC_091626_E0`). */
  readonly contractId?: string
  /** The product's, in the exchange's catalogue. */
  readonly sourceAgency?: string
}

interface Product {
  readonly statistic: string
  readonly operator: Operator
}
/** Products whose question is known where the gateway tells only their name. Others ask above or below under one grammar: only the question tells which. */
const PRODUCTS: Readonly<Record<string, Product>> = {
  // "US Fed Funds Target Rate … set above 4.875%" (market-math §8)
  FF: { statistic: 'us-fed-target-rate', operator: '>' },
  // "the year-over-year change in the US Consumer Price Index exceed 3.4%" (recorded catalogue)
  CPIY: { statistic: 'us-cpi-yoy', operator: '>' },
  // above, and strictly (recorded settlements beside Kalshi's)
  UNR: { statistic: 'us-u3', operator: '>' },
  // "Will US Initial Jobless Claims exceed [number] for the week ending [date]?" (exchange's terms)
  IJC: { statistic: 'us-initial-claims', operator: '>' },
}

/** What a contract asks, from its venue's words; fields that they do not tell are null. Never throws. */
export function readForecastex(text: ForecastexText): Reading {
  const question = questionOf(text)
  const subject = subjectAmong([question ?? text.name])
  if (typeof subject === 'string') return notRead(text, subject)
  if (isConditional(text)) return notRead(text, 'the contract depends on another question, as its four-part id says')
  if (subject && question !== null) return ofStatistic(subject, question, text)
  const product = PRODUCTS[text.symbol]
  if (product) return ofStatistic(seasonal(product.statistic, text.name), null, text)
  if (question === null) return notRead(text, `its product "${text.name}" is not one whose question is known by the name alone`)
  const title = readTitle({ title: question, rules: text.rules ?? '', edition: null })
  return title.kind === 'read' ? title : notRead(text, title.because)
}

function ofStatistic(subject: Subject, question: string | null, text: ForecastexText): Reading {
  const entry = tableEntry(subject)
  const condition = entry.id === 'us-fed-change' ? fedChangeIn(question ?? '') : conditionOf(question, text)
  if (condition === null) return notRead(text, 'its question does not say what the Fed would decide')
  if (typeof condition === 'string') return notRead(text, condition)
  const words = [...new Set([question ?? '', text.name, text.rules ?? ''])].join('\n')
  const period = periodOf(entry, words, text)
  const source = sourceIn([words, text.sourceAgency ?? ''])
  const proposition: Proposition = {
    statistic: subject.statistic,
    adjustment: entry.hasSeasons ? seasonal(entry.id, words).adjustment : 'none',
    source,
    period,
    condition,
    grid: gridOf(entry, source),
    rounding: roundingOf(entry, source, roundingIn(words), words),
    revision: revisionIn(words),
    measured: measuredIn(words) ?? (entry.every === 'meeting' && period !== null ? { date: period, zone: null } : null),
    fallback: fallbackIn(words),
    branches: branchesIn(words),
  }
  return { kind: 'read', proposition }
}

/** As the catalogue has it; else the long name, where it is one, as far as its question mark: what follows are its rules. */
function questionOf({ question, name }: ForecastexText): string | null {
  if (question !== undefined) return question
  const words = plain(name)
  return /^(?:will|if)\b/i.test(words) ? (/^[^?]*\?/.exec(words)?.[0] ?? words) : null
}

/** The strike is the field; the question says on which side of it, and must not say another one. */
function conditionOf(question: string | null, { strike, symbol, rules = '' }: ForecastexText): Condition | string {
  const threshold = decimal(strike)
  if (threshold === null) return `its strike "${strike}" is not a plain decimal`
  const product = PRODUCTS[symbol]
  if (question === null) return product ? { kind: 'threshold', operator: product.operator, threshold } : 'it has no question'
  const [told, ...others] = conditionsIn(question)
  if (told?.kind !== 'threshold' || others.length > 0) return `its question states no single threshold: "${question}"`
  const condition: Condition = { ...told, threshold }
  return contradiction(condition, question, rules) ?? condition
}

/**
 * From the words; else from the exchange's id of the contract, but for a meeting: `FF_091726` is the one that ends on the 16th (recorded). A last trading
 * day is none: it precedes the release by as much as the venue likes.
 */
function periodOf({ every }: Statistic, words: string, { contractId }: ForecastexText): string | null {
  const told = periodIn(every, words)
  const [, month = '', day = '', year = ''] = /^[^_]+_(0[1-9]|1[0-2])(\d\d)?(\d\d)_/.exec(contractId ?? '') ?? []
  if (told !== null || year === '') return told
  if (every === 'month' && day === '') return `20${year}-${month}`
  return (every === 'week' || every === 'day') && day !== '' ? `20${year}-${month}-${day}` : null
}

/** `ZFFCP_091626_E0X0926_3.4`: the condition stands between product and strike. */
const isConditional = ({ contractId }: ForecastexText): boolean => (contractId ?? '').split('_').length > 3

const notRead = ({ contractId, symbol, strike }: ForecastexText, because: string): Reading => ({
  kind: 'not-read',
  because: `ForecastEx ${contractId ?? `${symbol} ${strike}`}: ${because}`,
})

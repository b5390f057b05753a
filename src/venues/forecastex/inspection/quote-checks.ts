import type { Contract } from '@stoqey/ib'
import { formatFixed, formatPrice, formatQuantity, PRICE_DECIMALS, type Price, type Quantity } from '../../../core/units'
import { EXCHANGE, type ContractRows } from '../wire/contracts'
import { LIVE_MARKET_DATA } from '../wire/messages'
import type { Findings } from './findings'
import type { Answer, Heard, Visit } from './visit'

/** First images come within a second; a contract without one side never tells it. */
const QUOTE_LIMIT_MS = 3_000
/** Of the three depth subscriptions that an account has by default, one for a moment. */
const DEPTH_ROWS = 5
const TYPES: readonly string[] = ['', 'live', 'frozen', 'delayed', 'delayed and frozen']
/** Tick types (§10.4): LAST, and the delayed ones. */
const LAST = 4
const DELAYED: ReadonlySet<number> = new Set([66, 67, 68])

/** What one subscription has told. */
interface Quote {
  type: number | null
  bid: Price | null
  ask: Price | null
  bidSize: Quantity | null
  askSize: Quantity | null
  hasLast: boolean
  isDelayed: boolean
}

/** Market data of both outcomes, each from its own contract, and what else is offered of them. */
export async function checkQuotes(visit: Visit, { yes, no }: ContractRows, findings: Findings, signal: AbortSignal): Promise<void> {
  const quotes: Partial<Record<'yes' | 'no', Quote>> = {}
  for (const [outcome, { conId }] of [
    ['yes', yes],
    ['no', no],
  ] as const) {
    const answer = await subscribe(visit, conId, signal)
    if (answer.end === 'refused')
      return findings.trouble('quotes', { kind: 'not-quoted', code: answer.code, conIds: [yes.conId, no.conId] })
    quotes[outcome] = readQuote(answer.items)
  }
  if (!quotes.yes || !quotes.no) return
  checkType([quotes.yes, quotes.no], [yes.conId, no.conId], findings)
  showQuote('YES', quotes.yes, findings)
  showQuote('NO', quotes.no, findings)
  const isTold = [quotes.yes, quotes.no].some(({ bid, ask }) => bid !== null || ask !== null)
  if (isTold) findings.observe('last', quotes.yes.hasLast || quotes.no.hasLast ? 'told' : 'not told')
  checkPair(quotes.yes, quotes.no, findings)
  await checkDepth(visit, yes.conId, findings, signal)
}

const OF_QUOTES: ReadonlySet<string> = new Set(['tickPrice', 'tickSize', 'marketDataType'])

function subscribe(visit: Visit, conId: number, signal: AbortSignal): Promise<Answer<Heard>> {
  const contract: Contract = { conId, exchange: EXCHANGE }
  return visit.ask<Heard>(
    {
      write: (ib, reqId) => ib.reqMktData(reqId, contract, '', false, false),
      cancel: (ib, reqId) => ib.cancelMktData(reqId),
      take: (heard, reqId) => (OF_QUOTES.has(heard.name) && heard.payload[1] === reqId ? heard : null),
      enough: (items) => {
        const { type, bid, ask, bidSize, askSize } = readQuote(items)
        return [type, bid, ask, bidSize, askSize].every((each) => each !== null)
      },
      limitMs: QUOTE_LIMIT_MS,
    },
    signal,
  )
}

function readQuote(heard: readonly Heard[]): Quote {
  const quote: Quote = { type: null, bid: null, ask: null, bidSize: null, askSize: null, hasLast: false, isDelayed: false }
  for (const { name, payload, callback } of heard) {
    if (callback?.kind === 'marketDataType') quote.type = callback.type
    if (callback?.kind === 'price') quote[callback.side] = callback.price
    if (callback?.kind === 'size') quote[callback.side === 'bid' ? 'bidSize' : 'askSize'] = callback.quantity
    if (name !== 'tickPrice') continue
    quote.hasLast ||= payload[2] === LAST
    quote.isDelayed ||= DELAYED.has(Number(payload[2]))
  }
  return quote
}

function checkType(quotes: readonly Quote[], conIds: readonly number[], findings: Findings): void {
  const types = [...new Set(quotes.map(({ type, isDelayed }) => (isDelayed ? 3 : type)))]
  const [type] = types
  if (types.length > 1 || (type !== LIVE_MARKET_DATA && type !== null))
    findings.trouble('market data', { kind: 'not-quoted', code: null, conIds })
  else if (type === null || type === undefined)
    findings.warning('market data', 'the gateway does not tell its type', 'nothing opens on quotes that are not called live')
  else findings.ok('market data', `type ${type}, ${TYPES[type] ?? ''}`)
  if (type !== null && type !== undefined) findings.observe('market-data', String(type))
}

function showQuote(outcome: string, quote: Quote, findings: Findings): void {
  const side = (name: string, at: Price | null, size: Quantity | null): string =>
    at === null ? `no ${name}` : `${name} ${formatPrice(at)} × ${size === null ? 'size not told' : formatQuantity(size)}`
  const { bid, ask, bidSize, askSize, hasLast } = quote
  const detail = `${side('bid', bid, bidSize)}, ${side('ask', ask, askSize)}, LAST ${hasLast ? 'told' : 'not told'}`
  if (bid === null && ask === null)
    return findings.notice(`quotes ${outcome}`, detail, 'nobody quotes it now, or the market is closed: name another one with --contract')
  if ((bid !== null && bidSize === null) || (ask !== null && askSize === null))
    return findings.warning(`quotes ${outcome}`, detail, 'a price without its size is not traded: keep a capture of it')
  findings.ok(`quotes ${outcome}`, detail)
}

/** The ask of one outcome is the pair price less the best bid of the other (§3): what they add up to tells the pair price. */
function checkPair(yes: Quote, no: Quote, findings: Findings): void {
  const sums = [
    [yes.ask, no.bid],
    [no.ask, yes.bid],
  ].flatMap(([ask, bid]) => (ask !== null && ask !== undefined && bid !== null && bid !== undefined ? [ask + bid] : []))
  const shown = [...new Set(sums.map((sum) => formatFixed(sum, PRICE_DECIMALS, 2)))]
  if (shown.length === 0) return findings.notice('pair price', 'not seen: it takes an ask, and a bid of the other outcome')
  findings.ok('pair price', `ask and bid of the other outcome add up to ${shown.join(' and ')}`)
  const [only, ...others] = shown
  if (only !== undefined && others.length === 0) findings.observe('pair-price', only)
}

const DEPTH_MESSAGES: Readonly<Record<string, string>> = { updateMktDepth: 'message 12', updateMktDepthL2: 'message 13' }

async function checkDepth(visit: Visit, conId: number, findings: Findings, signal: AbortSignal): Promise<void> {
  const answer = await visit.ask<string>(
    {
      write: (ib, reqId) => ib.reqMktDepth(reqId, { conId, exchange: EXCHANGE }, DEPTH_ROWS, false),
      cancel: (ib, reqId) => ib.cancelMktDepth(reqId, false),
      take: ({ name, payload }, reqId) => (payload[1] === reqId ? (DEPTH_MESSAGES[name] ?? null) : null),
      enough: (items) => items.length > 0,
      limitMs: QUOTE_LIMIT_MS,
    },
    signal,
  )
  const [message] = answer.items
  const told = message ?? (answer.end === 'refused' ? `refused with ${answer.code}` : 'not told')
  findings.observe('depth', told)
  if (message !== undefined) findings.ok('depth', `offered, as ${message}`)
  else
    findings.notice(
      'depth',
      answer.end === 'refused' ? `refused (${answer.code}: ${answer.message})` : told,
      'leave forecastex.depth off: the displayed top is all that is counted',
    )
}

import { OptionType, SecType, type Contract } from '@stoqey/ib'
import { stateOf } from '../../../core/market/sessions'
import { formatFixed, PRICE_DECIMALS, type Millis } from '../../../core/units'
import { EXCHANGE, type ContractQuery } from '../gateway/contract-reads'
import { readHours } from '../wire/hours'
import type { ContractRow } from '../wire/messages'
import { venueTime } from '../wire/times'
import type { Findings } from './findings'
import type { Answer, Visit } from './visit'

/** "No security definition has been found." */
const NO_SUCH_CONTRACT = 200
const CURRENCY = 'USD'

/** What a contract's details tell beyond what the adapter reads of every one. */
interface Details {
  readonly row: ContractRow
  readonly hours: string
  readonly zone: string
}
/** One question: its two contracts. */
export interface Question {
  readonly yes: Details
  readonly no: Details
}

const text = (details: unknown, key: string): string => {
  const value = (details as Readonly<Record<string, unknown>>)[key]
  return typeof value === 'string' ? value : ''
}

function ask(visit: Visit, contract: Contract, signal: AbortSignal): Promise<Answer<Details>> {
  return visit.ask<Details>(
    {
      write: (ib, reqId) => ib.reqContractDetails(reqId, contract),
      take: ({ callback, payload }, reqId) => {
        if (callback?.kind === 'contractEnd' && callback.reqId === reqId) return 'end'
        if (callback?.kind !== 'contract' || callback.reqId !== reqId) return null
        return { row: callback.contract, hours: text(payload[2], 'tradingHours'), zone: text(payload[2], 'timeZoneId') }
      },
    },
    signal,
  )
}

const option = (symbol: string, date?: string): Contract => ({
  ...{ symbol, secType: SecType.OPT, exchange: EXCHANGE, currency: CURRENCY },
  ...(date === undefined ? {} : { lastTradeDateOrContractMonth: date }),
})

/**
 * Whether the account is told the contracts of a product, whether they come in pairs, and what they say of prices and hours.
 * @returns the question that ends next, to be looked at more closely; null when there is none.
 */
export async function checkContracts(
  visit: Visit,
  query: ContractQuery,
  nowMs: Millis,
  findings: Findings,
  signal: AbortSignal,
): Promise<Question | null> {
  const first = 'conId' in query ? await ask(visit, { conId: query.conId, exchange: EXCHANGE }, signal) : null
  const [named] = first?.items ?? []
  if (first && !named) return refuse(visit, query, first, findings, signal)
  const symbol = named?.row.symbol ?? ('symbol' in query ? query.symbol : '')
  const answer = await ask(visit, option(symbol, named?.row.date), signal)
  if (answer.end !== 'complete' || answer.items.length === 0) return refuse(visit, { symbol }, answer, findings, signal)
  findings.ok('contracts', `${symbol}: ${answer.items.length} contracts in ${Math.round(answer.tookMs)} ms`)
  const { questions, lonely } = pairsOf(answer.items)
  if (lonely.length === 0) findings.ok('pairing', `${questions.length} questions, each with YES and NO`)
  else
    findings.warning(
      'pairing',
      `without their other outcome: ${lonely.join(', ')}`,
      'these questions are not traded; ask IBKR if one should be',
    )
  const wanted = named ? questions.filter(({ yes, no }) => [yes, no].some(({ row }) => row.conId === named.row.conId)) : questions
  const question = nextToEnd(wanted, nowMs)
  if (question) checkQuestion(question, nowMs, findings)
  else findings.notice('question', 'none is open any more: quotes and hours are not looked at', 'name another product with --contract')
  return question
}

/** A product whose index is known and whose contracts are not: the permission is missing (§2). */
async function refuse(
  visit: Visit,
  query: ContractQuery,
  { end, code, message }: Answer<Details>,
  findings: Findings,
  signal: AbortSignal,
): Promise<null> {
  const said = end === 'silent' ? 'contracts were asked for, and no complete answer came' : message || 'no contract was told'
  if ('conId' in query || (end === 'refused' && code !== NO_SUCH_CONTRACT)) {
    const remedy = 'conId' in query ? 'correct the number of the contract' : 'see the code in the list of IBKR'
    findings.failed('contracts', code === null ? said : `${code}: ${message}`, remedy)
    return null
  }
  const index = await ask(visit, { symbol: query.symbol, secType: SecType.IND, exchange: EXCHANGE, currency: CURRENCY }, signal)
  if (index.items.length > 0) findings.trouble('contracts', { kind: 'no-permission', code: end === 'refused' ? code : null, message: said })
  else
    findings.failed(
      'contracts',
      `ForecastEx tells no product ${query.symbol} (${said})`,
      'correct forecastex.symbols, or name one with --contract; if none is told, ask for the permission for event contracts in the Client Portal',
    )
  return null
}

function pairsOf(details: readonly Details[]): { readonly questions: readonly Question[]; readonly lonely: readonly string[] } {
  const sides = new Map<string, { yes?: Details; no?: Details }>()
  for (const each of details) {
    const { symbol, tradingClass, date, strike, right } = each.row
    const key = [symbol, tradingClass, date, strike].join('|')
    sides.set(key, { ...sides.get(key), [right === OptionType.Put ? 'no' : 'yes']: each })
  }
  const all = [...sides.values()]
  return {
    questions: all.flatMap(({ yes, no }) => (yes && no ? [{ yes, no }] : [])),
    lonely: all.flatMap(({ yes, no }) => (yes && no ? [] : [(yes ?? no)?.row.localSymbol ?? ''])),
  }
}

const endOf = ({ yes }: Question): Millis | null => venueTime(yes.row.lastTrade)

function nextToEnd(questions: readonly Question[], nowMs: Millis): Question | null {
  const open = questions.filter((question) => (endOf(question) ?? nowMs + 1) > nowMs)
  return open.toSorted((a, b) => (endOf(a) ?? 0) - (endOf(b) ?? 0))[0] ?? null
}

function checkQuestion(question: Question, nowMs: Millis, findings: Findings): void {
  const { yes } = question
  const { localSymbol, conId, minTick, lastTrade } = yes.row
  findings.ok('question', `${localSymbol} (${conId}), NO ${question.no.row.conId}`)
  if (minTick === null)
    findings.warning('tick and range', 'no price step is told', 'orders are planned on 0.01; one off the grid is refused with 110')
  else {
    findings.ok('tick and range', `steps of ${formatFixed(minTick, PRICE_DECIMALS, 2)}; no range is told, 0.01 to 0.99 is planned`)
    findings.observe('min-tick', formatFixed(minTick, PRICE_DECIMALS, 2))
  }
  const endMs = endOf(question)
  if (endMs !== null) findings.ok('last trading time', `${lastTrade}, which is ${instant(endMs)}`)
  else
    findings.failed('last trading time', `"${lastTrade}" is no time with a zone`, 'nothing may be opened before an end that is not known')
  checkHours(yes, nowMs, findings)
}

function checkHours({ hours, zone }: Details, nowMs: Millis, findings: Findings): void {
  const read = readHours(hours, zone)
  if (read.kind === 'unreadable')
    return findings.failed(
      'trading hours',
      `cannot be read: "${read.text}"`,
      'nothing opens in hours that are not known; keep a capture of it',
    )
  const { state, untilMs } = stateOf(read, nowMs)
  const until = untilMs === null ? '' : ` until ${instant(untilMs)}`
  if (state === 'open') findings.ok('trading hours', `open${until} (${zone})`)
  else findings.notice('trading hours', `${state}${until} (${zone})`, 'quotes may be missing meanwhile')
}

const instant = (ms: Millis): string => `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`

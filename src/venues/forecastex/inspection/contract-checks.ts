import { stateOf } from '../../../core/market/sessions'
import { formatFixed, PRICE_DECIMALS, type Millis } from '../../../core/units'
import { contractsRead, type ContractQuery } from '../gateway/contract-reads'
import { closeOf, pairsOf, type ContractRows } from '../wire/contracts'
import { NO_SUCH_CONTRACT } from '../wire/errors'
import { readHours } from '../wire/hours'
import type { ContractRow } from '../wire/messages'
import type { Findings } from './findings'
import type { Answer, Visit } from './visit'

/** Asks as the adapter does. */
function ask(visit: Visit, query: ContractQuery, signal: AbortSignal): Promise<Answer<ContractRow>> {
  const { write, take } = contractsRead(query)
  return visit.ask<ContractRow>(
    {
      write,
      take: ({ callback }, reqId) => {
        const taken = callback && take(callback, reqId)
        return taken === 'end' ? 'end' : callback?.kind === 'contract' && taken ? callback.contract : null
      },
    },
    signal,
  )
}

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
): Promise<ContractRows | null> {
  const first = 'conId' in query ? await ask(visit, query, signal) : null
  const [named] = first?.items ?? []
  if (first && !named) return refuse(visit, query, first, findings, signal)
  const symbol = named?.symbol ?? ('symbol' in query ? query.symbol : '')
  const answer = await ask(visit, named ? { symbol, date: named.date } : { symbol }, signal)
  if (answer.end !== 'complete' || answer.items.length === 0) return refuse(visit, { symbol }, answer, findings, signal)
  findings.ok('contracts', `${symbol}: ${answer.items.length} contracts in ${Math.round(answer.tookMs)} ms`)
  const { pairs, problems } = pairsOf(answer.items)
  if (problems.length === 0) findings.ok('pairing', `${pairs.length} questions, each with YES and NO`)
  else findings.warning('pairing', problems.join('; '), 'ask IBKR if one of these should be traded')
  const wanted = named ? pairs.filter(({ yes, no }) => [yes, no].some(({ conId }) => conId === named.conId)) : pairs
  const question = nextToEnd(wanted, nowMs)
  if (question) checkQuestion(question, nowMs, findings)
  else findings.notice('question', 'none is open any more: quotes and hours are not looked at', 'name another product with --contract')
  return question
}

/** A product whose index is known and whose contracts are not: the permission is missing (§2). */
async function refuse(
  visit: Visit,
  query: ContractQuery,
  { end, code, message }: Answer<ContractRow>,
  findings: Findings,
  signal: AbortSignal,
): Promise<null> {
  const said = end === 'silent' ? 'contracts were asked for, and no complete answer came' : message || 'no contract was told'
  if ('conId' in query || (end === 'refused' && code !== NO_SUCH_CONTRACT)) {
    const remedy = 'conId' in query ? 'correct the number of the contract' : 'see the code in the list of IBKR'
    findings.failed('contracts', code === null ? said : `${code}: ${message}`, remedy)
    return null
  }
  const index = await ask(visit, { symbol: query.symbol, index: true }, signal)
  if (index.items.length > 0) findings.trouble('contracts', { kind: 'no-permission', code: end === 'refused' ? code : null, message: said })
  else
    findings.failed(
      'contracts',
      `ForecastEx tells no product ${query.symbol} (${said})`,
      'correct forecastex.symbols, or name one with --contract; if none is told, ask for the permission for event contracts in the Client Portal',
    )
  return null
}

function nextToEnd(questions: readonly ContractRows[], nowMs: Millis): ContractRows | null {
  const open = questions.filter(({ yes }) => (closeOf(yes) ?? nowMs + 1) > nowMs)
  return open.toSorted((a, b) => (closeOf(a.yes) ?? 0) - (closeOf(b.yes) ?? 0))[0] ?? null
}

function checkQuestion({ yes, no }: ContractRows, nowMs: Millis, findings: Findings): void {
  const { localSymbol, conId, minTick, lastTrade } = yes
  findings.ok('question', `${localSymbol} (${conId}), NO ${no.conId}`)
  if (minTick === null)
    findings.warning('tick and range', 'no price step is told', 'orders are planned on 0.01; one off the grid is refused with 110')
  else {
    findings.ok('tick and range', `steps of ${formatFixed(minTick, PRICE_DECIMALS, 2)}; no range is told, 0.01 to 0.99 is planned`)
    findings.observe('min-tick', formatFixed(minTick, PRICE_DECIMALS, 2))
  }
  const endMs = closeOf(yes)
  if (endMs !== null) findings.ok('last trading time', `${lastTrade}, which is ${instant(endMs)}`)
  else findings.failed('last trading time', `"${lastTrade}" cannot be read`, 'nothing may be opened before an end that is not known')
  checkHours(yes, nowMs, findings)
}

function checkHours({ tradingHours, timeZone: zone }: ContractRow, nowMs: Millis, findings: Findings): void {
  const read = readHours(tradingHours, zone)
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

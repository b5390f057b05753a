import { isOurOrderId } from '../../../core/ids'
import { formatMoney, money, ONE_CONTRACT, type Money } from '../../../core/units'
import { isReadOnly } from '../wire/errors'
import { BOUGHT } from '../wire/executions'
import type { Execution, OrderEcho } from '../wire/messages'
import { rests } from '../wire/order-state'
import { venueTime } from '../wire/times'
import type { Findings } from './findings'
import type { Answer, Heard, Visit } from './visit'

const CASH = 'TotalCashValue'
/** What is looked at; the adapter itself needs the first alone. */
const TAGS = [CASH, 'SettledCash', 'AvailableFunds', 'AccruedCash', 'NetLiquidation', 'AccountType'] as const
/** How many strangers a row names. */
const NAMED_MAX = 3

const unanswered = (name: string, { end, code, message, tookMs }: Answer<unknown>): string =>
  end === 'refused' ? `${name}: ${code}: ${message}` : `${name} did not end within ${Math.round(tookMs)} ms`
const STALLED = 'during the resets of IBKR answers are late or missing: inspect again after them'

/** Cash, positions, orders and executions: whether each can be read, and what of it is not ours. */
export async function checkAccount(
  visit: Visit,
  account: string,
  clientId: number,
  findings: Findings,
  signal: AbortSignal,
): Promise<void> {
  await checkSummary(visit, account, findings, signal)
  await checkPositions(visit, account, findings, signal)
  await checkOpenOrders(visit, findings, signal)
  await checkExecutions(visit, clientId, findings, signal)
  await checkCompleted(visit, findings, signal)
}

interface Tag {
  readonly account: string
  readonly tag: string
  readonly value: string
  readonly currency: string
}

async function checkSummary(visit: Visit, account: string, findings: Findings, signal: AbortSignal): Promise<void> {
  const answer = await visit.ask<Tag>(
    {
      write: (ib, reqId) => ib.reqAccountSummary(reqId, 'All', TAGS.join(',')),
      cancel: (ib, reqId) => ib.cancelAccountSummary(reqId),
      take({ name, payload }, reqId) {
        if (payload[1] !== reqId) return null
        if (name === 'accountSummaryEnd') return 'end'
        const [, , holder, tag, value, currency] = payload.map(String)
        return name === 'accountSummary' && holder && tag ? { account: holder, tag, value: value ?? '', currency: currency ?? '' } : null
      },
    },
    signal,
  )
  const ours = new Map(answer.items.filter((item) => item.account === account).map((item) => [item.tag, item]))
  const cash = ours.get(CASH)
  if (answer.end !== 'complete') return findings.failed('account summary', unanswered('reqAccountSummary', answer), STALLED)
  const missing = TAGS.filter((tag) => !ours.has(tag))
  if (!cash)
    return findings.failed('account summary', `no ${CASH} of ${account}`, 'log in as a user of that account, or correct the account')
  findings.ok('account summary', `${ours.size} tags${missing.length === 0 ? '' : `; without ${missing.join(', ')}`}`)
  const { value, currency } = cash
  if (currency !== 'USD')
    findings.failed('cash', `${value} ${currency}`, 'event contracts are paid in USD: make it the base currency, or convert cash to USD')
  else if (dollars(value) === null) findings.failed('cash', `"${value}" is no amount`, 'keep a capture of it')
  else findings.ok('cash', `${value} ${currency}, ${ours.get('AccountType')?.value ?? 'type of account not told'}`)
}

function dollars(value: string): Money | null {
  try {
    return money(value)
  } catch {
    return null
  }
}

interface Held {
  readonly account: string
  readonly secType: string
  readonly exchange: string
  readonly contracts: number
}

async function checkPositions(visit: Visit, account: string, findings: Findings, signal: AbortSignal): Promise<void> {
  const answer = await visit.ask<Held>(
    {
      write: (ib) => ib.reqPositions(),
      cancel: (ib) => ib.cancelPositions(),
      take({ callback, payload }) {
        if (callback?.kind === 'positionEnd') return 'end'
        if (callback?.kind !== 'position') return null
        const { exchange } = payload[2] as { readonly exchange?: string }
        return { ...callback, exchange: exchange ?? '' }
      },
    },
    signal,
  )
  if (answer.end !== 'complete') return findings.failed('positions', unanswered('reqPositions', answer), STALLED)
  const held = answer.items.filter(({ contracts }) => contracts !== 0)
  const ours = held.filter((each) => each.account === account && each.secType === 'OPT')
  const exchanges = [...new Set(ours.map(({ exchange }) => exchange || 'empty'))]
  const named = exchanges.length === 0 ? '' : `; their exchange is ${exchanges.join(' and ')}`
  findings.ok('positions', `${ours.length} of event contracts and options, ${held.length - ours.length} others${named}`)
  if (exchanges.length > 0) findings.observe('position-exchange', exchanges.join(' and '))
}

const orders = (item: 'openOrder' | 'completedOrder', end: 'openOrderEnd' | 'completedOrdersEnd') =>
  function take({ callback }: Heard): OrderEcho | 'end' | null {
    if (callback?.kind === end) return 'end'
    return callback?.kind === item && 'order' in callback ? callback.order : null
  }

async function checkOpenOrders(visit: Visit, findings: Findings, signal: AbortSignal): Promise<void> {
  const answer = await visit.ask(
    { write: (ib) => ib.reqAllOpenOrders(), take: orders('openOrder', 'openOrderEnd'), refusedBy: isReadOnly },
    signal,
  )
  if (answer.end === 'refused') return findings.trouble('open orders', { kind: 'read-only' })
  if (answer.end !== 'complete') return findings.failed('open orders', unanswered('reqAllOpenOrders', answer), STALLED)
  const resting = answer.items.filter(rests)
  const strangers = resting.filter(({ orderRef }) => !isOurOrderId(orderRef))
  const detail = `${resting.length} resting; read by a gateway that is not read-only`
  if (strangers.length === 0) return findings.ok('open orders', detail)
  const named = strangers.slice(0, NAMED_MAX).map(({ orderRef, permId }) => (orderRef === '' ? `permId ${permId}` : `"${orderRef}"`))
  findings.warning(
    'open orders',
    `${resting.length} resting, ${strangers.length} of them of somebody else: ${named.join(', ')}`,
    'two who trade in one account net against each other: keep this account for Crossbook alone',
  )
}

type Report = { readonly execution: Execution } | { readonly execId: string; readonly fee: Money }

async function checkExecutions(visit: Visit, clientId: number, findings: Findings, signal: AbortSignal): Promise<void> {
  const answer = await visit.ask<Report>(
    {
      write: (ib, reqId) => ib.reqExecutions(reqId, {}),
      take({ callback }, reqId) {
        if (callback?.kind === 'executionsEnd' && callback.reqId === reqId) return 'end'
        if (callback?.kind === 'execution' && callback.reqId === reqId) return { execution: callback.execution }
        return callback?.kind === 'commission' ? { execId: callback.execId, fee: callback.fee } : null
      },
    },
    signal,
  )
  if (answer.end !== 'complete') return findings.failed('executions', unanswered('reqExecutions', answer), STALLED)
  const executions = answer.items.flatMap((item) => ('execution' in item ? [item.execution] : []))
  const zone = visit.connectionTime.split(' ').slice(2).join(' ') || 'not told'
  const clock = `the gateway's own zone is ${zone}`
  const unreadable = executions.filter(({ time }) => venueTime(time) === null)
  if (unreadable.length > 0)
    findings.warning(
      'executions',
      `the time "${unreadable[0]?.time}" cannot be read; ${clock}`,
      'set the zone of the gateway to one that it names',
    )
  else if (executions.length === 0)
    findings.notice(
      'executions',
      `none is told to client id ${clientId}; ${clock}`,
      `as Master API client ID, ${clientId} is told those of every client`,
    )
  else findings.ok('executions', `${executions.length}, the oldest of ${oldest(executions)}; ${clock}`)
  observeExecutions(executions, new Map(answer.items.flatMap((item) => ('fee' in item ? [[item.execId, item.fee]] : []))), findings)
}

const oldest = (executions: readonly Execution[]): string =>
  executions.toSorted((a, b) => (venueTime(a.time) ?? 0) - (venueTime(b.time) ?? 0))[0]?.time ?? ''

/** What executions of any client show of fee and netting. */
function observeExecutions(executions: readonly Execution[], fees: ReadonlyMap<string, Money>, findings: Findings): void {
  const bought = executions.filter(({ side }) => side === BOUGHT)
  const perContract = bought.flatMap(({ execId, quantity }) => {
    const fee = fees.get(execId)
    return fee === undefined ? [] : [formatMoney(money(Math.round((fee * ONE_CONTRACT) / quantity)))]
  })
  const shown = [...new Set(perContract)]
  if (shown.length > 0) {
    findings.ok('fee', `${shown.join(' and ')} a contract, told for ${perContract.length} of ${bought.length} executions`)
    findings.observe('fee', shown.join(' and '))
  } else findings.notice('fee', 'not seen: it takes an execution in the window')
  const netted = executions.filter(({ side }) => side !== BOUGHT)
  if (netted.length === 0) return
  const sides = [...new Set(netted.map(({ side }) => side))].join(' and ')
  const told = [...new Set(netted.map(({ execId }) => fees.get(execId)).map((fee) => (fee === undefined ? 'none' : formatMoney(fee))))]
  const numbered = netted.some(({ orderRef, orderId }) => orderRef !== '' || orderId !== 0) ? 'order' : 'none'
  findings.ok('netting', `side ${sides}, ids ${numbered}, commission ${told.join(' and ')}`)
  findings.observe('netting-side', sides)
  findings.observe('netting-ids', numbered)
  findings.observe('netting-commission', told.join(' and '))
}

async function checkCompleted(visit: Visit, findings: Findings, signal: AbortSignal): Promise<void> {
  const answer = await visit.ask(
    { write: (ib) => ib.reqCompletedOrders(false), take: orders('completedOrder', 'completedOrdersEnd'), refusedBy: isReadOnly },
    signal,
  )
  if (answer.end === 'refused') return findings.trouble('completed orders', { kind: 'read-only' })
  if (answer.end !== 'complete') return findings.failed('completed orders', unanswered('reqCompletedOrders', answer), STALLED)
  findings.ok('completed orders', `${answer.items.length} of the day`)
}

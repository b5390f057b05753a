import { OrderAction, OrderType, TimeInForce, type Order } from '@stoqey/ib'
import { EXCHANGE } from '../wire/contracts'
import { isReadOnly, TIF_REWRITTEN } from '../wire/errors'
import type { Findings } from './findings'
import type { Visit } from './visit'

/** One contract at the lowest price: if a gateway took it for an order after all, it could cost two cents. */
const LOWEST_PRICE = 0.01
const REFERENCE = 'crossbook-what-if'
/** Not allowed for this account, no permission, refused with a reason. */
const PERMISSION_CODES: ReadonlySet<number> = new Set([203, 460])

interface Echo {
  readonly tif: string
  readonly commission: number | null
  readonly warning: string
}

const echoOf = (payload: readonly unknown[]): Echo => {
  const order = payload[3] as Order
  const state = payload[4] as { readonly commission?: number; readonly warningText?: string }
  const { commission } = state
  return {
    tif: String(order.tif ?? ''),
    commission: typeof commission === 'number' && Number.isFinite(commission) && commission < Number.MAX_VALUE ? commission : null,
    warning: state.warningText ?? '',
  }
}

/**
 * Has the broker check an order without placing it (`whatIf`): permission, cash, presets, and what it would charge. Nothing is recorded in the ledger:
 * no order exists.
 */
export async function checkWhatIf(visit: Visit, account: string, conId: number, findings: Findings, signal: AbortSignal): Promise<void> {
  const orderId = visit.nextOrderId
  const order: Order = {
    ...{ action: OrderAction.BUY, orderType: OrderType.LMT, totalQuantity: 1, lmtPrice: LOWEST_PRICE, tif: TimeInForce.IOC, account },
    ...{ orderRef: REFERENCE, transmit: true, outsideRth: false, whatIf: true },
  }
  const refusals: { readonly code: number; readonly message: string }[] = []
  const answer = await visit.ask<Echo>(
    {
      write: (ib) => ib.placeOrder(orderId, { conId, exchange: EXCHANGE }, order),
      take({ callback, payload }) {
        if (callback?.kind === 'error' && callback.id === orderId) {
          refusals.push(callback)
          return callback.code === TIF_REWRITTEN ? null : 'end'
        }
        return callback?.kind === 'openOrder' && payload[1] === orderId ? echoOf(payload) : null
      },
      enough: (items) => items.length > 0,
    },
    signal,
  )
  const [echo] = answer.items
  if (echo) return accepted(echo, refusals, findings)
  const [refusal] = refusals
  if (!refusal)
    return findings.failed(
      'what-if order',
      `no answer within ${Math.round(answer.tookMs)} ms`,
      'look in the window of the gateway for a dialogue',
    )
  const { code, message } = refusal
  if (isReadOnly(code, message)) findings.trouble('what-if order', { kind: 'read-only' })
  else if (PERMISSION_CODES.has(code) || /permission/i.test(message))
    findings.trouble('what-if order', { kind: 'no-permission', code, message })
  else
    findings.failed('what-if order', `refused: ${code}: ${message}`, 'an order of one contract would be refused like this: see the reason')
}

function accepted({ tif, commission, warning }: Echo, remarks: readonly { readonly code: number }[], findings: Findings): void {
  if (tif !== 'IOC' || remarks.some(({ code }) => code === TIF_REWRITTEN)) {
    findings.failed(
      'what-if order',
      `a preset makes ${tif || 'another time in force'} of IOC`,
      'remove the order presets of the gateway (Configure, Presets)',
    )
    findings.observe('tif-preset', tif)
    return
  }
  findings.observe('tif-preset', 'IOC')
  const charged = commission === null ? 'no commission told' : `commission ${commission}`
  findings.ok('what-if order', `checked and not placed: BUY 1 at ${LOWEST_PRICE} IOC, ${charged}${warning === '' ? '' : `; ${warning}`}`)
}

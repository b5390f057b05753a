import type { OrderIdentity } from './exchange/orders'
import type { FaultBook } from './port'
import type { Token } from './protocol/frames'

type Frame = readonly Token[]

/** The order that a frame tells of: what a fault may be aimed at. */
export interface Aim extends OrderIdentity {
  /** The scenario's id of its contract; 0 when it has none. */
  readonly conId: number
}

/** A frame on its way to a client, and the order it belongs to. */
export interface Told {
  readonly frame: Frame
  readonly aim: Aim | null
}

/** How a connection ends with the last frame; null: it does not. */
export type FatalEnding = 'end' | 'half_open' | null

const KINDS: Readonly<Record<number, string>> = { 3: 'orderStatus', 4: 'error', 5: 'openOrder', 11: 'execDetails', 59: 'commissionReport' }
const kindOf = ({ frame }: Told): string => KINDS[Number(frame[0])] ?? ''
const keyOf = ({ clientId, orderId }: Aim): string => `${clientId}/${orderId}`
/** What the fields of a fault are compared with. */
export const matchOf = ({ clientId, orderId, orderRef, conId }: Aim): Record<string, unknown> => ({
  client_id: clientId,
  order_id: orderId,
  order_ref: orderRef,
  ...(conId === 0 ? {} : { con_id: conId }),
})

/** The frames that one change sends to one client, as the armed faults of its orders leave them. */
export function shapeReports(
  told: readonly Told[],
  faults: FaultBook,
): { readonly frames: readonly Frame[]; readonly ending: FatalEnding } {
  if (faults.isQuiet) return { frames: told.map(({ frame }) => frame), ending: null }
  const aims = new Map(told.flatMap(({ aim }) => (aim ? [[keyOf(aim), aim] as const] : [])))
  let shaped = told
  for (const aim of aims.values()) shaped = shapeOrder(shaped, aim, faults)
  const { kept, ending } = cutAfter(shaped, faults)
  return { frames: kept.map(({ frame }) => frame), ending }
}

/** A fault is asked for only where it would change something, so that it waits for the frame it is meant for. */
function shapeOrder(told: readonly Told[], aim: Aim, faults: FaultBook): readonly Told[] {
  const match = matchOf(aim)
  const is =
    (kind: string) =>
    (each: Told): boolean =>
      each.aim !== null && keyOf(each.aim) === keyOf(aim) && kindOf(each) === kind
  let shaped = told
  const change = (kind: string, name: string, apply: (fault: Readonly<Record<string, unknown>>) => readonly Told[]): void => {
    const fault = shaped.some(is(kind)) ? faults.take(name, match) : null
    if (fault) shaped = apply(fault)
  }
  const isStatus = is('orderStatus')
  change('orderStatus', 'status_missing', () => shaped.filter((each) => !isStatus(each)))
  change('orderStatus', 'status_reordered', () => statusFirst(shaped, isStatus, is('openOrder')))
  change('orderStatus', 'status_out_of_order', () => reversed(shaped, isStatus))
  change('orderStatus', 'duplicate_status', (fault) => repeated(shaped, isStatus, fault))
  change('openOrder', 'duplicate_open_order', (fault) => repeated(shaped, is('openOrder'), fault))
  change('commissionReport', 'commission_first', () => commissionsFirst(shaped, is('execDetails'), is('commissionReport')))
  return shaped.flatMap((each) => {
    const fault = is('execDetails')(each) ? faults.take('duplicate_exec', match) : null
    return fault ? copies(each, fault) : [each]
  })
}

type Test = (told: Told) => boolean

/** Each status before the openOrder that precedes it. */
function statusFirst(told: readonly Told[], isStatus: Test, isOpenOrder: Test): readonly Told[] {
  const changed = [...told]
  for (let at = 1; at < changed.length; at++) {
    const [before, status] = [changed[at - 1], changed[at]]
    if (before && status && isOpenOrder(before) && isStatus(status)) changed.splice(at - 1, 2, status, before)
  }
  return changed
}

/** The statuses change places: the last one comes first, so that the filled counts go down. */
function reversed(told: readonly Told[], isStatus: Test): readonly Told[] {
  const statuses = told.filter(isStatus)
  return told.map((each) => (isStatus(each) ? (statuses.pop() ?? each) : each))
}

const repeated = (told: readonly Told[], which: Test, fault: Readonly<Record<string, unknown>>): readonly Told[] =>
  told.flatMap((each) => (which(each) ? copies(each, fault) : [each]))

/** The frame, and `count` (1) copies of it. */
function copies(told: Told, { count = 1 }: Readonly<Record<string, unknown>>): readonly Told[] {
  return Array.from({ length: Number(count) + 1 }, () => told)
}

/** Each commission report before the execution that it belongs to. */
function commissionsFirst(told: readonly Told[], isExecution: Test, isCommission: Test): readonly Told[] {
  const changed = told.filter((each) => !isCommission(each))
  for (const report of told.filter(isCommission)) {
    const [, , execId] = report.frame
    const at = changed.findIndex((each) => isExecution(each) && each.frame.includes(execId ?? ''))
    changed.splice(at < 0 ? changed.length : at, 0, report)
  }
  return changed
}

/** Fault drop_after: the connection dies with this frame, and what follows it is never sent. */
function cutAfter(told: readonly Told[], faults: FaultBook): { readonly kept: readonly Told[]; readonly ending: FatalEnding } {
  for (const [at, each] of told.entries()) {
    if (!each.aim || kindOf(each) === '') continue
    const fault = faults.take('drop_after', { ...matchOf(each.aim), frame: kindOf(each) })
    if (fault) return { kept: told.slice(0, at + 1), ending: fault['how'] === 'half_open' ? 'half_open' : 'end' }
  }
  return { kept: told, ending: null }
}

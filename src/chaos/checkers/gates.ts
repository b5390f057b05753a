import type { Struck } from '../where'
import { grouped, type Case, type SentOrder } from './case'
import type { Violation } from './violation'

/** A capture's stamp is made in the turn of the gate's look at the clock: the difference is microseconds, told in whole milliseconds. */
const STAMP_MS = 5
/** From the write to the venue's clock: loopback, and two cores that many processes share. */
const TRAVEL_MS = 1_000
/** The process whose standstill delays what arrives at the venues. */
const VENUES_PROCESS = 'sim'

/** I4: no byte after its not-after, under a lease that another holds, or against a halt that its process knew of. */
export function atTheGate(of: Case): readonly Violation[] {
  return [...of.orders.flatMap((order) => late(order, of.struck)), ...fenced(of), ...knewBetter(of)]
}

function late({ clientOrderId, tradeId, sent, arrived, notAfterMs }: SentOrder, struck: readonly Struck[]): readonly Violation[] {
  if (notAfterMs === null) return []
  const left = sent.filter(({ atMs }) => atMs > notAfterMs + STAMP_MS)
  const came = arrived.filter(({ atMs }) => atMs > notAfterMs + TRAVEL_MS && !stoodStill(struck, notAfterMs, atMs))
  return [...left, ...came].map(({ by, atMs }) => ({
    invariant: 'I4',
    tradeId,
    detail: `${clientOrderId} left ${atMs - notAfterMs} ms after its not-after ${notAfterMs}, seen by ${by}`,
  }))
}

const stoodStill = (struck: readonly Struck[], fromMs: number, toMs: number): boolean =>
  struck.some(
    ({ kind, name, atMs, untilMs }) =>
      (kind === 'stop' || kind === 'kill') && name === VENUES_PROCESS && atMs <= toMs && (untilMs ?? toMs) >= fromMs,
  )

/** `streaming-<shard>-<pid>`: processes of one shard follow one another. */
const shardOf = (process: string): string => process.replace(/-\d+$/, '')

/** E19: once a successor has sent, its predecessor sends no more. */
function fenced({ evidence: { sent } }: Case): readonly Violation[] {
  return [...grouped(sent, ({ by }) => shardOf(by)).values()].flatMap((ofShard) => {
    const past = new Set<string>()
    let holder: string | null = null
    return ofShard.flatMap(({ by, clientOrderId, tradeId, atMs }): readonly Violation[] => {
      if (holder !== null && holder !== by) past.add(holder)
      holder = by
      return past.has(by)
        ? [{ invariant: 'I4', tradeId, detail: `${by} sent ${clientOrderId} at ${atMs} after another process had the lease` }]
        : []
    })
  })
}

/** E26: an opening is judged under a halt epoch; a process that was told of a later one does not send it. */
function knewBetter({ evidence: { told, sent }, orders }: Case): readonly Violation[] {
  const byId = new Map(orders.map((order) => [order.clientOrderId, order]))
  return sent.flatMap(({ clientOrderId, tradeId, by, n, atMs }): readonly Violation[] => {
    const order = byId.get(clientOrderId)
    const epoch = order?.trade?.haltEpoch
    if (order?.purpose !== 'opening' || epoch === undefined) return []
    const later = told.find((halts) => halts.by === by && halts.n < n && halts.epoch > epoch)
    return later
      ? [
          {
            invariant: 'I4',
            tradeId,
            detail: `${clientOrderId} left at ${atMs} under halt epoch ${epoch}; ${by} knew of ${later.epoch} since ${later.atMs}`,
          },
        ]
      : []
  })
}

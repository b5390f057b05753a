import type { IBApi } from '@stoqey/ib'
import { FAILURES } from '../../core/failures'
import { isOurOrderId, type ClientOrderId } from '../../core/ids'
import type { OrderIntent } from '../../core/trade/order'
import type { Final, LegOutcome, Rejected, RejectReason, Unknown } from '../../core/trade/outcome'
import type { Clock } from '../../ports/clock'
import type { FrameLog } from '../../ports/frame-log'
import type { Log } from '../../ports/log'
import type { OrderEntry } from '../../ports/order-entry'
import type { ContractPair, ForecastexCatalog } from './catalog'
import { spell, termsOf, unspeakable } from './direction'
import type { Gateway } from './gateway/owner'
import { Holdings } from './orders/holdings'
import { TrackedOrders } from './orders/tracked'
import { EXECUTIONS_ZONE, provenAbsent, recover, type RecoveryContext } from './orders/recovery'
import { type HeldPosition } from './gateway/account-reads'
import { RequestFailed } from './gateway/read'
import { reachesVenue } from './gateway/session'
import { finalOf, isEnded, promptAnswer, rests, settledAnswer, type OrderState, type OrderTerms } from './wire/order-state'

/** An IOC is answered within a round trip to the exchange; seconds without one mean that something is lost. */
const ANSWER_LIMIT_MS = 5_000
/** The frames of one order come in one burst (loopback p99 20 ms): executions that follow their order's end are in by then. */
const SETTLE_MS = 50
/** After a cancel the order list is asked this often, this far apart, before what is left is reported as resting. */
const CANCEL_LOOKS = 8
const CANCEL_LOOK_EVERY_MS = 250

export interface ForecastexOrderEntryOptions {
  readonly gateway: Gateway
  readonly catalog: ForecastexCatalog
  readonly account: string
  readonly clock: Clock
  readonly log: Log
  /** Used when the gateway does not record by itself. */
  readonly frameLog: FrameLog
  /** E14: how long after an order's end its executions are read again before it is final. A fill can follow a cancel. */
  readonly graceMs: number
  /** Default 5,000: then the outcome is unknown. */
  readonly answerTimeoutMs?: number
  /** Time zone whose midnight ends the gateway's executions window; default America/New_York, null: the window never ends. */
  readonly executionsZone?: string | null
}

/** Orders at ForecastEx: BUY LMT IOC of the outcome's own contract, one write per id, every echo compared with the intent. */
export function createForecastexOrderEntry(options: ForecastexOrderEntryOptions): OrderEntry {
  return new GatewayOrderEntry(options)
}

class GatewayOrderEntry implements OrderEntry {
  readonly venue = 'forecastex'
  readonly #options: ForecastexOrderEntryOptions
  readonly #orders = new TrackedOrders()
  readonly #recovery: RecoveryContext
  readonly #cancelled = new Set<ClientOrderId>()
  readonly #holdings: Holdings

  constructor(options: ForecastexOrderEntryOptions) {
    this.#options = options
    this.#holdings = new Holdings(options.account)
    const { gateway, clock, log, executionsZone = EXECUTIONS_ZONE } = options
    this.#recovery = { gateway, clock, log, executionsZone, orders: this.#orders, cancel: (id, signal) => this.#cancel(id, signal) }
    gateway.listen((arrival) => this.#orders.accept(arrival))
    this.#orders.listen((id) => this.#watchEcho(id))
  }

  async place(order: OrderIntent, mayWrite: () => RejectReason | null, signal: AbortSignal): Promise<LegOutcome> {
    const { gateway, account } = this.#options
    const mistake = unspeakable(order)
    if (mistake !== null) return refused('guard', mistake)
    if (!reachesVenue(gateway.session)) return gatewayDown(gateway)
    const contracts = await this.#contracts(order, signal)
    if ('kind' in contracts) return contracts
    const terms = termsOf(order, contracts, account, gateway.clientId)
    try {
      await gateway.pace('order', signal)
    } catch {
      return refused('guard', 'stopped before the write')
    }
    return this.#write(terms, contracts, mayWrite, signal)
  }

  /** One turn of the event loop from the last question to the last byte (E11): nothing here may wait before the send. */
  #write(
    terms: OrderTerms,
    contracts: ContractPair,
    mayWrite: () => RejectReason | null,
    signal: AbortSignal,
  ): Promise<LegOutcome> | LegOutcome {
    const { gateway } = this.#options
    if (!reachesVenue(gateway.session)) return gatewayDown(gateway)
    // I1: its bytes have left once already; what became of them is a question for find.
    if (this.#orders.find(terms.clientOrderId)) return { kind: 'unknown', cause: 'timeout' }
    const { contract, order } = spell(terms)
    const orderId = gateway.nextOrderId()
    const refusal = mayWrite()
    if (refusal !== null) return refused(refusal, 'the gate refused in the turn of the write')
    this.#holdings.before(terms, contracts)
    this.#orders.track(terms, { orderId, conn: gateway.session.conn })
    const written = this.#send(['placeOrder', orderId, contract, order], (ib) => ib.placeOrder(orderId, contract, order))
    return written ? this.#answer(terms.clientOrderId, signal) : { kind: 'unknown', cause: 'disconnected' }
  }

  #send(payload: readonly unknown[], write: (ib: IBApi) => void): boolean {
    const { gateway, frameLog } = this.#options
    if (!gateway.recording) frameLog.stamp({ venue: 'forecastex', conn: gateway.session.conn, dir: 'out', payload })
    return gateway.send(payload, write)
  }

  async #contracts({ market }: OrderIntent, signal: AbortSignal): Promise<ContractPair | Rejected> {
    try {
      return await this.#options.catalog.contracts(market, signal)
    } catch (error) {
      return refused('guard', `the contracts of market ${market} are not known: ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  /** Until the order's own answer is known, the session ends, the caller gives up or the limit passes. */
  #answer(id: ClientOrderId, signal: AbortSignal): Promise<LegOutcome> {
    const { gateway, clock, answerTimeoutMs = ANSWER_LIMIT_MS } = this.#options
    return new Promise<LegOutcome>((resolve) => {
      const over = new AbortController()
      let settle: 'not yet' | 'running' | 'elapsed' = 'not yet'
      const finish = (outcome: LegOutcome): void => {
        over.abort()
        for (const stop of stops) stop()
        resolve(outcome)
      }
      const settled = (): void => {
        const outcome = settledAnswer(this.#state(id))
        if (outcome) finish(outcome)
      }
      const check = (): void => {
        const answer = promptAnswer(this.#state(id))
        if (answer !== null && answer !== 'settling') return finish(answer)
        if (answer === 'settling' && settle === 'elapsed') return settled()
        if (answer === null || settle !== 'not yet') return
        settle = 'running'
        clock.sleep(SETTLE_MS, over.signal).then(() => {
          settle = 'elapsed'
          settled()
        }, ignore)
      }
      const lost = (cause: Unknown['cause']): void => finish(settledAnswer(this.#state(id)) ?? { kind: 'unknown', cause })
      const abort = (): void => lost('timeout')
      signal.addEventListener('abort', abort, { once: true })
      const stops = [
        this.#orders.listen((changed) => (changed === id ? check() : undefined)),
        gateway.listen(({ callback }) => (callback?.kind === 'disconnected' ? lost('disconnected') : undefined)),
        () => signal.removeEventListener('abort', abort),
      ]
      clock.sleep(answerTimeoutMs, over.signal).then(() => lost('timeout'), ignore)
      if (signal.aborted) abort()
    })
  }

  #state(id: ClientOrderId): OrderState {
    const tracked = this.#orders.find(id)
    if (!tracked) throw new Error(`order ${id} is not tracked`)
    return tracked.state
  }

  /** E13: what the venue works is not what was asked for. Its rest is cancelled at once; the caller halts the venue. */
  #watchEcho(id: ClientOrderId): void {
    const state = this.#state(id)
    if (state.differs === null || this.#cancelled.has(id)) return
    this.#cancelled.add(id)
    const { log, clock } = this.#options
    log.error(
      { venue: 'forecastex', clientOrderId: id, failure: FAILURES.echoDiffers, differs: state.differs },
      'The venue works another order than intended',
    )
    if (isEnded(state) || state.orderId === null) return
    const limit = new AbortController()
    clock.sleep(ANSWER_LIMIT_MS, limit.signal).then(() => limit.abort(new Error('no slot for a cancel')), ignore)
    this.#cancel(state.orderId, limit.signal)
      .catch((error: unknown) =>
        log.error({ venue: 'forecastex', clientOrderId: id, cause: String(error) }, 'The order could not be cancelled'),
      )
      .finally(() => limit.abort())
      .catch(ignore)
  }

  async #cancel(orderId: number, signal: AbortSignal): Promise<void> {
    await this.#options.gateway.pace('order', signal)
    this.#send(['cancelOrder', orderId], (ib) => ib.cancelOrder(orderId))
  }

  async find(order: OrderIntent, signal: AbortSignal): Promise<LegOutcome> {
    const tracked = await this.#track(order, signal)
    if (!tracked) return { kind: 'unknown', cause: 'disconnected' }
    const proven = provenAbsent(this.#orders.find(order.clientOrderId))
    if (proven) return proven
    const state = this.#state(order.clientOrderId)
    const known = isEnded(state) ? settledAnswer(state) : null
    if (known) return known
    return this.#reading(() => recover(this.#recovery, order, signal), { kind: 'unknown', cause: 'timeout' }, signal)
  }

  async finalise(order: OrderIntent, signal: AbortSignal): Promise<Final | null> {
    const { gateway, clock, graceMs } = this.#options
    const outcome = await this.find(order, signal)
    const tracked = this.#orders.find(order.clientOrderId)
    if (outcome.kind === 'unknown' || !tracked || tracked.endedMs === null) return null
    if (clock.nowMs() - tracked.endedMs < graceMs || !reachesVenue(gateway.session)) return null
    const reread = await this.#reading(() => gateway.requests.executions(signal), null, signal)
    const positions = reread && (await this.#reading(() => gateway.requests.positions(signal), null, signal))
    const final = positions && finalOf(this.#state(order.clientOrderId), this.#orders.fees)
    if (!positions || !final) return null
    this.#holdings.note(positions)
    return (await this.#isHeld(order, final, positions, signal)) ? final : null
  }

  /** E14: the positions agree. Apart for too long, the executions stand and somebody is told. */
  async #isHeld(order: OrderIntent, final: Final, positions: readonly HeldPosition[], signal: AbortSignal): Promise<boolean> {
    const { clock, log } = this.#options
    const contracts = await this.#contracts(order, signal)
    if ('kind' in contracts) return false
    const { terms } = this.#state(order.clientOrderId)
    const agreement = this.#holdings.judge(terms, contracts, final.quantity, positions, clock.nowMs())
    const fields = { venue: 'forecastex', clientOrderId: order.clientOrderId, filled: final.quantity }
    if (agreement === 'apart') log.warn(fields, 'The positions do not show what the executions say; both are read again')
    if (agreement === 'late')
      log.error({ ...fields, failure: FAILURES.positionsDiffer }, 'The positions never agreed; the executions stand')
    return agreement !== 'apart'
  }

  /** Follows an order that an earlier process sent. false: its contracts cannot be known now. */
  async #track(order: OrderIntent, signal: AbortSignal): Promise<boolean> {
    if (this.#orders.find(order.clientOrderId)) return true
    const contracts = await this.#contracts(order, signal)
    if ('kind' in contracts) return false
    this.#orders.track(termsOf(order, contracts, this.#options.account, this.#options.gateway.clientId), null)
    return true
  }

  /** A read that fails proves nothing: `otherwise` is the answer. An abort is the caller's and goes through. */
  async #reading<T, F>(read: () => Promise<T>, otherwise: F, signal: AbortSignal): Promise<T | F> {
    try {
      return await read()
    } catch (error) {
      if (signal.aborted || !(error instanceof RequestFailed)) throw error
      this.#options.log.warn({ venue: 'forecastex', cause: error.message }, 'A read of the gateway failed; nothing is concluded from it')
      return otherwise
    }
  }

  async cancelEverything(signal: AbortSignal): Promise<readonly ClientOrderId[]> {
    const { clock } = this.#options
    let resting = await this.#resting(signal)
    for (let look = 0; look < CANCEL_LOOKS && resting.length > 0; look += 1) {
      for (const { orderId } of resting) await this.#cancel(orderId, signal)
      await clock.sleep(CANCEL_LOOK_EVERY_MS, signal)
      resting = await this.#resting(signal)
    }
    return resting.map(({ id }) => id)
  }

  /** Own orders only: the same client id, the same account, a reference of ours. Manual orders are never touched (E27). */
  async #resting(signal: AbortSignal): Promise<readonly { readonly id: ClientOrderId; readonly orderId: number }[]> {
    const { gateway, account } = this.#options
    const open = await gateway.requests.openOrders(signal)
    return open.flatMap((echo) => {
      const ours = echo.clientId === gateway.clientId && echo.account === account && rests(echo)
      return ours && isOurOrderId(echo.orderRef) ? [{ id: echo.orderRef, orderId: echo.orderId }] : []
    })
  }
}

const ignore = (): void => undefined
const refused = (reason: RejectReason, detail: string): Rejected => ({ kind: 'rejected', reason, detail })
const gatewayDown = ({ session }: Gateway): Rejected => refused('guard', `gateway down: ${session.reason}`)

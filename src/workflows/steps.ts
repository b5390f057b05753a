import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  defineQuery,
  defineSignal,
  isCancellation,
  proxyActivities,
  proxyLocalActivities,
  setCurrentDetails,
  setHandler,
  sleep,
  TimeoutFailure,
} from '@temporalio/workflow'
import { haltCovers, isCure, type Scope } from '../core/risk/scope'
import type { OrderIntent } from '../core/trade/order'
import type { LegOutcome } from '../core/trade/outcome'
import type { BoxPlan } from '../core/trade/plan'
import type { TradeSteps } from '../core/trade/steps'
import { QUERIES, SIGNALS, type Command, type Progress, type TradeActivities } from './messages'
import { cureLine, orderLine, outcomeLine, reservationLine, resultLine, Story } from './story'

/** Name of the error that stores/postgres throws when it cannot be asked. */
const LEDGER_AWAY = 'LedgerUnreachable'

/** Every timeout of a trade in one place, with its reason. */
export const TIMEOUTS = {
  /** A reserve takes 3 ms; a ledger that needs more than this twice over is down, and nothing opens without it. */
  reserve: { startToCloseTimeout: '2s', retry: { maximumAttempts: 3, initialInterval: '100ms' } },
  /** An order's answer comes in milliseconds, its not-after is shorter than this. One attempt: the outcome of a lost one is unknown, never resent (E12). */
  place: { startToCloseTimeout: '3s', retry: { maximumAttempts: 1 } },
  /** Asked until known; an attempt polls by itself for most of this, so retries stay rare and the gap between them small. */
  patient: { startToCloseTimeout: '10s', retry: { initialInterval: '100ms', backoffCoefficient: 1.5, maximumInterval: '5s' } },
} as const

const local = proxyLocalActivities<Pick<TradeActivities, 'checkRiskAndReserve'>>(TIMEOUTS.reserve)
const once = proxyActivities<Pick<TradeActivities, 'place'>>(TIMEOUTS.place)
const patient = proxyActivities<Omit<TradeActivities, 'checkRiskAndReserve' | 'place'>>(TIMEOUTS.patient)

const haltSignal = defineSignal<[Command]>(SIGNALS.halt)
const resumeSignal = defineSignal<[Command]>(SIGNALS.resume)
const progressQuery = defineQuery<Progress>(QUERIES.progress)

/** Binds the saga's steps to activities. The one place that knows timeouts, attempts and Temporal's failures. */
export function temporalSteps(plan: BoxPlan): TradeSteps {
  const halts = new Map<Scope, Command>()
  const story = new Story(plan)
  let cancelled = false
  let progress: Omit<Progress, 'halts'> = { state: 'running', step: 'reserve' }
  const tell = (step: string, what: string): void => setCurrentDetails(story.add(step, what))
  const enter = (step: string, state: Progress['state'] = 'running'): void => void (progress = { state, step })

  setHandler(haltSignal, (command) => {
    halts.set(command.scope, command)
    tell('halt', `${command.scope} by ${command.by}: ${command.reason}`)
  })
  setHandler(resumeSignal, (command) => {
    halts.delete(command.scope)
    tell('resume', `${command.scope} by ${command.by}: ${command.reason}`)
  })
  setHandler(progressQuery, () => ({ ...progress, halts: [...halts.keys()] }))
  CancellationScope.current().cancelRequested.catch(() => {
    cancelled = true
  })

  return {
    ...orderSteps(tell, enter),
    async checkRiskAndReserve(reserved) {
      const reservation = await local.checkRiskAndReserve
        .executeWithOptions({ ...TIMEOUTS.reserve, summary: 'risk checks and reserve' }, [reserved])
        .catch((error: unknown) => {
          if (!isLedgerAway(error)) throw error
          const actual = isCancellation(error) ? 'cancelled' : 'no answer'
          return { kind: 'refused' as const, verdicts: [{ check: 'ledger reachable', passed: false, actual, limit: '3 attempts of 2 s' }] }
        })
      tell('reserve', reservationLine(reservation))
      return reservation
    },
    async chooseCure(unpaired, budgetLeft, pace) {
      enter('cure')
      const cure = await patient.chooseCure(unpaired, budgetLeft, pace)
      tell('cure', cureLine(cure))
      if (cure.chosen.way === 'wait') enter('cure', cure.chosen.state)
      return cure
    },
    async close(result) {
      enter('close')
      const booked = await patient.close(result)
      tell('end', resultLine({ ...result, ...booked }))
      return booked
    },
    stopped: (order) => (cancelled && !isCure(order)) || [...halts.keys()].some((scope) => haltCovers(scope, order)),
    wait: (durationMs) => sleep(durationMs, { summary: `waiting: ${progress.state}` }),
    shielded: (work) => CancellationScope.nonCancellable(work),
  }
}

/**
 * No answer from the ledger: it was unreachable, too slow, or we were cancelled meanwhile. A local activity's failure arrives bare, a regular
 * one's wrapped. Anything else that fails is a bug and stays one.
 */
function isLedgerAway(error: unknown): boolean {
  const cause = error instanceof ActivityFailure ? error.cause : error
  return isCancellation(error) || cause instanceof TimeoutFailure || (cause instanceof ApplicationFailure && cause.type === LEDGER_AWAY)
}

function orderSteps(
  tell: (step: string, what: string) => void,
  enter: (step: string, state?: Progress['state']) => void,
): Pick<TradeSteps, 'place' | 'resolve' | 'finish'> {
  const slot = (order: OrderIntent): string => order.clientOrderId.slice(order.clientOrderId.lastIndexOf('-') + 1)
  return {
    async place(order) {
      enter(`place ${slot(order)}`)
      const outcome = await once.place
        .executeWithOptions({ ...TIMEOUTS.place, summary: orderLine(order) }, [order])
        .catch((error: unknown): LegOutcome => {
          if (!(error instanceof ActivityFailure)) throw error
          return { kind: 'unknown', cause: 'timeout' } // lost worker, timeout, cancel: it may live
        })
      tell(`place ${slot(order)}`, `${orderLine(order)} → ${outcomeLine(outcome)}`)
      return outcome
    },
    async resolve(order) {
      enter(`resolve ${slot(order)}`, 'resolving')
      const known = await patient.resolve.executeWithOptions({ ...TIMEOUTS.patient, summary: `what became of ${order.clientOrderId}` }, [
        order,
      ])
      tell(`resolve ${slot(order)}`, outcomeLine(known))
      return known
    },
    async finish(order) {
      enter(`finish ${slot(order)}`)
      const filled = await patient.finish.executeWithOptions({ ...TIMEOUTS.patient, summary: `${order.clientOrderId} until final` }, [
        order,
      ])
      tell(`finish ${slot(order)}`, outcomeLine({ kind: 'done', filled }))
      return filled
    },
  }
}

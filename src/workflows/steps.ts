import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common'
import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  proxyActivities,
  proxyLocalActivities,
  sleep,
  TimeoutFailure,
  upsertSearchAttributes,
} from '@temporalio/workflow'
import { haltCovers, isCure } from '../core/risk/scope'
import type { TradeId } from '../core/ids'
import type { OrderIntent } from '../core/trade/order'
import type { Plan } from '../core/trade/plan'
import type { LegOutcome } from '../core/trade/outcome'
import { inTurn, type SuccessorSteps, type TradeSteps } from '../core/trade/steps'
import { NO_QUANTITY, type Quantity } from '../core/units'
import type { SagaTerms, TradeActivities } from './messages'
import { resolving } from './resolving'
import { Course } from './course'
import { cureLine, orderLine, outcomeLine, planLine, reservationLine, resultLine, saleLine, verdictLine } from './story'

/** Name of the error that stores/postgres throws when it cannot be asked. */
const LEDGER_AWAY = 'LedgerUnreachable'

/** Every timeout of a trade in one place, with its reason. */
export const TIMEOUTS = {
  /** A reserve takes 3 ms; a ledger that needs more than this twice over is down, and nothing opens without it. */
  reserve: { startToCloseTimeout: '2s', retry: { maximumAttempts: 3, initialInterval: '100ms' } },
  /**
   * An order's answer comes in milliseconds, its not-after is shorter than this. One attempt: the outcome of a lost one is unknown, never resent
   * (E12). One that no worker has begun is past its not-after by then (3.5 s at most), and proven never sent (E16).
   */
  place: { scheduleToStartTimeout: '5s', startToCloseTimeout: '3s', retry: { maximumAttempts: 1 } },
  /**
   * Asked until known; an attempt polls by itself for most of this, so retries stay rare and the gap between them small. A bug retries too, in sight. One
   * whose process was killed is begun anew after the heartbeat limit (temporal.md A3): five beats of 400 ms, so that a process that is merely slow keeps it.
   */
  patient: {
    startToCloseTimeout: '10s',
    heartbeatTimeout: '2s',
    retry: { initialInterval: '100ms', backoffCoefficient: 1.5, maximumInterval: '5s' },
  },
  /** A state that should pass (§5) is paged at this age, then at twice it and so on: absence at Kalshi is proven after 38 s, so two minutes are no hurry. */
  pagedMs: 120_000,
} as const

const local = proxyLocalActivities<Pick<TradeActivities, 'checkRiskAndReserve'>>(TIMEOUTS.reserve)
const once = proxyActivities<Pick<TradeActivities, 'place'>>(TIMEOUTS.place)
const patient = proxyActivities<Omit<TradeActivities, 'checkRiskAndReserve' | 'place'>>(TIMEOUTS.patient)

/** Of a trade whose starter said nothing, and of a successor: its orders come to their ends one by one. */
const IN_TURN: SagaTerms = { finishes: 'in-turn' }

const STRATEGY = defineSearchAttributeKey('CrossbookStrategy', SearchAttributeType.KEYWORD)
const MODE = defineSearchAttributeKey('CrossbookMode', SearchAttributeType.KEYWORD)
const SUBJECT = defineSearchAttributeKey('CrossbookSubject', SearchAttributeType.KEYWORD)

/** Binds the saga's steps to activities. With its neighbours `course` and `resolving` the one place that knows Temporal's failures. */
export const temporalSteps = (plan: Plan, terms = IN_TURN): TradeSteps => {
  const course = new Course(planLine(plan))
  course.plan = plan
  return stepsOf(course, terms)
}

/** The same for a successor, which learns the plan when it takes over. */
export function successorSteps(tradeId: TradeId, reason: string): SuccessorSteps {
  const course = new Course(`cure of ${tradeId}: ${reason}`)
  return {
    ...stepsOf(course, IN_TURN),
    async takeOver(taken) {
      course.enter('take over')
      const estate = await patient.takeOver(taken)
      const { plan } = estate
      course.plan = plan
      upsertSearchAttributes([
        { key: STRATEGY, value: plan.strategy },
        { key: MODE, value: plan.mode },
        { key: SUBJECT, value: plan.opportunity.subject }, // a halt of its pair finds it by this
      ])
      course.tell('take over', `${planLine(plan)}; ${estate.orders.length} orders`)
      return estate
    },
    async chooseSale(held) {
      course.enter('sale')
      const choice = await patient.chooseSale(held)
      course.tell('sale', saleLine(choice))
      return choice
    },
  }
}

function stepsOf(course: Course, terms: SagaTerms): TradeSteps {
  let cancelled = false
  CancellationScope.current().cancelRequested.catch(() => {
    cancelled = true
  })
  return {
    ...orderSteps(course),
    ...endSteps(course, terms),
    checkRiskAndReserve: (plan) => reserve(plan, course),
    async chooseCure(unpaired, budgetLeft, pace, ...word) {
      course.enter('cure', course.state)
      const cure = await patient.chooseCure(unpaired, budgetLeft, pace, ...word)
      course.tell('cure', cureLine(cure))
      course.enter('cure', cure.chosen.way === 'wait' ? cure.chosen.state : 'running')
      return cure
    },
    async close(result) {
      course.enter('close')
      const booked = await patient.close(result)
      course.tell('end', resultLine({ ...result, ...booked }))
      return booked
    },
    stopped: (order) => (cancelled && !isCure(order)) || course.halts.some((scope) => haltCovers(scope, order)),
    async wait(durationMs) {
      course.pageIfOld(TIMEOUTS.pagedMs)
      await sleep(durationMs, { summary: `waiting: ${course.state}` })
    },
    shielded: (work) => CancellationScope.nonCancellable(work),
  }
}

/**
 * A cancel does not reach it: whether it reserved is known in seconds, and nothing is sent after a cancel anyway (`stopped`).
 * @throws what is no outage: a bug. The task stops before the answer is in the history, so that the reserve is asked again once it is mended.
 */
async function reserve(plan: Plan, course: Course): ReturnType<TradeSteps['checkRiskAndReserve']> {
  const ask = () => local.checkRiskAndReserve.executeWithOptions({ ...TIMEOUTS.reserve, summary: 'risk checks and reserve' }, [plan])
  const reservation = await CancellationScope.nonCancellable(ask).catch((error: unknown) => {
    if (!isLedgerAway(error)) throw error
    const verdict = { check: 'ledger reachable', passed: false, actual: 'no answer', limit: '3 attempts of 2 s' }
    return { kind: 'refused' as const, verdicts: [verdict] }
  })
  course.tell('reserve', reservationLine(reservation))
  return reservation
}

/**
 * No answer from the ledger: it was unreachable, or too slow. A local activity's failure arrives bare, a regular one's wrapped. Anything else that
 * fails is a bug and stays one.
 */
function isLedgerAway(error: unknown): boolean {
  const cause = error instanceof ActivityFailure ? error.cause : error
  return cause instanceof TimeoutFailure || (cause instanceof ApplicationFailure && cause.type === LEDGER_AWAY)
}

const slot = ({ clientOrderId }: { readonly clientOrderId: string }): string => clientOrderId.slice(clientOrderId.lastIndexOf('-') + 1)

function orderSteps(course: Course): Pick<TradeSteps, 'place' | 'resolve'> {
  return {
    async place(order) {
      course.enter(`place ${slot(order)}`)
      const outcome = await once.place
        .executeWithOptions({ ...TIMEOUTS.place, summary: orderLine(order) }, [order])
        .catch((error: unknown) => withoutAnswer(error))
      course.tell(`place ${slot(order)}`, `${orderLine(order)} → ${outcomeLine(outcome)}`)
      return outcome
    },
    async resolve(order) {
      course.enter(`resolve ${slot(order)}`, 'resolving')
      const ask = patient.resolve.executeWithOptions.bind(patient.resolve)
      const resolved = await resolving(order, course, TIMEOUTS, ask)
      course.enter(`resolve ${slot(order)}`)
      course.tell(`resolve ${slot(order)}`, resolved.kind === 'verdict' ? verdictLine(resolved.verdict) : outcomeLine(resolved))
      return resolved
    },
  }
}

function endSteps(course: Course, { finishes }: SagaTerms): Pick<TradeSteps, 'finish' | 'finishAll'> {
  const told = (order: OrderIntent, filled: Quantity): void => course.tell(`finish ${slot(order)}`, outcomeLine({ kind: 'done', filled }))
  const finish: TradeSteps['finish'] = async (order, verdict) => {
    course.enter(`finish ${slot(order)}`)
    const summary = `${order.clientOrderId} until final`
    const filled = await patient.finish.executeWithOptions({ ...TIMEOUTS.patient, summary }, [order, verdict])
    told(order, filled)
    return filled
  }
  return {
    finish,
    async finishAll(all) {
      if (finishes === 'in-turn') return inTurn(finish)(all)
      const names = all.map(({ order }) => slot(order)).join(' ')
      course.enter(`finish ${names}`)
      const filled = await patient.finishAll.executeWithOptions({ ...TIMEOUTS.patient, summary: `${names} until final` }, [all])
      all.forEach(({ order }, n) => told(order, filled[n] ?? NO_QUANTITY))
      return filled
    },
  }
}

/** E16: what no worker has begun was never sent; a lost worker, a time-out, a cancel leave an order that may live. */
function withoutAnswer(error: unknown): LegOutcome {
  if (!(error instanceof ActivityFailure)) throw error
  const { cause } = error
  return cause instanceof TimeoutFailure && cause.timeoutType === 'SCHEDULE_TO_START'
    ? { kind: 'rejected', reason: 'too-late', detail: 'no worker took it in time: no byte left' }
    : { kind: 'unknown', cause: 'timeout' }
}

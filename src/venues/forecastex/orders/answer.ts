import type { ClientOrderId } from '../../../core/ids'
import type { LegOutcome, Unknown } from '../../../core/trade/outcome'
import type { Clock } from '../../../ports/clock'
import type { Gateway } from '../gateway/owner'
import type { Answers } from '../wire/order-state'
import type { TrackedOrders } from './tracked'

/** The frames of one order come in one burst (loopback p99 20 ms): executions that follow their order's end are in by then. */
const SETTLE_MS = 50

export interface AnswerContext {
  readonly gateway: Gateway
  readonly orders: TrackedOrders
  readonly clock: Clock
  /** Then the outcome is unknown. */
  readonly limitMs: number
}

/**
 * Until the order's own answer is known, the session ends, the caller gives up or the limit passes. What is 'settling' is answered a moment later,
 * by what is known then.
 */
export function ownAnswer<T extends string>(
  { gateway, orders, clock, limitMs }: AnswerContext,
  id: ClientOrderId,
  answers: Answers<T>,
  signal: AbortSignal,
): Promise<LegOutcome | T> {
  return new Promise<LegOutcome | T>((resolve) => {
    const over = new AbortController()
    const settled = (): LegOutcome | T | null => {
      const tracked = orders.find(id)
      return tracked && answers.settled(tracked.state)
    }
    const finish = (outcome: LegOutcome | T): void => {
      over.abort()
      for (const stop of stops) stop()
      resolve(outcome)
    }
    const lost = (cause: Unknown['cause']): void => finish(settled() ?? { kind: 'unknown', cause })
    const abort = (): void => lost('timeout')
    const check = settling(clock, over.signal, settled, finish)
    signal.addEventListener('abort', abort, { once: true })
    const stops = [
      orders.listen((changed) => {
        const tracked = changed === id ? orders.find(id) : null
        if (tracked) check(answers.prompt(tracked.state))
      }),
      gateway.listen(({ callback }) => (callback?.kind === 'disconnected' ? lost('disconnected') : undefined)),
      () => signal.removeEventListener('abort', abort),
    ]
    clock.sleep(limitMs, over.signal).then(() => lost('timeout'), ignore)
    if (signal.aborted) abort()
  })
}

/** What the order says is an answer at once, or after the burst of frames that it came with. */
function settling<T extends string>(
  clock: Clock,
  over: AbortSignal,
  settled: () => LegOutcome | T | null,
  finish: (outcome: LegOutcome | T) => void,
): (answer: LegOutcome | T | 'settling' | null) => void {
  let burst: 'not yet' | 'running' | 'elapsed' = 'not yet'
  const settle = (): void => {
    const outcome = settled()
    if (outcome) finish(outcome)
  }
  const isSettling = (answer: LegOutcome | T | 'settling'): answer is 'settling' => answer === 'settling'
  return (answer) => {
    if (answer === null) return
    if (!isSettling(answer)) return finish(answer)
    if (burst === 'elapsed') return settle()
    if (burst === 'running') return
    burst = 'running'
    clock.sleep(SETTLE_MS, over).then(() => {
      burst = 'elapsed'
      settle()
    }, ignore)
  }
}

const ignore = (): void => undefined

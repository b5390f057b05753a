import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow'
import type { WarmUpActivities } from './messages'
import { TIMEOUTS } from './steps'

const { warmLocally } = proxyLocalActivities<Pick<WarmUpActivities, 'warmLocally'>>(TIMEOUTS.reserve)
const { warmRegularly } = proxyActivities<Pick<WarmUpActivities, 'warmRegularly'>>(TIMEOUTS.place)

/** Walks the same path as a trade, step by step, and touches nothing: the first real trade then finds compiled code and open connections. */
export async function warmUp(): Promise<void> {
  await warmLocally()
  await warmRegularly()
  await warmRegularly()
}

/** Starts where a trade would, and ends: what lies between detection and the first activity stays warm. */
export async function beat(): Promise<void> {}

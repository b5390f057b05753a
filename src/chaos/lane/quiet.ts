import { setTimeout as pause } from 'node:timers/promises'
import type { Rig } from './rig'

/** Every server and process that a stack runs. */
const ALWAYS_UP = ['postgres', 'temporal', 'redis', 'questdb', 'sim', 'worker', 'streaming']
const RUNNING = "ExecutionStatus = 'Running' AND WorkflowType IN ('box', 'edge', 'cure')"
const LOOK_EVERY_MS = 200
/** What is over stays over for so long: two looks apart, no trade begins in between. */
const CALM_LOOKS = 2

interface SimState {
  readonly kalshi?: { readonly accounts: readonly { readonly orders: readonly object[] }[] }
  readonly ibkr?: { readonly open_orders: readonly object[] }
}

/** What keeps the lane from being quiet, one line each: nothing runs, nothing rests, everything is up. */
export async function restless(rig: Rig, signal: AbortSignal): Promise<readonly string[]> {
  const { stack } = rig
  const down = ALWAYS_UP.filter((name) => stack.pidOf(name) === null).map((name) => `${name} is down`)
  if (down.length > 0) return down
  try {
    const questions = [streaming(rig, signal), trades(rig, signal), workflows(rig, signal), orders(rig, signal)]
    return (await Promise.all(questions)).flat()
  } catch (error) {
    return [`cannot be looked at: ${(error as Error).message}`]
  }
}

/** @returns what was still restless when the limit was over; nothing when all is quiet. */
export async function untilQuiet(rig: Rig, limitMs: number, signal: AbortSignal): Promise<readonly string[]> {
  const lateMs = Date.now() + limitMs
  let reasons: readonly string[] = []
  for (let calm = 0; calm < CALM_LOOKS;) {
    await rig.wire.look(signal).catch(() => undefined) // looked at again in a moment
    reasons = await restless(rig, signal)
    calm = reasons.length === 0 ? calm + 1 : 0
    if (signal.aborted || Date.now() > lateMs) return reasons
    if (calm < CALM_LOOKS) await pause(LOOK_EVERY_MS)
  }
  return []
}

async function streaming({ stack }: Rig, signal: AbortSignal): Promise<readonly string[]> {
  const pages = await stack.health(signal)
  const ready = pages.filter((page) => page.ready).map(({ role }) => role)
  return (['trading', 'standby'] as const).filter((role) => !ready.includes(role)).map((role) => `no streaming process is ready as ${role}`)
}

async function trades({ ledger }: Rig, signal: AbortSignal): Promise<readonly string[]> {
  const open = (await ledger.trades(0, signal)).filter(({ ended }) => !ended)
  return open.map(({ tradeId, subject }) => `trade ${tradeId} of ${subject} has not ended`)
}

async function workflows({ temporal }: Rig, signal: AbortSignal): Promise<readonly string[]> {
  return temporal.withAbortSignal(signal, async () => {
    const running: string[] = []
    for await (const { workflowId } of temporal.workflow.list({ query: RUNNING })) running.push(`workflow ${workflowId} runs`)
    return running
  })
}

async function orders({ venues }: Rig, signal: AbortSignal): Promise<readonly string[]> {
  const { kalshi, ibkr } = await venues.ask<SimState>('/state', signal)
  const resting = (kalshi?.accounts.flatMap((account) => account.orders).length ?? 0) + (ibkr?.open_orders.length ?? 0)
  return resting === 0 ? [] : [`${resting} orders rest at the venues`]
}

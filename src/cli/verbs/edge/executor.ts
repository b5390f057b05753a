import { environment } from '../../../config/environment'
import { readProfilesFile } from '../../../config/profiles'
import { rulesFor } from '../../../core/edge/profile'
import { modeOf, signalsOf, spanOf, type RunningSystem } from '../../../operator/executor/asked'
import { counterReader } from '../../../operator/executor/counters'
import { runExecutor } from '../../../operator/executor/run'
import { disarmExecutor, executorStatus } from '../../../operator/executor/status'
import type { Connections } from '../../../wiring/stores'
import { print, printJson } from '../../render'
import { withConnections } from '../session'
import { armingText, countersText, reportText, statusText } from './executor-text'

/** On a terminal the same lines are written again: up to the first of them, and everything below is gone. */
const UP = (lines: number): string => `\u001B[${lines}A\u001B[0J`

export interface RunOptions {
  readonly mode: string
  readonly profile?: string
  readonly maxSignals?: string
  readonly for?: string
  readonly wait: string
  readonly json?: boolean
}

/** @returns 0 when it ended as somebody wished, 1 when its arming was lost or could not be given up. */
export async function run(options: RunOptions): Promise<number> {
  const mode = modeOf(options.mode)
  const maxSignals = signalsOf(options.maxSignals)
  const forMs = spanOf('--for', options.for)
  const waitMs = spanOf('--wait', options.wait) ?? 0
  return withConnections(async (connections) => {
    const { config, database, clock } = connections
    const { name: profile } = rulesFor(readProfilesFile(config.configDir), mode, options.profile)
    const { stop, leave } = signals()
    const show = options.json ? () => undefined : screen()
    const report = await runExecutor(
      {
        ...{ database, clock, by: config.operator, system: systemOf(connections) },
        counters: countersOf(connections),
        onLook: (arming, counters) => show(`${armingText(arming)}\n${countersText(counters)}`),
        onTrouble: tell,
      },
      { mode, profile, maxSignals, forMs, waitMs },
      stop,
      leave,
    )
    if (options.json) printJson(report)
    else print(reportText(report))
    if (report.end === 'lost' && report.why !== null) tell(report.why)
    return report.end === 'lost' || !report.disarmed ? 1 : 0
  })
}

export async function status(json: boolean): Promise<void> {
  await withConnections(async (connections) => {
    const { database, clock, config } = connections
    const found = await executorStatus({ database, clock, mode: config.mode, counters: countersOf(connections) })
    if (json) printJson(found)
    else print(statusText(found))
  })
}

export async function disarm(json: boolean): Promise<void> {
  await withConnections(async ({ database, clock, config }) => {
    const was = await disarmExecutor(database, clock, config.operator)
    if (json) printJson({ disarmed: was })
    else print(was === null ? 'the edge was not armed' : `disarmed: it was armed by ${was.by.name} for ${was.mode}, ${was.trades} signals`)
  })
}

const systemOf = ({ config }: Connections): RunningSystem => ({
  mode: config.mode,
  account: config.endpoints.kalshi.account,
  armLive: environment()['CROSSBOOK_ARM_LIVE'],
})

const countersOf = ({ database, temporal, clock, config: { endpoints } }: Connections): ReturnType<typeof counterReader> =>
  counterReader({ database, temporal, healthPorts: portsOf(endpoints), nowMs: () => clock.nowMs() })
const portsOf = ({ shards, streamingHealthPort }: Connections['config']['endpoints']): readonly number[] => [
  ...new Set([streamingHealthPort, ...(shards ?? []).map(({ healthPort }) => healthPort)]),
]

/** The first Ctrl-C disarms, the second one waits for nothing, a third ends the command: what is left runs out by itself. */
function signals(): { readonly stop: AbortSignal; readonly leave: AbortSignal } {
  const [stop, leave] = [new AbortController(), new AbortController()]
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      stop.abort()
      process.once(signal, () => leave.abort())
    })
  }
  return { stop: stop.signal, leave: leave.signal }
}

/** Writes over what it wrote before on a terminal; elsewhere only how it began, for a log has the report. */
function screen(): (text: string) => void {
  let before = ''
  return (text) => {
    if (before !== '' && !process.stdout.isTTY) return
    process.stdout.write(`${before === '' ? '' : UP(before.split('\n').length)}${text}\n`)
    before = text
  }
}

const tell = (sentence: string): void => void process.stderr.write(`crossbook: ${sentence}\n`)

import { parseScope } from '../../core/risk/scope'
import { changeScope, type HaltReport } from '../../operator/halts'
import { kill as killEverything } from '../../operator/kill'
import type { Connections } from '../../wiring/stores'
import { print, printJson, table } from '../render'
import { withConnections } from './session'

export async function halt(kind: 'halt' | 'resume', scopeText: string, reason: string, json: boolean): Promise<number> {
  const scope = parseScope(scopeText)
  return withConnections(async (connections) => {
    const report = await changeScope(haltDependencies(connections), kind, scope, connections.config.operator, reason)
    if (json) printJson(report)
    else print(`${kind === 'halt' ? 'halted' : 'resumed'} ${haltText(report)}; ${report.openTrades} running trades told; nothing rests`)
    return exitCode(report)
  })
}

export async function kill(reason: string, json: boolean): Promise<number> {
  const { cancelAtKalshi } = await import('../../wiring/backoffice.js') // the venues' code: a halt starts without it
  return withConnections(async (connections) => {
    const { config, log } = connections
    const dependencies = {
      ...haltDependencies(connections),
      shard: config.shard,
      cancelAtKalshi: (signal: AbortSignal) => cancelAtKalshi(config, log, signal),
    }
    const report = await killEverything(dependencies, config.operator, reason)
    if (json) printJson(report)
    else
      print(
        [
          `halted ${haltText(report)}; ${report.openTrades} running trades told`,
          table(
            ['venue', 'cancelled', 'still resting', "others' orders"],
            report.venues.map(({ venue, cancelled, resting, others, unread }) =>
              unread === null
                ? [venue, String(cancelled), resting.join(', ') || 'nothing', String(others)]
                : [venue, '?', 'not known', '?'],
            ),
            [1],
          ),
        ].join('\n\n'),
      )
    return exitCode(report)
  })
}

const haltDependencies = ({ database, haltFile, temporal, config }: Connections): Parameters<typeof changeScope>[0] => ({
  database,
  haltFile,
  controls: { account: config.endpoints.kalshi.account, temporal },
  nowMs: Date.now,
})

const haltText = ({ scope, effectiveInMs, epoch }: HaltReport): string =>
  `${scope} after ${effectiveInMs} ms (${epoch === null ? 'in the local file only' : `epoch ${epoch}`})`

/** Says on standard error what is missing; 1 when something is. */
function exitCode({ unreached, resting }: HaltReport): number {
  for (const sentence of unreached) process.stderr.write(`crossbook: ${sentence}\n`)
  return unreached.length === 0 && resting.length === 0 ? 0 : 1
}

import { parseScope, type Scope } from '../../core/risk/scope'
import type { HaltDependencies, HaltReport } from '../../operator/halts'
import { haltHere } from '../../wiring/halt-here'
import type { Connections } from '../../wiring/stores'
import { print, printJson, table } from '../render'

// Drivers take a second to load on a slow machine: the local file is written before, and everything else comes by import().

export async function halt(kind: 'halt' | 'resume', scopeText: string, reason: string, json: boolean): Promise<number> {
  const scope = parseScope(scopeText)
  if (kind === 'halt') stopHere(scope, reason)
  const { changeScope } = await import('../../operator/halts.js')
  const { withConnections } = await import('./session.js')
  return withConnections(async (connections) => {
    const report = await changeScope(haltDependencies(connections), kind, scope, connections.config.operator, reason)
    if (json) printJson(report)
    else print(`${kind === 'halt' ? 'halted' : 'resumed'} ${haltText(report)}; ${report.openTrades} running trades told; nothing rests`)
    return exitCode(report)
  })
}

export async function kill(reason: string, json: boolean): Promise<number> {
  stopHere('all', reason)
  const { cancelAtKalshi } = await import('../../wiring/backoffice.js')
  const { kill: killEverything } = await import('../../operator/kill.js')
  const { withConnections } = await import('./session.js')
  return withConnections(async (connections) => {
    const { config, log } = connections
    const dependencies = {
      ...haltDependencies(connections),
      shards: config.shards.map(({ name }) => name),
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

/** Says at once what already holds: the rest may take a while, or fail. */
function stopHere(scope: Scope, reason: string): void {
  const file = haltHere(scope, reason)
  if (file !== null) process.stderr.write(`openings are stopped here (${scope}, ${file}); telling the ledger and running trades\n`)
}

const haltDependencies = ({ database, haltFile, temporal, config, clock }: Connections): HaltDependencies => ({
  database,
  haltFile,
  controls: { account: config.endpoints.kalshi.account, temporal },
  nowMs: () => clock.nowMs(),
})

const haltText = ({ scope, effectiveInMs, epoch }: HaltReport): string =>
  `${scope} after ${effectiveInMs} ms (${epoch === null ? 'in the local file only' : `epoch ${epoch}`})`

/** Says on standard error what is missing; 1 when something is. */
function exitCode({ unreached, resting }: HaltReport): number {
  for (const sentence of unreached) process.stderr.write(`crossbook: ${sentence}\n`)
  return unreached.length === 0 && resting.length === 0 ? 0 : 1
}

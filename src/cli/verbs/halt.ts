import { parseScope } from '../../core/risk/scope'
import { changeScope } from '../../operator/halts'
import { print, printJson } from '../render'
import { withConnections } from './session'

export async function halt(kind: 'halt' | 'resume', scopeText: string, reason: string, json: boolean): Promise<number> {
  const scope = parseScope(scopeText)
  return withConnections(async ({ database, temporal, haltFile, config }) => {
    const report = await changeScope({ database, temporal, haltFile, nowMs: Date.now }, kind, scope, config.operator, reason)
    if (json) printJson(report)
    else
      print(
        `${kind === 'halt' ? 'halted' : 'resumed'} ${report.scope} after ${report.effectiveInMs} ms (epoch ${report.epoch}); ${report.openTrades} running trades told; nothing rests`,
      )
    return 0
  })
}

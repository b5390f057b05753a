import { listPairs, parseState, showPair } from '../../../operator/pairs/review'
import { systemClock } from '../../../wiring/clock'
import { print, printJson } from '../../render'
import { withConnections } from '../session'
import { listText, pairText } from './text'

const clock = systemClock()

/** @param stateText undefined: what trades or waits. */
export async function list(stateText: string | undefined, json: boolean): Promise<void> {
  const state = stateText === undefined ? null : parseState(stateText)
  await withConnections(async ({ database }) => {
    const all = await listPairs(database, state, clock.nowMs())
    const shown = state === null ? all.filter((each) => each.state !== 'ended' && each.state !== 'rejected') : all
    if (json) printJson(shown)
    else print(listText(shown))
  })
}

export async function show(id: string, json: boolean): Promise<void> {
  await withConnections(async ({ database }) => {
    const view = await showPair(database, id, clock.nowMs())
    if (json) printJson(view)
    else print(pairText(view))
  })
}

import { exitOf, HOLDS, type Exit } from '../../core/edge/exit'
import type { EdgeInput } from '../../core/edge/finding'
import type { HeldEdge } from './world'

/** A position of the edge, and whether somebody pays more for it now than the books think it worth (ruling 13). */
export interface HeldLook {
  readonly held: HeldEdge
  readonly exit: Exit
}

/** Of a market that was not looked at nobody knows what is better than holding. @param inputs by ticker */
export const heldLooks = (held: readonly HeldEdge[], inputs: ReadonlyMap<string, EdgeInput>): readonly HeldLook[] =>
  held.map((each) => {
    const input = inputs.get(each.market)
    if (input === undefined) return { held: each, exit: { kind: 'hold', reason: HOLDS.noConsensus, netBid: null } }
    const { book, consensus, fees, bands } = input
    return { held: each, exit: exitOf({ outcome: each.outcome, quantity: each.quantity, book, consensus, fees, bands }) }
  })

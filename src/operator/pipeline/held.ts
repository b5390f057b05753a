import type { EdgeInput } from '../../core/edge/finding'
import { HOLDS } from '../../core/edge/leaving/exit'
import { saleOf, type Sale } from '../../core/edge/leaving/sale'
import type { HeldEdge } from './world'

/** A position of the edge, and whether somebody pays more for it now than the books think it worth (ruling 13). */
export interface HeldLook {
  readonly held: HeldEdge
  readonly exit: Sale
}

/** Of a market that was not looked at nobody knows what is better than holding. @param inputs by ticker */
export const heldLooks = (held: readonly HeldEdge[], inputs: ReadonlyMap<string, EdgeInput>): readonly HeldLook[] =>
  held.map((each) => {
    const input = inputs.get(each.market)
    return { held: each, exit: input ? saleOf(each, input) : { kind: 'hold', reason: HOLDS.notWatched, netBid: null } }
  })

import type { Client } from '@temporalio/client'
import type { Ledger } from './ledger'
import type { LaneStack } from './stack'
import type { Venues } from './venues'
import type { WireFollower } from './wire'

/** A running lane: its stack, and all ways to steer and to look at it from outside. */
export interface Rig {
  readonly stack: LaneStack
  readonly venues: Venues
  readonly wire: WireFollower
  readonly ledger: Ledger
  readonly temporal: Client
}

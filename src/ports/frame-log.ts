import type { BoxDecided } from '../core/box/finding'
import type { EdgeDecided } from '../core/edge/decided'
import type { Frame } from '../core/market/event'

/** Numbers and records a frame before anything acts on it. Synchronous; the disk follows. */
export interface FrameLog {
  stamp(frame: Pick<Frame, 'venue' | 'conn' | 'dir' | 'payload'>): Frame
}

/** A find that became a trade, of any strategy: what is recorded of it. */
export type Decided = BoxDecided | EdgeDecided

import type { Frame } from '../core/market/event'

/** Numbers and records a frame before anything acts on it. Synchronous; the disk follows. */
export interface FrameLog {
  stamp(frame: Pick<Frame, 'venue' | 'conn' | 'dir' | 'payload'>): Frame
}

import { isDeepStrictEqual } from 'node:util'
import { parseStream, readStream, scanCounters, type StreamMessage } from '../../../../src/venues/kalshi/wire/stream'
import { twin } from './twin'

/** What a message says; of an unreadable one the cause is the reader's own wording. */
function meaningOf(message: StreamMessage): object {
  if (message.kind !== 'unreadable') return { ...message }
  const { cause: _, ...rest } = message
  return rest
}

/** Reads a frame in three ways. @returns the message; @throws Error that shows the frame when the ways do not agree */
export function agreed(frame: Uint8Array): StreamMessage {
  const message = readStream(frame)
  const readings = { scanned: meaningOf(message), parsed: meaningOf(parseStream(frame)), twin: twin(frame) }
  if (!isDeepStrictEqual(readings.scanned, readings.parsed) || !isDeepStrictEqual(readings.scanned, readings.twin))
    throw new Error(`${Buffer.from(frame).toString('utf8')}\n${JSON.stringify(readings, null, 1)}`)
  return message
}

/** Frames that the scanner read itself, and that it left to the general parser, while `work` ran. */
export function scanned(work: () => void): { readonly scanned: number; readonly left: Readonly<Record<string, number>> } {
  const before = { ...scanCounters }
  work()
  const grown = Object.entries(scanCounters).map(([name, count]) => [name, count - before[name as keyof typeof before]] as const)
  const { scanned: itself = 0, ...left } = Object.fromEntries(grown.filter(([, count]) => count > 0))
  return { scanned: itself, left }
}

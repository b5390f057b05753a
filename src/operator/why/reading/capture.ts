import path from 'node:path'
import type { Log } from '../../../ports/log'
import { DamagedCapture, readCapture } from '../../../stores/files/capture-reader'
import { covering, segmentsIn, type CaptureSegment } from '../../../stores/files/capture/segments'
import type { Capture, Source } from '../record'
import { LED_WITHIN_MS, TradeFrames } from './frames'

/** A gateway tells fees and statuses for a while after the last execution. */
const TOLD_WITHIN_MS = 5_000

export interface Window {
  readonly fromMs: number
  readonly toMs: number
}

/**
 * What the captures have of a trade: those that were pinned for it, or else the ring.
 * @param window from its decision to its end
 */
export async function readTradeCapture(dataDir: string, tradeId: string, window: Window, signal: AbortSignal): Promise<Source<Capture>> {
  const { fromMs, toMs } = { fromMs: window.fromMs - LED_WITHIN_MS, toMs: window.toMs + TOLD_WITHIN_MS }
  const pinned = await segmentsIn(path.join(dataDir, 'pinned', tradeId))
  const ring = pinned.length > 0 ? pinned : await segmentsIn(path.join(dataDir, 'capture'))
  const segments = covering(ring, fromMs, toMs)
  if (segments.length === 0) return { kind: 'missing', reason: absenceOf(ring, window) }
  const warnings: string[] = []
  const byProcess = new Map<string, TradeFrames>()
  for (const segment of segments) {
    signal.throwIfAborted()
    const frames = byProcess.get(segment.process) ?? new TradeFrames(tradeId, segment.process)
    byProcess.set(segment.process, frames)
    await readSegment(segment, { fromMs, toMs }, frames, warnings)
  }
  const all = [...byProcess.values()]
  const capture: Capture = {
    files: segments.map(({ file }) => path.relative(dataDir, file)),
    decided: all.find(({ decided }) => decided !== null)?.decided ?? null,
    led: all.flatMap(({ led }) => led),
    sent: all.flatMap(({ sent }) => sent).toSorted((a, b) => a.atMs - b.atMs),
    answers: all.flatMap(({ answers }) => answers).toSorted((a, b) => a.atMs - b.atMs),
    warnings: [...warnings, ...all.flatMap(({ missing }) => missing)],
  }
  const isEmpty = capture.decided === null && capture.sent.length === 0 && capture.answers.length === 0
  return isEmpty ? { kind: 'missing', reason: `no frame of ${capture.files.join(', ')} names it` } : { kind: 'read', found: capture }
}

function absenceOf(ring: readonly CaptureSegment[], { fromMs }: Window): string {
  const [oldest] = ring
  if (!oldest) return 'there is no capture here: this machine has traded nothing, or its data folder was emptied'
  const at = (ms: number): string => new Date(ms).toISOString()
  return `no capture has ${at(fromMs)}: the ring begins at ${at(oldest.startedMs)}, and nothing was pinned for it`
}

/** Reads until the window is over. What is damaged is told, and everything before it counts. */
async function readSegment(segment: CaptureSegment, { fromMs, toMs }: Window, frames: TradeFrames, warnings: string[]): Promise<void> {
  const warn = (fields: object, message: string): void => {
    const { line, missing, jumpMs } = fields as { line?: number; missing?: number; jumpMs?: number }
    if (line === undefined) return // still written, or its writer was killed: told by what is missing, if anything is
    warnings.push(`${path.basename(segment.file)}:${line} ${message} (${missing === undefined ? `${jumpMs} ms` : `${missing} frames`})`)
  }
  const log: Log = { debug: () => undefined, info: () => undefined, warn, error: warn }
  try {
    for await (const frame of readCapture(segment.file, log)) {
      if (frame.recvMs > toMs) break
      // odds stand still for minutes
      if (frame.recvMs >= fromMs || frame.venue === 'house' || frame.venue === 'odds') frames.take(frame)
    }
  } catch (error) {
    if (!(error instanceof DamagedCapture)) throw error
    warnings.push(`${error.message}: what follows in this file is not told`)
  }
}

import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Frame } from '../../../src/core/market/event'
import type { Limits } from '../../../src/core/risk/limits'
import { money, quantity } from '../../../src/core/units'
import type { Recording, RecordingOptions } from '../../../src/replay/recordings/recording'
import { LIMITS } from '../../core/risk/fixture'
import { ladders, OPTIONS } from '../reading'

export { ladders }
import { replay, type Replayed, type ReplayOptions } from '../../../src/replay/replay'

/** Wide enough for every gap, as in the first trade. */
const WIDE: Limits = {
  ...LIMITS,
  maxContractsPerTrade: quantity('100'),
  maxPremiumPerTrade: money('500'),
  lossBudgetPerTrade: money('25'),
  maxUnpairedPremium: money('100'),
  minNetEdgePerContract: money(0),
  minExpectedValue: money(0),
}
export const PLAYED: RecordingOptions = { limits: WIDE, seed: 'a seed' }

/** A folder of recorded market data with these files, those named .gz packed. */
export function folderOf(parent: string, files: Readonly<Record<string, string | Buffer>>): string {
  const folder = mkdtempSync(path.join(parent, 'data-'))
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, name)
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, name.endsWith('.gz') && typeof content === 'string' ? gzipSync(content) : content)
  }
  return folder
}

export async function framesOf(recording: Pick<Recording, 'frames'>): Promise<readonly Frame[]> {
  const frames: Frame[] = []
  for await (const frame of recording.frames()) frames.push(frame)
  return frames
}

/** What is wrong with the numbers and times of frames. */
export function disorder(frames: readonly Frame[]): readonly string[] {
  return frames.flatMap(({ n, recvMs }, i) => [
    ...(n === i + 1 ? [] : [`frame ${i + 1} has the number ${n}`]),
    ...(recvMs < (frames[i - 1]?.recvMs ?? 0) ? [`frame ${n} is earlier than the one before it`] : []),
  ])
}

export const replayed = (recording: Pick<Recording, 'frames'>, options: Partial<ReplayOptions> = {}): Promise<Replayed> =>
  replay(recording.frames(), { ...OPTIONS, ...options })

/** The Kalshi book of one market, and the asks of ForecastEx in the order of their books, after the last frame at or before this time. */
export async function quotesAt(recording: Pick<Recording, 'frames'>, market: string, atMs: number): Promise<object> {
  async function* until(): AsyncGenerator<Frame, void, undefined> {
    for await (const frame of recording.frames()) if (frame.recvMs <= atMs) yield frame
  }
  const report = await replayed({ frames: until })
  const asks = report.books.flatMap((book) => (book.venue === 'forecastex' ? [...book.asks] : []))
  return { ...ladders(report).get(market), asks }
}

/** A Kalshi frame as the object it tells; null: no bytes. */
export const messageOf = ({ payload }: Frame): { readonly type?: string; readonly seq?: number } | null =>
  payload instanceof Uint8Array ? (JSON.parse(Buffer.from(payload).toString('utf8')) as { type?: string }) : null
export const callbackOf = ({ payload }: Frame): readonly unknown[] => (payload instanceof Uint8Array ? [] : payload)

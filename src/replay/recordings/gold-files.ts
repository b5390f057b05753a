import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { marketId, subjectId } from '../../core/ids'
import type { Frame } from '../../core/market/event'
import { millis, money, type Millis, type Money } from '../../core/units'
import type { Log } from '../../ports/log'
import { framesOf } from '../frames'
import { readTable } from './table'
import { contractsOf, type RecordedPair } from './told-markets'

const FOLDER = 'kalshi_ws/gold15m'
const MARKETS = 'MARKETS.csv'
const COLUMNS = [
  ...([
    'window',
    'event_ticker',
    'open_time',
    'close_time',
    'strike_type',
    'floor_strike',
    'status',
    'result',
    'expiration_value',
  ] as const),
  ...(['settlement_value_dollars', 'settlement_ts', 'price_level_structure', 'volume_fp', 'open_interest_fp'] as const),
] as const
const PAYS = { yes: '1.0000', no: '0.0000' } as const
/** The venue's own expectation in each market record: five minutes after the close. */
const PAID_AFTER_MS = 5 * 60_000
const ENDING = '.ndjson.gz'

/** A quarter of an hour of one market. */
export interface GoldWindow {
  readonly pair: RecordedPair
  readonly openMs: Millis
  readonly closeMs: Millis
  readonly settledMs: Millis
  readonly yesPays: Money
  /** Oldest first: a window around midnight (UTC) has two. */
  readonly files: readonly string[]
}

/**
 * The windows that were recorded, oldest first, with what came of them.
 * @throws RangeError naming file and line, or the window that has no recording
 */
export async function readWindows(folder: string): Promise<readonly GoldWindow[]> {
  const recorded = path.join(folder, FOLDER)
  const rows = await readTable(path.join(recorded, MARKETS), COLUMNS)
  const files = (await readdir(recorded)).filter((name) => name.endsWith(ENDING)).toSorted()
  const windows = rows.map((row, place) => windowOf(row, place, recorded, files))
  const known = new Set(windows.flatMap((window) => window.files))
  const unknown = files.find((name) => !known.has(path.join(recorded, name)))
  if (unknown !== undefined) throw new RangeError(`${path.join(recorded, unknown)} is of a market that ${MARKETS} does not have`)
  return windows.toSorted((a, b) => a.openMs - b.openMs)
}

type MarketRow = Awaited<ReturnType<typeof readTable<(typeof COLUMNS)[number]>>>[number]

function windowOf(row: MarketRow, place: number, folder: string, all: readonly string[]): GoldWindow {
  const ticker = row.text('window')
  const event = row.text('event_ticker')
  row.oneOf('strike_type', ['greater_or_equal'])
  row.oneOf('price_level_structure', ['linear_cent'])
  const result = row.oneOf('result', ['yes', 'no'])
  const [openMs, closeMs] = [row.time('open_time'), row.time('close_time')]
  const times = { openMs, closeMs, payoutMs: millis(closeMs + PAID_AFTER_MS) }
  const files = all.filter((name) => name.startsWith(`${ticker}_`)).map((name) => path.join(folder, name))
  if (files.length === 0) throw new RangeError(`${row.place} names ${ticker}, and ${folder} holds no recording of it`)
  return {
    pair: {
      id: subjectId(ticker.toLowerCase()),
      title: `Gold at ${row.text('floor_strike')} or above at ${row.text('close_time')}`,
      kalshi: { market: marketId(ticker), event, series: event.split('-')[0] ?? '', canCloseEarly: true, ...times },
      forecastex: { ...contractsOf(place), event: `INVENTED ${event}`, series: 'INVENTED', ...times },
    },
    ...{ openMs, closeMs, files, settledMs: row.time('settlement_ts') },
    yesPays: money(row.oneOf('settlement_value_dollars', [PAYS[result]])),
  }
}

/**
 * The messages of a window as they were received, its files one after the other.
 * @throws RangeError naming the file, and the line where it is damaged: an incomplete file too
 */
export async function* messagesOf({ files, pair }: GoldWindow): AsyncGenerator<Frame, void, undefined> {
  let lastMs = 0
  for (const file of files) {
    const refuse = (fields: object, message: string): never => {
      throw new RangeError(`${file} is damaged: ${message} ${JSON.stringify(fields)}`)
    }
    // a capture without its end is what a killed process leaves; a recording without it is another recording
    const log: Log = { debug: () => undefined, info: () => undefined, warn: refuse, error: refuse }
    for await (const frame of framesOf([file], log)) {
      if (!(frame.payload instanceof Uint8Array) || frame.venue !== 'kalshi')
        throw new RangeError(`${file}:${frame.n} is no message of ${pair.kalshi.market} as the venue sent it`)
      if (frame.recvMs < lastMs) throw new RangeError(`${file}:${frame.n} was received before the line before it`)
      lastMs = frame.recvMs
      yield frame
    }
  }
}

import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import type { Millis } from '../../../core/units'
import { sentenceOf } from '../table'
import { readBestQuotes } from './best-quotes'
import { bestOf, capturesOf, INVENTED_SIZE, levelsOf, uncrossed, type Capture, type CapturedBook } from './captured'
import { damaged, jsonLinesOf, read, timeSchema, type JsonLine } from './json-lines'
import { eventOf, leagueOf } from './leagues'

const QUOTES = 'kalshi_series/sports_quotes'
const BOOKS = 'kalshi_series/orderbooks'
const DAY_FILE = /^(\d{4}-\d\d-\d\d)\.jsonl\.gz$/

const text = z.string()
const dollars = z.number().min(0).max(1)
const quotedSchema = z.object({
  ...{ captured_at: timeSchema, event_ticker: text, game_title: text },
  outcomes: z.array(z.object({ ticker: text, outcome_name: text.nullish(), yes_bid: dollars, yes_ask: dollars })).min(2),
})
const levels = z.array(z.tuple([dollars, z.number().positive()]))
const depthSchema = z.object({ captured_at: timeSchema, ticker: text, yes_bids: levels, no_bids: levels })
/** What tells whether a line is of a league that was recorded on both sides. */
const ofQuotes = z.object({ event_ticker: text })
const ofDepth = z.object({ ticker: text })

interface Told {
  readonly atMs: Millis
  readonly book: CapturedBook
}

/**
 * Every capture of the recorded winner markets, oldest first, one day in memory at a time.
 * @throws RangeError naming file and line
 */
export async function* capturedDays(folder: string): AsyncGenerator<Capture, void, undefined> {
  const best = await readBestQuotes(folder)
  const [quotes, books] = [await daysIn(path.join(folder, QUOTES)), await daysIn(path.join(folder, BOOKS))]
  const days = new Set([...quotes.keys(), ...books.keys(), ...best.map(({ atMs }) => dayOf(atMs))])
  for (const day of [...days].toSorted()) {
    const quoted = await captured(quotes.get(day), day, quotedOf)
    const deep = await captured(books.get(day), day, depthOf)
    yield* [...quoted, ...deep, ...best.filter(({ atMs }) => dayOf(atMs) === day)].toSorted((a, b) => a.atMs - b.atMs)
  }
}
const dayOf = (ms: Millis): string => new Date(ms).toISOString().slice(0, 'YYYY-MM-DD'.length)

/** Files by their day. */
async function daysIn(folder: string): Promise<ReadonlyMap<string, string>> {
  try {
    const names = await readdir(folder)
    return new Map(
      names.map((name) => {
        const day = DAY_FILE.exec(name)?.[1]
        if (day === undefined) throw new RangeError(`${path.join(folder, name)} is no day of the recording (YYYY-MM-DD.jsonl.gz)`)
        return [day, path.join(folder, name)]
      }),
    )
  } catch (error) {
    if (error instanceof RangeError) throw error
    throw new RangeError(sentenceOf(folder, error as NodeJS.ErrnoException), { cause: error })
  }
}

/** A file's lines are not in the order of their captures: parts of a day were appended later. */
async function captured(file: string | undefined, day: string, of: (line: JsonLine) => readonly Told[]): Promise<readonly Capture[]> {
  if (file === undefined) return []
  const rows: Told[] = []
  for await (const line of jsonLinesOf(file))
    for (const told of of(line)) {
      if (dayOf(told.atMs) !== day) damaged(line.place, `it was captured on ${dayOf(told.atMs)}`)
      rows.push(told)
    }
  return capturesOf(rows)
}

/** Both sides of every outcome of an event, without any size. */
function quotedOf(line: JsonLine): readonly Told[] {
  if (!leagueOf(read(ofQuotes, line).event_ticker)) return []
  const { captured_at: atMs, event_ticker: event, game_title: title, outcomes } = read(quotedSchema, line)
  const { place } = line
  return outcomes.map(({ ticker, outcome_name: subtitle, yes_bid: bid, yes_ask: ask }) => {
    if (eventOf(ticker) !== event) damaged(place, `${ticker} is told as a market of ${event}`)
    const sides = { bids: bestOf(bid, place, () => INVENTED_SIZE), asks: bestOf(ask, place, () => INVENTED_SIZE) }
    return { atMs, book: uncrossed({ place, ticker, title, subtitle: subtitle ?? '', depth: 'priced', ...sides, volume: null }) }
  })
}

function depthOf(line: JsonLine): readonly Told[] {
  if (!leagueOf(read(ofDepth, line).ticker)) return []
  const { captured_at: atMs, ticker, yes_bids: yes, no_bids: no } = read(depthSchema, line)
  const { place } = line
  const sides = { bids: levelsOf(yes, 'yes', place), asks: levelsOf(no, 'no', place) }
  return [{ atMs, book: uncrossed({ place, ticker, title: '', subtitle: '', depth: 'depth', ...sides, volume: null }) }]
}

import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import type { GameMapping } from '../../../../src/core/edge/games/game'
import type { Frame } from '../../../../src/core/market/event'
import { gamesOf } from '../../../../src/replay/odds-frames'
import type { Recording } from '../../../../src/replay/recordings/recording'
import { RECORDED_LEAGUES } from '../../../../src/replay/recordings/sports/leagues'
import { QUOTE_LIFE_MS, readSports } from '../../../../src/replay/recordings/sports/sports'
import type { Replayed } from '../../../../src/replay/replay'
import { mappedGames } from '../../../core/edge/games/recorded'
import { temporaryDirectory } from '../../../stores/doubles'
import { readShared, recordings, SHARED } from '../../../venues/kalshi/fakes'
import { callbackOf, messageOf, PLAYED, replayed } from '../folder'
import { edgesOf, FILES, isHouse, kindOf } from './fixture'

const dir = temporaryDirectory()
const [QUOTES, BOOKS] = ['kalshi_series/sports_quotes', 'kalshi_series/orderbooks']
const SERIES = new Set(RECORDED_LEAGUES.map(({ series }) => series))
const isOurs = (ticker: string): boolean => SERIES.has(ticker.split('-')[0] ?? '')

const linesOf = (name: string): readonly string[] => gunzipSync(readShared(name)).toString().trim().split('\n')
const rowsOf = <T>(name: string): readonly T[] => linesOf(name).map((line) => JSON.parse(line) as T)
const daysOf = (folder: string): readonly string[] => readdirSync(path.join(SHARED, folder)).map((name) => `${folder}/${name}`)
interface Fetch {
  readonly fetched_at: string
  readonly events: readonly { readonly id: string }[]
}
interface Quoted {
  readonly captured_at: string
  readonly event_ticker: string
  readonly outcomes: readonly { readonly ticker: string }[]
}
const quotedRows = (): readonly Quoted[] =>
  daysOf(QUOTES)
    .flatMap((name) => rowsOf<Quoted>(name))
    .filter(({ event_ticker: event }) => isOurs(event))

const DAY_MS = 86_400_000
interface Snapshot {
  readonly msg: { readonly market_ticker: string; readonly yes_dollars_fp?: unknown; readonly no_dollars_fp?: unknown }
}

/** A guard against a reading that hangs: two cores are shared with real servers. */
const LONGEST_READING_MS = 300_000

/** When markets closed, by the recorded results. */
const CLOSES: ReadonlyMap<string, number> = new Map(
  existsSync(SHARED)
    ? rowsOf<{ ticker: string; close_time: string }>(FILES.results).map(({ ticker, close_time: closed }) => [ticker, Date.parse(closed)])
    : [],
)

/** What a whole reading told, each frame looked at once and none kept. */
class Heard {
  readonly kinds: Record<string, number> = {}
  readonly fetches: string[] = []
  readonly wrong: string[] = []
  readonly mappings = new Map<string, GameMapping>()
  /** Books that were told when they were captured, and such that were told empty because nobody believes them any more. */
  shown = 0
  ended = 0
  /** Times that odds came for a book of a game of theirs that had not begun. */
  judged = 0
  judgedWithVolume = 0
  readonly #told = new Set<string>()
  /** By market: when it was shown last. */
  readonly #believed = new Map<string, number>()
  readonly #listedMs = new Map<string, number>()
  readonly #volumes = new Map<string, number | null>()
  #before: Frame | null = null

  get stillQuoted(): readonly string[] {
    return [...this.#believed.keys()]
  }

  hear(frame: Frame): void {
    const kind = kindOf(frame)
    this.kinds[kind] = (this.kinds[kind] ?? 0) + 1
    if (frame.n !== (this.#before?.n ?? 0) + 1 || frame.recvMs < (this.#before?.recvMs ?? 0)) this.wrong.push(`frame ${frame.n}`)
    this.#before = frame
    if (kind === 'odds') this.#odds(frame)
    else if (kind === 'orderbook_snapshot') this.#book(frame, messageOf(frame) as Snapshot)
    else if (kind === 'listing') this.#listedMs.set((callbackOf(frame)[1] as { readonly market: string }).market, frame.recvMs)
    for (const { kalshi, mapping, volume } of edgesOf(frame)) {
      this.mappings.set(mapping.kalshiEvent, mapping)
      this.#volumes.set(kalshi, volume)
      if (mapping.oddsEventId !== null && !this.#told.has(mapping.oddsEventId)) this.wrong.push(`${kalshi} knows ${mapping.oddsEventId}`)
    }
  }

  #odds(frame: Frame): void {
    const { payload, recvMs } = frame
    const { sport, events } = JSON.parse(Buffer.from(payload as Uint8Array).toString()) as { sport: string; events: Fetch['events'] }
    if (gamesOf(frame).length !== events.length) this.wrong.push(`frame ${frame.n} tells games that cannot be read`)
    this.fetches.push(`${sport} ${new Date(recvMs).toISOString()} ${events.map(({ id }) => id).join(' ')}`)
    for (const { id } of events) this.#told.add(id)
    for (const ticker of this.#believed.keys()) {
      const mapping = this.mappings.get(ticker.slice(0, ticker.lastIndexOf('-')))
      if (mapping?.status !== 'confirmed' || mapping.sport !== sport || (mapping.startMs ?? 0) <= recvMs) continue
      this.judged += 1
      if (typeof this.#volumes.get(ticker) === 'number') this.judgedWithVolume += 1
    }
  }

  /** A book that was captured empty and one that ends are told alike: only what was shown a whole life ago, or closes, ends. */
  #book({ recvMs }: Frame, { msg }: Snapshot): void {
    const { market_ticker: ticker } = msg
    const shownMs = this.#believed.get(ticker)
    const isEnd = shownMs !== undefined && (recvMs - shownMs === QUOTE_LIFE_MS || recvMs === CLOSES.get(ticker))
    if (isEnd) {
      this.ended += 1
      this.#believed.delete(ticker)
      if (msg.yes_dollars_fp !== undefined || msg.no_dollars_fp !== undefined) this.wrong.push(`${ticker} does not end empty`)
      return
    }
    this.shown += 1
    this.#believed.set(ticker, recvMs)
    if (recvMs - (this.#listedMs.get(ticker) ?? 0) > DAY_MS / 2) this.wrong.push(`${ticker} has fees of more than half a day`)
  }
}

recordings('the sports weeks as they were recorded', () => {
  const heard = new Heard()
  const cost = { read: '', all: '', mostBytes: 0 }
  let [recording, report]: [Recording | null, Replayed | null] = [null, null]

  // one reading for all tests: it is heard here and by the sessions of the venues
  beforeAll(async () => {
    const before = process.cpuUsage()
    const read = await readSports(SHARED, PLAYED)
    cost.read = spentSince(before)
    const tapped = {
      async *frames(): AsyncGenerator<Frame, void, undefined> {
        for await (const frame of read.frames()) {
          heard.hear(frame)
          if (frame.n % 10_000 === 0) cost.mostBytes = Math.max(cost.mostBytes, process.memoryUsage().rss)
          yield frame
        }
      },
    }
    report = await replayed(tapped)
    cost.all = spentSince(before)
    recording = read
  }, LONGEST_READING_MS)

  it('tells every fetch once and every captured book, in order, by nothing that came later', () => {
    expect({ wrong: heard.wrong, standing: heard.stillQuoted }).toEqual({ wrong: [], standing: [] })
    const fetches = RECORDED_LEAGUES.flatMap(({ sport, odds }) =>
      rowsOf<Fetch>(odds).map(
        ({ fetched_at: time, events }) => `${sport} ${new Date(time).toISOString()} ${events.map(({ id }) => id).join(' ')}`,
      ),
    )
    expect([...heard.fetches].sort()).toEqual(fetches.sort())

    const deep = daysOf(BOOKS).flatMap((name) => rowsOf<{ ticker: string }>(name).filter(({ ticker }) => isOurs(ticker)))
    const best = linesOf(FILES.best).filter((line) => isOurs(line.split(',')[1] ?? ''))
    const priced = quotedRows().flatMap(({ outcomes }) => outcomes)
    const captured = deep.length + best.length + priced.length
    expect(captured).toBeGreaterThan(30_000)
    expect(recording?.caveats.join()).toContain(
      `Of ${captured} captured books ${deep.length} have all their levels and ${best.length} the sizes of the best ones alone; ${priced.length} have no size`,
    )
    // each is shown, and one that is not replaced within its life ends with an empty one
    expect(heard.shown).toBe(captured)
    expect(heard.kinds['orderbook_snapshot']).toBe(captured + heard.ended)
    const confirmed = [...heard.mappings.values()].filter(({ status }) => status === 'confirmed').length
    console.info(
      `${JSON.stringify(heard.kinds)}; ${heard.mappings.size} games, ${confirmed} confirmed; ${heard.judged} times a book of a game to come met its odds, ${heard.judgedWithVolume} times with a volume; CPU ${cost.read} to read, ${cost.all} with all frames in a replay; ${Math.round(cost.mostBytes / 1_048_576)} MB`,
    )
  })

  it('maps the games of the map rightly, every one that was quoted', () => {
    const quotedEvents = new Set(quotedRows().map(({ event_ticker: event }) => event))
    const games = mappedGames().filter(({ kalshi_event: event }) => quotedEvents.has(event))
    const missed = games.filter(({ kalshi_event: event, odds_event_id: id, kalshi_markets: markets, team_of_code: teams }) => {
      const mapping = heard.mappings.get(event)
      const isRight = Object.entries(markets).every(([code, ticker]) => mapping?.yesTeams[ticker] === (teams[code] ?? 'Draw'))
      return mapping?.status !== 'confirmed' || mapping.oddsEventId !== id || !isRight
    })
    expect(games.length).toBeGreaterThan(130)
    expect(missed.map(({ kalshi_event: event }) => event)).toEqual([])
  })

  it('is a stream that the sessions accept', () => {
    expect(report).toMatchObject({ unreadable: 0, gaps: 0, inconsistent: 0 })
  })
})

recordings('the results of the sports weeks', () => {
  it('are those that were recorded, what follows from ties, and nothing else', async () => {
    const { settlements } = await readSports(SHARED, PLAYED)
    const rows = rowsOf<{ ticker: string; result: string; close_time: string }>(FILES.results).filter(({ ticker }) => isOurs(ticker))
    const expected = rows.map(
      ({ ticker, result, close_time: closed }) => `${ticker} ${result === 'yes' ? 1_000_000 : 0} ${Date.parse(closed)}`,
    )
    const told = settlements.map(({ market, yesPays, atMs }) => `${market} ${yesPays} ${atMs}`)
    // three games of the World Cup were ties after ninety minutes: neither side has won
    const ties = rows.filter(({ ticker, result }) => ticker.endsWith('-TIE') && result === 'yes')
    const sides = settlements.filter(({ market }) =>
      ties.some(({ ticker }) => ticker !== market && market.startsWith(ticker.slice(0, -'TIE'.length))),
    )
    const implied = sides.map(({ market, atMs }) => `${market} 0 ${atMs}`)
    expect([ties.length, implied.length]).toEqual([3, 6])
    expect(told.sort()).toEqual([...expected, ...implied].sort())
    expect(settlements.every(({ venue, atMs }, i) => venue === 'kalshi' && atMs >= (settlements[i - 1]?.atMs ?? 0))).toBe(true)
  })

  it(
    'are not foreseen: until a moment all is the same when nothing was recorded after it',
    async () => {
      const untilMs = Date.parse('2026-07-07T04:00:00Z')
      const whole = await digestUntil(await readSports(SHARED, PLAYED), untilMs)
      expect(await digestUntil(await readSports(cutAt(untilMs), PLAYED), untilMs)).toEqual(whole)
      expect(whole.edges).toBeGreaterThan(50)
    },
    LONGEST_READING_MS,
  )
})

function spentSince(before: NodeJS.CpuUsage): string {
  const { user, system } = process.cpuUsage(before)
  return `${Math.round((user + system) / 100_000) / 10} s`
}

/** The recordings as they were at a moment: what was captured and fetched later is not there. */
function cutAt(untilMs: number): string {
  const folder = mkdtempSync(path.join(dir, 'cut-'))
  const keep = (name: string, isKept: (line: string) => boolean): void => {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
    writeFileSync(path.join(folder, name), gzipSync(linesOf(name).filter(isKept).map((line) => `${line}\n`).join(''), { level: 1 })) // prettier-ignore
  }
  const isBefore = (field: string) => (line: string): boolean => Date.parse(new RegExp(`"${field}":"([^"]+)"`).exec(line)?.[1] ?? '') <= untilMs // prettier-ignore
  for (const { odds } of RECORDED_LEAGUES) keep(odds, isBefore('fetched_at'))
  for (const name of [...daysOf(QUOTES), ...daysOf(BOOKS)]) keep(name, isBefore('captured_at'))
  mkdirSync(path.join(folder, 'kalshi_rest'))
  // results end what is quoted when it happens, and texts are taken to have been the same before: both are said
  keep(FILES.results, () => true)
  symlinkSync(path.join(SHARED, FILES.list), path.join(folder, FILES.list))
  keep(FILES.best, (line) => line.startsWith('captured_at'))
  return folder
}

async function digestUntil(recording: Recording, untilMs: number): Promise<{ readonly sha256: string; readonly edges: number }> {
  const hash = createHash('sha256')
  let edges = 0
  for await (const frame of recording.frames()) {
    if (frame.recvMs > untilMs) break
    if (isHouse(frame, 'edges')) edges += 1
    const { n, recvMs, payload } = frame
    hash.update(`${n} ${recvMs} `).update(payload instanceof Uint8Array ? payload : JSON.stringify(payload))
  }
  return { sha256: hash.digest('hex'), edges }
}

import http from 'node:http'
import type { AddressInfo } from 'node:net'
import type { FetchedOdds, OddsFailureKind, OddsFetch, OddsSource } from '../../../src/ports/odds'
import { createOddsClient, type OddsClient, type OddsClientOptions } from '../../../src/venues/odds/client'
import { failureOf, quotaOf, skewOf } from '../../../src/venues/odds/failure'
import { pollOdds } from '../../../src/venues/odds/poll'
import { API_KEY, game, market, SPORT, startOdds, type OddsSim } from '../../sim/odds/rig'
import { clock } from '../kalshi/fakes'

const NEVER = new AbortController().signal
const opened: OddsClient[] = []
afterAll(() => Promise.all(opened.map((source) => source.close())))

function client(baseUrl: string, more: Partial<OddsClientOptions> = {}): OddsClient {
  const source = createOddsClient({
    ...{ baseUrl, key: API_KEY, format: 'american', regions: ['us'], bookmakers: [], markets: ['h2h'] },
    ...{ timeoutMs: 400, skewMaxMs: 5_000, clock },
    ...more,
  })
  opened.push(source)
  return source
}
async function fetched(sim: OddsSim, more: Partial<OddsClientOptions> = {}): Promise<FetchedOdds> {
  const fetch = await client(sim.url, more).fetch(SPORT, NEVER)
  if (fetch.kind !== 'fetched') throw new Error(`${fetch.failure.kind}: ${fetch.failure.detail}`)
  return fetch
}
const lines = ({ games }: FetchedOdds): unknown => games[0]?.lines.map(({ book, outcomes }) => [book, outcomes.length])

describe('a fetch of odds from a source on a socket', () => {
  let sim: OddsSim
  beforeEach(async () => {
    sim = await startOdds({ settings: { monthly_credits: 500, credits_used: 100 } })
  })
  afterEach(() => sim.stop())

  it('is the games with their books, the rows of the record and the quota, as of the moment of asking', async () => {
    const beforeMs = Date.now()
    const fetch = await fetched(sim, { markets: ['h2h', 'totals'] })
    expect(fetch.games.map(({ eventId, lines: all }) => [eventId, all.map(({ book }) => book)])).toEqual([
      ['e1', ['draftkings', 'fanduel']],
      ['e2', ['draftkings', 'fanduel']],
    ])
    expect(fetch).toMatchObject({ sport: SPORT, problems: [], otherMarkets: { totals: 2 }, quota: { remaining: 398, used: 102, last: 2 } })
    expect(fetch.rows).toHaveLength(8)
    expect(fetch.fetchedMs).toBeGreaterThanOrEqual(beforeMs)
    expect(fetch.games.every((each) => each.fetchedMs === fetch.fetchedMs)).toBe(true)
  })

  it('is the same game in decimal odds, and of named books alone', async () => {
    const fetch = await fetched(sim, { format: 'decimal', bookmakers: ['fanduel'] })
    expect(fetch.games[0]?.lines).toMatchObject([{ book: 'fanduel', outcomes: [{ odds: 1.65 }, { odds: 2.35 }] }])
  })

  it('tells what is left without spending any of it', async () => {
    const source = client(sim.url)
    for (let i = 0; i < 2; i += 1)
      expect(await source.quota(NEVER)).toEqual({ kind: 'told', quota: { remaining: 400, used: 100, last: 0 } })
    sim.fault('no_quota')
    expect(await source.quota(NEVER)).toMatchObject({ kind: 'failed', failure: { kind: 'unreadable' } })
    sim.fault('refused_key')
    expect(await source.quota(NEVER)).toMatchObject({ kind: 'failed', failure: { kind: 'key refused' } })
  })

  it('has an unknown quota where the headers are missing', async () => {
    sim.fault('no_quota')
    expect((await fetched(sim)).quota).toEqual({ remaining: null, used: null, last: null })
  })

  it.each<[string, Record<string, unknown>, OddsFailureKind, string]>([
    ['refused_key', {}, 'key refused', '401 INVALID_KEY API key is not valid'],
    ['out_of_credits', {}, 'credits gone', '401 OUT_OF_USAGE_CREDITS'],
    ['rate_limit', {}, 'too many', '429 EXCEEDED_FREQ_LIMIT'],
    ['500', {}, 'source down', '500 INTERNAL_ERROR'],
    ['500', { status: 503 }, 'source down', '503 INTERNAL_ERROR'],
    ['timeout', {}, 'source down', 'no answer within 400 ms'],
    ['slow', { ms: 2_000 }, 'source down', 'no answer within 400 ms'],
    ['cut_body', {}, 'source down', ''],
    ['half_body', {}, 'unreadable', 'the answer is not JSON'],
    ['html', {}, 'unreadable', 'the answer is not JSON: it begins with "<!DOCTYPE html>'],
    ['clock_ahead', { ms: 60_000 }, 'clock skew', 's ahead of that of this machine'],
    ['clock_behind', { ms: 60_000 }, 'clock skew', 's behind that of this machine, and at most 5000 ms is allowed'],
  ])('that meets %s %j is "%s" and has no game; the next one is well', async (name, fields, kind, detail) => {
    const source = client(sim.url)
    sim.fault(name, fields)
    const failed = await source.fetch(SPORT, NEVER)
    expect(failed).toMatchObject({ kind: 'failed', sport: SPORT, failure: { kind, detail: expect.stringContaining(detail) as string } })
    expect(Object.keys(failed).toSorted()).toEqual(['failure', 'kind', 'quota', 'sport'])
    expect(await source.fetch(SPORT, NEVER)).toMatchObject({ kind: 'fetched' })
  })

  it('that asks for what there is not is refused with its reason, and one without a source is down', async () => {
    expect(await client(sim.url).fetch('cricket', NEVER)).toMatchObject({
      failure: { kind: 'request refused', detail: '404 UNKNOWN_SPORT Unknown sport cricket' },
    })
    expect(await client(sim.url, { regions: ['mars'] }).fetch(SPORT, NEVER)).toMatchObject({ failure: { kind: 'request refused' } })
    await sim.stop()
    expect(await client(sim.url).fetch(SPORT, NEVER)).toMatchObject({ failure: { kind: 'source down' } })
  })

  it('is refused by a wrong key, and the key is in nothing that is told', async () => {
    const key = 'wr0ng-k3y-that-must-not-show'
    sim.fault('half_body', { once: false })
    const told: unknown[] = [await client(sim.url, { key }).fetch(SPORT, NEVER), await client(sim.url, { key }).quota(NEVER)]
    await sim.stop()
    told.push(await client(sim.url, { key }).fetch(SPORT, NEVER))
    expect(JSON.stringify(told)).not.toContain(key)
    expect(told[0]).toMatchObject({ failure: { kind: 'key refused' } })
    expect(() => client(sim.url, { key: '' })).toThrow('there is none')
  })

  it('ends at once when it is stopped', async () => {
    const stop = new AbortController()
    sim.fault('timeout')
    const fetch = client(sim.url, { timeoutMs: 30_000 }).fetch(SPORT, stop.signal)
    setTimeout(() => stop.abort(), 50)
    expect(await fetch).toMatchObject({ kind: 'failed', failure: { kind: 'stopped' } })
  })

  it('B6: tells of stale lines how old they are', async () => {
    sim.fault('stale_lines', { book: 'fanduel', ms: 600_000 })
    const [draftkings, fanduel] = (await fetched(sim)).games[0]?.lines ?? []
    const age = (line: typeof fanduel): number => Math.round((Date.now() - (line?.updatedMs ?? NaN)) / 10_000)
    expect([age(draftkings), age(fanduel)]).toEqual([expect.any(Number), 62])
    expect(age(draftkings)).toBeLessThan(2)
  })

  it('keeps a one-sided book, a missing one, a started and a moved game as they are told', async () => {
    sim.fault('one_sided', { book: 'fanduel' })
    expect(lines(await fetched(sim))).toEqual([
      ['draftkings', 2],
      ['fanduel', 1],
    ])
    sim.fault('missing_book', { book: 'draftkings' })
    expect(lines(await fetched(sim))).toEqual([['fanduel', 2]])
    const startOf = async (): Promise<number> => ((await fetched(sim)).games[0]?.commenceMs ?? NaN) - Date.now()
    const before = await startOf()
    sim.fault('moved_game', { event_id: 'e1' })
    expect(Math.round(((await startOf()) - before) / 3_600_000)).toBe(24)
    sim.fault('started_game')
    expect(await startOf()).toBeLessThan(-3_500_000)
  })

  it('tells of a book with an impossible price, and of a book without a time', async () => {
    const books = [
      { key: 'bad', last_update: '-1s', markets: [market(-50, 138)] },
      { key: 'untold', markets: [market(-158, 138, { last_update: undefined })] },
    ]
    sim.event({ type: 'event', event: game('e1', { bookmakers: books }) })
    const fetch = await fetched(sim)
    expect(fetch.games[0]?.lines).toMatchObject([{ book: 'untold', updatedMs: null }])
    expect(fetch.problems).toEqual([expect.stringContaining('event e1, bad: "Atlanta Braves" has a price -50')])
  })
})

it('an answer without a date brings no game, and its credits are counted', async () => {
  const server = http.createServer((_request, response) => {
    response.sendDate = false
    response.setHeader('x-requests-remaining', '7').end('[]')
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  expect(await client(`http://127.0.0.1:${port}`).fetch(SPORT, NEVER)).toMatchObject({
    kind: 'failed',
    failure: { kind: 'clock skew', detail: expect.stringContaining('has no date') as string },
    quota: { remaining: 7 },
  })
  await new Promise((resolve) => server.close(resolve).closeAllConnections())
})

describe('a round of fetches', () => {
  const OPTIONS = { clock, pauseMs: 1 }
  const answers = (kinds: readonly (OddsFailureKind | null)[]): { source: OddsSource; asked: string[] } => {
    const asked: string[] = []
    const quota = { remaining: 1, used: 1, last: 0 }
    const source: OddsSource = {
      fetch(sport): Promise<OddsFetch> {
        const kind = kinds[asked.length] ?? null
        asked.push(sport)
        if (kind !== null) return Promise.resolve({ kind: 'failed', sport, failure: { kind, detail: '' }, quota })
        return Promise.resolve({
          kind: 'fetched',
          sport,
          fetchedMs: clock.nowMs(),
          games: [],
          rows: [],
          problems: [],
          otherMarkets: {},
          quota,
        })
      },
      quota: () => Promise.reject(new Error('is not asked')),
    }
    return { source, asked }
  }
  const SPORTS = ['a', 'b', 'c', 'd']

  it.each<[readonly (OddsFailureKind | null)[], number]>([
    [[], 4],
    [['unreadable', 'request refused', null, 'unreadable'], 4],
    [['source down', null, 'source down'], 4],
    [['source down', 'source down'], 2],
    [[null, 'key refused'], 2],
    [['credits gone'], 1],
    [['too many'], 1],
    [['clock skew'], 1],
  ])('that meets %j asks for %d of four sports', async (kinds, count) => {
    const { source, asked } = answers(kinds)
    const { fetches, left } = await pollOdds(source, SPORTS, OPTIONS, NEVER)
    expect([asked, fetches.map(({ sport }) => sport), left]).toEqual([SPORTS.slice(0, count), SPORTS.slice(0, count), SPORTS.slice(count)])
  })

  it('ends with its signal', async () => {
    const stop = new AbortController()
    const { source, asked } = answers([])
    const poll = pollOdds(source, SPORTS, { clock, pauseMs: 10_000 }, stop.signal)
    setTimeout(() => stop.abort(), 30)
    expect([(await poll).left, asked]).toEqual([['b', 'c', 'd'], ['a']])
  })

  it('pauses between two calls', async () => {
    const source = client((await startOdds({ settings: { calls_per_second: 2 } })).url)
    const { fetches } = await pollOdds(source, [SPORT, SPORT, SPORT], { clock, pauseMs: 600 }, NEVER)
    expect(fetches.map(({ kind }) => kind)).toEqual(['fetched', 'fetched', 'fetched'])
  })
})

describe('what an answer says beside its body', () => {
  it.each([
    [{ 'x-requests-remaining': '19880', 'x-requests-used': '120', 'x-requests-last': '6' }, [19_880, 120, 6]],
    [{ 'x-requests-remaining': '499.0', 'x-requests-used': '', 'x-requests-last': 'many' }, [499, null, null]],
    [{ 'x-requests-remaining': '-2' }, [0, null, null]],
    [{}, [null, null, null]],
  ])('%j is a quota of %j', (headers, [remaining, used, last]) => expect(quotaOf(headers)).toEqual({ remaining, used, last }))

  it.each([
    [401, '{"error_code":"DEACTIVATED_KEY"}', 'key refused', '401 DEACTIVATED_KEY'],
    [403, 'no', 'key refused', '403 "no"'],
    [429, '{"error_code":"OUT_OF_USAGE_CREDITS"}', 'credits gone', '429 OUT_OF_USAGE_CREDITS'],
    [408, '', 'source down', '408 ""'],
    [422, '{"message":"Invalid regions","error_code":"INVALID_REGION"}', 'request refused', '422 INVALID_REGION Invalid regions'],
    [302, '', 'unreadable', '302 ""'],
    [502, '<html>', 'source down', '502 "<html>"'],
  ])('%d %s is %s', (status, body, kind, detail) => expect(failureOf(status, body)).toEqual({ kind, detail }))

  it('is a clock of its own only beyond the seconds of a date and what is allowed', () => {
    const at = Date.UTC(2026, 7, 7, 12, 0, 0)
    const skew = (offMs: number): unknown => skewOf(new Date(at + offMs).toUTCString(), at + 100, at + 400, 5_000)?.kind ?? null
    expect([-6_000, -5_000, 0, 5_000, 6_000].map(skew)).toEqual(['clock skew', null, null, null, 'clock skew'])
  })

  it.each([
    [undefined, 'has no date'],
    ['yesterday', 'has the date "yesterday", which is none'],
  ])('with the date %s says nothing of the time, so that no line has an age', (date, told) => {
    const at = Date.UTC(2026, 7, 7, 12, 0, 0)
    expect(skewOf(date, at, at, 5_000)).toMatchObject({ kind: 'clock skew', detail: expect.stringContaining(told) as string })
  })
})

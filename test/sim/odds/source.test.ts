import { loadScenario, ScenarioError } from '../../../src/sim/scenario'
import { inFormat } from '../../../src/sim/odds/answers'
import { writeScenario } from '../support/running'
import { API_KEY, game, SPORT, startOdds, type OddsSim } from './rig'

interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly body: unknown
}
interface Told {
  readonly id: string
  readonly commence_time: string
  readonly bookmakers: readonly {
    readonly key: string
    readonly markets: readonly { readonly key: string; readonly last_update?: string; readonly outcomes: readonly object[] }[]
  }[]
}

const QUERY = { apiKey: API_KEY, regions: 'us', markets: 'h2h', oddsFormat: 'american' }
async function get(sim: OddsSim, path: string, query: Record<string, string> = QUERY): Promise<Reply> {
  const response = await fetch(`${sim.url}${path}?${new URLSearchParams(query).toString()}`, { signal: AbortSignal.timeout(20_000) })
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: JSON.parse(text) as unknown }
}
const odds = async (sim: OddsSim, more: Record<string, string> = {}): Promise<readonly Told[]> =>
  (await get(sim, `/v4/sports/${SPORT}/odds`, { ...QUERY, ...more })).body as readonly Told[]
const quota = ({ headers }: Reply): (string | null)[] => ['remaining', 'used', 'last'].map((name) => headers.get(`x-requests-${name}`))

describe('the simulated source of odds', () => {
  it('tells the events of a sport in the words of the API, and what a call has cost', async () => {
    const sim = await startOdds({ settings: { monthly_credits: 100, credits_used: 40 } })
    const reply = await get(sim, `/v4/sports/${SPORT}/odds/`, { ...QUERY, markets: 'h2h,totals', regions: 'us,eu' })
    const [first] = reply.body as readonly Told[]
    expect(Object.keys(first ?? {}).toSorted()).toEqual([
      'away_team',
      'bookmakers',
      'commence_time',
      'home_team',
      'id',
      'sport_key',
      'sport_title',
    ])
    expect(first?.bookmakers.map(({ key, markets }) => [key, markets.map((market) => market.key)])).toEqual([
      ['draftkings', ['h2h', 'totals']],
      ['fanduel', ['h2h']],
    ])
    expect(first?.bookmakers[0]?.markets[0]?.outcomes).toEqual([
      { name: 'Atlanta Braves', price: -158 },
      { name: 'New York Mets', price: 138 },
    ])
    expect(quota(reply)).toEqual(['56', '44', '4'])
    expect(first?.commence_time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    await sim.stop()
  })

  it('lists sports and events for nothing, scores for one credit, and one event with markets of its own', async () => {
    const sim = await startOdds({ settings: { monthly_credits: 10 } })
    const calls: [string, string | null | undefined][] = []
    for (const path of ['', `/${SPORT}/events`, `/${SPORT}/scores`, `/${SPORT}/events/e1/odds`]) {
      const reply = await get(sim, `/v4/sports${path}`)
      calls.push([path, quota(reply)[2]])
      if (path.endsWith('scores')) expect(reply.body).toMatchObject([{ id: 'e1', completed: false, scores: null }, { id: 'e2' }])
    }
    expect(calls.map(([, cost]) => cost)).toEqual(['0', '0', '1', '1'])
    await sim.stop()
  })

  it('tells a book that quotes decimal odds and one that tells no time as they are', async () => {
    const untold = { key: 'x', markets: [{ key: 'h2h', outcomes: [{ name: 'Atlanta Braves', price: -115 }] }] }
    const sim = await startOdds({ events: [game('e1', { bookmakers: [untold], commence_time: null })] })
    expect(await odds(sim, { oddsFormat: 'decimal' })).toEqual([
      expect.objectContaining({
        commence_time: null,
        bookmakers: [{ key: 'x', title: 'x', markets: [{ key: 'h2h', outcomes: [{ name: 'Atlanta Braves', price: 1.87 }] }] }],
      }),
    ])
    await sim.stop()
  })

  it.each([
    [-115, 'american', 'decimal', 1.87],
    [100, 'american', 'decimal', 2],
    [1.87, 'decimal', 'american', -115],
    [2.38, 'decimal', 'american', 138],
    [151, 'decimal', 'decimal', 151],
  ] as const)('a price %d, %s, is in %s %d', (price, from, to, told) => expect(inFormat(price, from, to)).toBe(told))

  it('keeps games in progress in the list, and drops those that are over', async () => {
    const sim = await startOdds({ events: [game('on', { commence_time: '-2h' }), game('over', { commence_time: '-5h' }), game('next')] })
    expect((await odds(sim)).map(({ id }) => id)).toEqual(['on', 'next'])
    const { body } = await get(sim, `/v4/sports/${SPORT}/scores`)
    expect((body as readonly { completed: boolean }[]).map(({ completed }) => completed)).toEqual([false, true, false])
    await sim.stop()
  })

  it('changes by events: a price, a start, a game, the credits', async () => {
    const sim = await startOdds()
    const before = (await odds(sim))[0]?.commence_time ?? ''
    sim.event({ type: 'price', id: 'e1', book: 'fanduel', prices: { 'New York Mets': 150 } })
    sim.event({ type: 'move', id: 'e1', by_ms: 3_600_000 })
    sim.event({ type: 'remove', id: 'e2' })
    sim.event({ type: 'event', event: game('e3') })
    sim.event({ type: 'credits', remaining: 7 })
    const reply = await get(sim, `/v4/sports/${SPORT}/odds`)
    const events = reply.body as readonly Told[]
    expect(events.map(({ id }) => id)).toEqual(['e1', 'e3'])
    expect(Date.parse(events[0]?.commence_time ?? '') - Date.parse(before)).toBe(3_600_000)
    expect(events[0]?.bookmakers[1]?.markets[0]?.outcomes[1]).toEqual({ name: 'New York Mets', price: 150 })
    expect(quota(reply)[0]).toBe('6')
    await sim.stop()
  })

  it.each([
    [{ type: 'remove', id: 'none' }, 'event "none" is not among the odds; there are e1, e2'],
    [{ type: 'price', id: 'e1', book: 'betmgm', prices: { 'New York Mets': 1 } }, 'betmgm has no such outcomes in h2h of e1'],
    [{ type: 'prize', id: 'e1' }, 'type'],
    [{ type: 'fault', name: 'tiemout' }, 'unknown fault "tiemout": use one of 500, timeout, '],
    [{ type: 'fault', name: 'slow', msec: 4 }, 'fault "slow" has no field "msec"'],
  ])('refuses the event %j by a sentence', async (event, sentence) => {
    const sim = await startOdds()
    expect(() => sim.event(event)).toThrow(sentence)
    await sim.stop()
  })

  it.each<[string, Record<string, string>, number, string]>([
    ['/v4/sports', {}, 401, 'MISSING_KEY'],
    ['/v4/sports', { apiKey: 'wrong' }, 401, 'INVALID_KEY'],
    [`/v4/sports/${SPORT}/odds`, { apiKey: API_KEY }, 422, 'MISSING_REGION'],
    [`/v4/sports/${SPORT}/odds`, { ...QUERY, regions: 'mars' }, 422, 'INVALID_REGION'],
    [`/v4/sports/${SPORT}/odds`, { ...QUERY, markets: 'player_points' }, 422, 'INVALID_MARKET'],
    [`/v4/sports/${SPORT}/odds`, { ...QUERY, oddsFormat: 'fractional' }, 422, 'INVALID_ODDS_FORMAT'],
    [`/v4/sports/${SPORT}/odds`, { ...QUERY, dateFormat: 'roman' }, 422, 'INVALID_DATE_FORMAT'],
    ['/v4/sports/cricket/odds', QUERY, 404, 'UNKNOWN_SPORT'],
    [`/v4/sports/${SPORT}/events/none/odds`, QUERY, 404, 'EVENT_NOT_FOUND'],
    ['/v3/sports', QUERY, 404, 'NOT_FOUND'],
  ])('answers %s %j with %d %s and charges nothing', async (path, query, status, code) => {
    const sim = await startOdds({ settings: { monthly_credits: 5 } })
    const reply = await get(sim, path, query)
    expect([reply.status, reply.body]).toEqual([status, expect.objectContaining({ error_code: code })])
    expect(quota(reply)).toEqual(['5', '0', '0'])
    await sim.stop()
  })

  it('charges nothing for an empty answer, and refuses when the month is spent', async () => {
    const sim = await startOdds({ settings: { monthly_credits: 1 } })
    expect(quota(await get(sim, `/v4/sports/${SPORT}/odds`, { ...QUERY, eventIds: 'none' }))).toEqual(['1', '0', '0'])
    expect((await get(sim, `/v4/sports/${SPORT}/odds`)).status).toBe(200)
    const reply = await get(sim, `/v4/sports/${SPORT}/odds`)
    expect([reply.status, reply.body]).toEqual([401, expect.objectContaining({ error_code: 'OUT_OF_USAGE_CREDITS' })])
    await sim.stop()
  })

  it('limits calls by the second', async () => {
    const sim = await startOdds({ settings: { calls_per_second: 3 } })
    const replies = await Promise.all([1, 2, 3, 4].map(() => get(sim, '/v4/sports')))
    expect(replies.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 200, 200, 429])
    await sim.stop()
  })

  it('plays recorded answers as the present, each until the next', async () => {
    const at = (ms: number): string => new Date(1_783_000_000_000 + ms).toISOString()
    const recorded = (id: string, ms: number): string =>
      JSON.stringify({
        fetched_at: at(ms),
        events: [
          game(id, {
            commence_time: at(3_600_000),
            bookmakers: [
              {
                key: 'x',
                last_update: at(ms - 9_000),
                markets: [{ key: 'h2h', last_update: at(ms - 10_000), outcomes: [{ name: 'New York Mets', price: 120 }] }],
              },
            ],
          }),
        ],
      })
    const tape = { venue: 'odds', file: 'answers.jsonl', kind: 'responses', speed: 60, start: 'control' }
    const files = { 'answers.jsonl': `${recorded('r1', 0)}\n${recorded('r2', 60_000)}\n` }
    const sim = await startOdds({ events: [game('scripted')] }, { files, scenario: { tapes: [tape] } })
    expect((await odds(sim)).map(({ id }) => id)).toEqual(['scripted'])
    sim.world.apply({ venue: 'tape', type: 'start' })
    await new Promise((resolve) => setTimeout(resolve, 100))
    const [event] = await odds(sim)
    expect([event?.id, Math.round((Date.parse(event?.commence_time ?? '') - Date.now()) / 60_000)]).toEqual(['r1', 60])
    expect(Math.round((Date.now() - Date.parse(event?.bookmakers[0]?.markets[0]?.last_update ?? '')) / 5_000)).toBe(2)
    await new Promise((resolve) => setTimeout(resolve, 1_200))
    expect((await odds(sim)).map(({ id }) => id)).toEqual(['r2'])
    expect(sim.world.tapes()).toMatchObject([{ state: 'ended' }])
    await sim.stop()
  })

  it('writes no key into the log of the wire', async () => {
    const sim = await startOdds()
    await odds(sim)
    expect(JSON.stringify(sim.world.wire.lines())).not.toContain(API_KEY)
    expect(sim.world.wire.lines().map(({ venue, dir }) => [venue, dir])).toEqual([
      ['odds', 'in'],
      ['odds', 'out'],
    ])
    await sim.stop()
  })
})

describe('a scenario with odds', () => {
  it.each<[string, Record<string, unknown>, string]>([
    ['two events of one id', { odds: { events: [game('e1'), game('e1')] } }, 'odds: event "e1" appears twice'],
    ['an unknown setting', { odds: { settings: { monthly_credit: 1 } } }, 'did you mean "monthly_credits"'],
    ['a tape without the source', { tapes: [{ venue: 'odds', file: 'x', kind: 'responses' }] }, 'venue odds is not in the scenario'],
    [
      'a tape of another kind',
      { odds: {}, tapes: [{ venue: 'odds', file: 'x', kind: 'prints' }] },
      'kind "responses" is that of venue odds',
    ],
    [
      'a tape that waits for ever',
      { odds: {}, tapes: [{ venue: 'odds', file: 'x', kind: 'responses', start: 'first_subscription' }] },
      'nobody subscribes odds',
    ],
  ])('is refused for %s', (_name, scenario, sentence) => {
    const folder = writeScenario({ schema_version: 1, ...scenario })
    expect(() => loadScenario(folder.file, Date.now())).toThrow(ScenarioError)
    expect(() => loadScenario(folder.file, Date.now())).toThrow(sentence)
    folder.remove()
  })
})

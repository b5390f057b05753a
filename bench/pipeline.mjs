// What the cycle scan → map → lookup → detect → signal costs over a full board, and each judgement in it: node bench/pipeline.mjs [markets] (after npm run
// setup). The game winners of one Saturday of baseball and more, twelve books a game, two markets each; nothing but memory. Prints medians and worst cases
// next to what the first systems aimed at; ends with 1 when a must is missed.
import { createRequire } from 'node:module'
import { cpus, loadavg } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..')
const load = createRequire(path.join(root, 'src', 'x.ts'))
load('../test/stores/typescript-hook.cjs')
const { readProfilesFile } = load('./config/profiles.ts')
const { detectEdge } = load('./core/edge/detect.ts')
const { consensusFor } = load('./core/edge/index.ts')
const { rulesFor } = load('./core/edge/profile.ts')
const { kalshiFees } = load('./core/market/fees.ts')
const { DIRECT_GRID } = load('./core/market/fees-kalshi.ts')
const { Book } = load('./core/market/book.ts')
const { Pipeline, STAGES } = load('./operator/pipeline/cycle.ts')

const MARKETS = Number(process.argv[2] ?? 1_000)
const CYCLES = 60
const NOW = Date.UTC(2026, 6, 4, 10)
const DAY_MS = 86_400_000
const BOOKS = [
  'pinnacle',
  'betonlineag',
  'draftkings',
  'fanduel',
  'betmgm',
  'williamhill_us',
  'betrivers',
  'bovada',
  'espnbet',
  'fanatics',
  'lowvig',
  'circa',
]
/** Kalshi's code, Kalshi's name, the source's name. */
const TEAMS = [
  ['NYM', 'New York M', 'New York Mets'],
  ['ATL', 'Atlanta', 'Atlanta Braves'],
  ['BOS', 'Boston', 'Boston Red Sox'],
  ['SEA', 'Seattle', 'Seattle Mariners'],
  ['HOU', 'Houston', 'Houston Astros'],
  ['DET', 'Detroit', 'Detroit Tigers'],
  ['MIN', 'Minnesota', 'Minnesota Twins'],
  ['TOR', 'Toronto', 'Toronto Blue Jays'],
  ['PHI', 'Philadelphia', 'Philadelphia Phillies'],
  ['MIL', 'Milwaukee', 'Milwaukee Brewers'],
  ['STL', 'St. Louis', 'St. Louis Cardinals'],
  ['CIN', 'Cincinnati', 'Cincinnati Reds'],
]
const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']
const two = (n) => String(n).padStart(2, '0')

/** The n-th game: each pair of teams once a day, then the next day. */
function gameAt(n) {
  const pairs = TEAMS.flatMap((away, i) => TEAMS.slice(i + 1).map((home) => [away, home]))
  const [away, home] = pairs[n % pairs.length]
  const startMs = NOW + 6.5 * 3_600_000 + Math.floor(n / pairs.length) * DAY_MS // 12:30 in New York
  const day = new Date(startMs)
  const event = `KXMLBGAME-${two(day.getUTCFullYear() % 100)}${MONTHS[day.getUTCMonth()]}${two(day.getUTCDate())}1230${away[0]}${home[0]}`
  return { away, home, startMs, event }
}

const fees = kalshiFees({ feeType: 'quadratic', multiplier: 10_000, fetchedAtMs: NOW }, { balanceGrid: DIRECT_GRID, slackPerContract: 100 })
/** Of the length that they have. */
const RULES = 'If the team wins the game that is named in the title, the market resolves to Yes. '.repeat(8)
const bands = [{ start: 100, end: 9_900, step: 100 }]

/** Kalshi stands where the books do, half a cent off; every twentieth game somebody sells the home team eight cents below. */
function marketsOf(n) {
  const { away, home, startMs, event } = gameAt(n)
  const homeBid = n % 20 === 0 ? 4_700 : 5_500 + (n % 3) * 100
  return [away, home].map(([code, name], side) => ({
    ...{
      ticker: `${event}-${code}`,
      eventTicker: event,
      seriesTicker: 'KXMLBGAME',
      title: `${away[1]} vs ${home[1]} Winner?`,
      subtitle: name,
    },
    ...{ rulesPrimary: RULES, rulesSecondary: RULES, status: 'open', closeMs: startMs + 8 * 3_600_000, bands, fees, volume: 600_000 },
    top: {
      bid: { price: side === 1 ? homeBid : 9_800 - homeBid, quantity: 40_000 },
      ask: { price: side === 1 ? homeBid + 200 : 10_000 - homeBid, quantity: 50_000 },
      atMs: NOW - 60_000,
    },
  }))
}
function oddsOf(n, fetchedMs) {
  const { away, home, startMs } = gameAt(n)
  return {
    ...{ eventId: `game${n}`, sport: 'baseball_mlb', homeTeam: home[2], awayTeam: away[2], commenceMs: startMs, fetchedMs },
    lines: BOOKS.map((book, i) => ({
      book,
      outcomes: [
        { name: home[2], odds: 1.72 + (i % 4) / 100 },
        { name: away[2], odds: 2.2 + (i % 3) / 100 },
      ],
      updatedMs: fetchedMs - 5_000 - i * 1_000,
    })),
  }
}

const settings = readProfilesFile(path.join(root, 'config'))
const rules = rulesFor(settings, 'sim')
const games = Math.ceil(MARKETS / 2)
const markets = Array.from({ length: games }, (_, n) => marketsOf(n))
  .flat()
  .slice(0, MARKETS)
const worldAt = (nowMs) => ({
  ...{ nowMs, markets, games: Array.from({ length: games }, (_, n) => oddsOf(n, nowMs - 3_000)), confirmedAtMs: nowMs - 200 },
  ...{ limits: { maxContracts: 10_000, maxPremium: 500e6, lossBudget: 10e6, livenessMs: 2_000 }, equity: 12_000e6, cash: 12_000e6 },
  ...{ spent: { byEvent: new Map(), day: 0 }, held: [], missing: [] },
})

const at = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
const ENOUGH_FOR_A_P99 = 1_000
function verdictOf(sorted, mustMs) {
  const isWhole = sorted.length >= ENOUGH_FOR_A_P99
  const found = at(sorted, isWhole ? 0.99 : 0.5)
  const name = isWhole ? 'p99' : `p50 of ${sorted.length}`
  if (found > mustMs) process.exitCode = 1 // as the other benches: a must that is missed
  return `must ${mustMs < 1 ? `${mustMs * 1_000} µs` : `${mustMs} ms`}, ${name}: ${found <= mustMs ? 'met' : 'MISSED'}`
}
/** @param target of the first systems. @param own what ours has to keep, in ms: of the p99, where there are enough samples for one, else of the median */
const row = (name, samples, target, own = null) => {
  const sorted = samples.toSorted((a, b) => a - b)
  const ms = (value) => (value < 1 ? `${Math.round(value * 1e6) / 1e3} µs` : `${Math.round(value * 10) / 10} ms`).padStart(10)
  console.log(
    `${name.padEnd(34)}${ms(at(sorted, 0.5))}${ms(at(sorted, 0.99))}${ms(sorted.at(-1))}   ${target.padEnd(24)}${own === null ? '' : verdictOf(sorted, own)}`,
  )
}

console.log(
  `${markets.length} markets of ${games} games, ${BOOKS.length} books each; Node ${process.version}, ${cpus().length} cores, load ${loadavg()[0].toFixed(1)}`,
)
console.log(`${''.padEnd(34)}${'p50'.padStart(10)}${'p99'.padStart(10)}${'worst'.padStart(10)}   ${'the first systems'.padEnd(24)}ours`)

const pipeline = new Pipeline({ mode: 'sim', settings, rules, monoNs: () => process.hrtime.bigint() })
const cycles = []
/** What a cycle takes of a processor, whoever else is at it. */
const cpuMs = []
for (let i = 0; i < CYCLES; i++) {
  const world = worldAt(NOW + i * 5_000)
  const before = process.cpuUsage()
  cycles.push(pipeline.run(world).statistics)
  const { user, system } = process.cpuUsage(before)
  cpuMs.push((user + system) / 1_000)
}
const [first] = cycles
const warm = cycles.slice(10)
row(
  'cycle',
  warm.map(({ totalMs }) => totalMs),
  '100 ms',
  100,
)
row('  of that, at a processor', cpuMs.slice(10), '')
for (const stage of STAGES)
  row(
    `  ${stage}`,
    warm.map(({ stageMs }) => stageMs[stage]),
    '',
  )
console.log(
  `${'cycle, the first of a process'.padEnd(34)}${`${Math.round(first.totalMs)} ms`.padStart(10)}   of that at a processor: ${Math.round(cpuMs[0] ?? 0)} ms`,
)

// each judgement by itself, as the streaming process makes it
const ms = (startedNs) => Number(process.hrtime.bigint() - startedNs) / 1e6
const looked = pipeline.run(worldAt(NOW + 600_000))
const mappings = new Map(looked.mappings.map((mapping) => [mapping.kalshiEvent, mapping]))
const [lookups, edges, decisions] = [[], [], []]
for (let round = 0; round < 12; round++) {
  const nowMs = NOW + 700_000 + round * 5_000
  const world = worldAt(nowMs)
  for (const [i, market] of world.markets.entries()) {
    const odds = world.games[Math.floor(i / 2)]
    const edgeMarket = { id: market.ticker, kalshi: market.ticker, title: '', mapping: mappings.get(market.eventTicker) }
    const book = new Book()
    book.fit(bands)
    book.apply({ book: 0, op: 'replace', bids: [market.top.bid], asks: [market.top.ask] }, 1, nowMs)
    const startedNs = process.hrtime.bigint()
    const consensus = consensusFor(edgeMarket, odds, nowMs, settings)
    const lookupMs = ms(startedNs)
    const edgeNs = process.hrtime.bigint()
    detectEdge({
      ...{ market: edgeMarket, mode: 'sim', book, consensus, odds, fees, confirmedAtMs: nowMs, movedAtMs: nowMs - 60_000, birth: null },
      ...{ volume: market.volume, status: 'open', bar: null, bands, equity: 12_000e6, cash: null, spent: { event: 0, day: 0 } },
      ...{ nowMs, rules, policy: settings.policy, limits: world.limits },
    })
    if (round < 2) continue
    lookups.push(lookupMs)
    edges.push(ms(edgeNs))
    decisions.push(ms(startedNs))
  }
}
row('edge of one market', edges, '1 ms', 0.02)
row('consensus of one outcome', lookups, '1 ms', 1)
row('odds in memory → decision', decisions, '1 ms, with the cache')

const { scanned, mapped, lookedAt, withConsensus, none, signals, refused } = cycles.at(-1)
console.log(`\n${JSON.stringify({ scanned, mapped, lookedAt, withConsensus, none, signals, refused })}`)

// What a read of the cache costs, and what it costs the one who writes: node bench/redis.mjs [how many reads of each kind] (after npm run setup). Uses the
// server of REDIS_URL (a database of its own there: /7, which must be empty), else starts one of its own in a folder that is removed afterwards. One client,
// one question at a time, first with nobody else at the server, then while quotes and odds are written as in a busy session. Ends with 1 when
// the p99 of a read is 1 ms or more, the bare round trip left out, or a book was dropped.
import { createRequire } from 'node:module'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { cpus, loadavg, tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..')
const load = createRequire(path.join(root, 'src', 'x.ts'))
load('../test/stores/typescript-hook.cjs')
const { Redis } = load('ioredis')
const { createRedisCache } = load('./stores/redis/cache.ts')
const { readMapping, tickersOfEvent, writeMappings } = load('./stores/redis/mapping.ts')
const { readConsensus, writeOdds } = load('./stores/redis/odds.ts')
const { replacePositions } = load('./stores/redis/positions.ts')
const { followPush } = load('./stores/redis/push.ts')

const count = Number(process.argv[2] ?? 5_000)
const DATABASE = 7
/** A large session: every market of a wide shard, a full board of games. */
const [BOOKS, EVENTS, POSITIONS] = [20_000, 500, 200]
/** While it is read: the densest recorded minute has some 1,100 frames a second, and a fetch of all odds every 5 s is far more than any budget allows. */
const [ROWS_PER_SECOND, ODDS_EVERY_MS] = [2_000, 5_000]
const PUSHES = 300
const READ_P99_MS = 1
const NEVER = new AbortController().signal
const clock = { nowMs: () => Date.now(), monoNs: () => process.hrtime.bigint(), sleep: (ms, signal) => pause(ms, undefined, { signal }) }
const log = { debug() {}, info() {}, warn: console.warn, error: console.error }

async function server() {
  if (process.env.REDIS_URL) return { url: process.env.REDIS_URL, what: 'REDIS_URL', stop: async () => undefined }
  const { startRedis } = load('./stack/servers/redis.ts')
  const { findRedis } = load('./stack/sources.ts')
  const program = await findRedis({ root })
  if (!program) throw new Error('there is no Redis or Valkey here: npm run setup, or set REDIS_URL')
  const dir = mkdtempSync(path.join(tmpdir(), 'crossbook-bench-'))
  const port = await new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port: free } = probe.address()
      probe.close(() => resolve(free))
    })
  })
  const folder = (name) => path.join(dir, name)
  const running = await startRedis({
    program,
    dataDir: folder('data'),
    logDir: folder('logs'),
    runDir: folder('run'),
    port,
    signal: AbortSignal.timeout(60_000),
  })
  return {
    url: running.address,
    what: `${path.basename(program.command)} ${program.version}`,
    stop: async () => {
      await running.stop()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

const top = (i) => ({
  ...{ venue: 'kalshi', market: `KXBENCH-26NOV22-T${i % BOOKS}`, outcome: 'yes', series: 'KXBENCH' },
  ...{ bid: 4_000 + (i % 1_000), bidSize: 1_250, ask: 5_100 + (i % 1_000), askSize: 300, atMs: Date.now() },
})
const BOOK_NAMES = ['draftkings', 'fanduel', 'betmgm', 'caesars', 'pinnacle', 'betrivers', 'bovada', 'betonline']
const gameOf = (i, nowMs) => ({
  ...{
    sport: 'americanfootball_nfl',
    eventId: `event${i}`,
    homeTeam: `Home ${i}`,
    awayTeam: `Away ${i}`,
    commenceMs: nowMs,
    fetchedMs: nowMs,
  },
  lines: BOOK_NAMES.map((book) => ({
    ...{ book, updatedMs: nowMs - 20_000 },
    outcomes: [`Home ${i}`, `Away ${i}`].map((name) => ({ name, odds: 1.9 })),
  })),
})
const oddsOf = (i, nowMs = Date.now()) => {
  const game = gameOf(i, nowMs)
  const lines = ['Home', 'Away'].map((side) => ({
    team: `${side} ${i}`,
    consensusMicros: 500_000 + (nowMs % 1_000),
    books: BOOK_NAMES.map((book) => ({ book, probabilityMicros: 500_000, updatedMs: nowMs - 20_000 })),
  }))
  return { ...game, market: 'h2h', lines, game }
}
const board = () => Array.from({ length: EVENTS }, (_, i) => oddsOf(i))
const mappingOf = (i) => ({
  ...{
    ticker: `KXBENCH-26NOV22-T${i}`,
    sport: 'nfl',
    eventId: `event${i % EVENTS}`,
    yesTeam: 'Home',
    status: 'confirmed',
    evidence: 'code',
    resolvedMs: Date.now(),
  },
})
const positionOf = (i) => {
  const held = { quantity: 1_000, cost: 4_200_000 }
  return { venue: 'kalshi', market: `KXBENCH-26NOV22-T${i}`, yes: held, no: held, trades: 3 }
}

function print(name, samples) {
  const sorted = samples.toSorted((a, b) => a - b)
  const at = (part) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))].toFixed(3).padStart(9)
  console.log(`${name.padEnd(52)}${at(0.5)}${at(0.9)}${at(0.99)}${at(0.999)}${String(samples.length).padStart(8)}`)
}
const head = (title) =>
  console.log(`\n${title.padEnd(52)}${['p50', 'p90', 'p99', 'p99.9'].map((each) => each.padStart(9)).join('')}${'n'.padStart(8)}`)

const PING = 'one round trip (PING)'
/** The kinds take turns, so that a loud moment of the machine is everybody's. @returns those whose p99 is beyond the must. */
async function readAll(redis) {
  const kinds = {
    [PING]: () => redis.ping(),
    'a book: kalshi:m:{ticker}, all fields': (i) => redis.hgetall(`kalshi:m:KXBENCH-26NOV22-T${(i * 7) % BOOKS}`),
    'a consensus: odds:consensus:{event_id}:{team}': (i) => readConsensus(redis, `event${i % EVENTS}`, `Home ${i % EVENTS}`, NEVER),
    'a line with eight books: odds:{sport}:{event_id}:{team}': (i) =>
      redis.hgetall(`odds:americanfootball_nfl:event${i % EVENTS}:home_${i % EVENTS}`),
    'a mapping: mapping:{ticker}': (i) => readMapping(redis, `KXBENCH-26NOV22-T${i % EVENTS}`, NEVER),
    'the tickers of an event: mapping:reverse:{event_id}': (i) => tickersOfEvent(redis, `event${i % EVENTS}`, NEVER),
    'a position: positions:active:{ticker}': (i) => redis.hgetall(`positions:active:KXBENCH-26NOV22-T${i % POSITIONS}`),
  }
  const samples = new Map(Object.keys(kinds).map((name) => [name, []]))
  for (let i = 0; i < count; i += 1) {
    for (const [name, read] of Object.entries(kinds)) {
      const from = performance.now()
      const answer = await read(i)
      samples.get(name).push(performance.now() - from)
      if (answer === null) throw new Error(`${name} found nothing`)
    }
    if (i % 50 === 0) await pause(1) // the writers' timers of this process have their turn
  }
  const p99 = ([, each]) => each.toSorted((a, b) => a - b)[Math.floor(0.99 * each.length)]
  for (const [name, each] of samples) print(name, each)
  return [...samples].filter((kind) => kind[0] !== PING && p99(kind) >= READ_P99_MS).map(([name]) => name)
}

async function fill(redis, cache) {
  const offers = []
  for (let i = 0; i < BOOKS; i += 1) {
    const row = top(i)
    const from = performance.now()
    cache.offer(row)
    offers.push(performance.now() - from)
  }
  const from = performance.now()
  while (cache.queued > 0 || !cache.ready()) await pause(5)
  const flushMs = performance.now() - from
  await writeOdds(redis, board(), NEVER)
  await writeMappings(
    redis,
    Array.from({ length: EVENTS * 2 }, (_, i) => mappingOf(i)),
    NEVER,
  )
  await replacePositions(
    redis,
    Array.from({ length: POSITIONS }, (_, i) => positionOf(i)),
    Date.now(),
    NEVER,
  )
  return { offers, flushMs }
}

/** What the server says of itself: time in a command, without the sockets and without waiting for a core on either side. */
async function printServer(redis) {
  const lines = (await redis.info('latencystats'))
    .split('\r\n')
    .map((line) => /^latency_percentiles_usec_(\w+):p50=([\d.]+),p99=([\d.]+),p99.9=([\d.]+)/.exec(line))
  console.log(`\n${'inside the server, microseconds'.padEnd(52)}${['p50', 'p99', 'p99.9'].map((each) => each.padStart(9)).join('')}`)
  for (const found of lines.filter((each) => each !== null && ['get', 'hgetall', 'evalsha', 'exec', 'ping'].includes(each[1])))
    console.log(
      `${found[1].padEnd(52)}${found
        .slice(2)
        .map((each) => Number(each).toFixed(1).padStart(9))
        .join('')}`,
    )
}

/** As in a session, from a connection of their own, until the reads have ended. */
function writeBeside(redis, cache) {
  let rows = 0
  const quotes = setInterval(() => {
    for (let i = 0; i < ROWS_PER_SECOND / 50; i += 1) cache.offer(top((rows += 13)))
  }, 20)
  const odds = setInterval(() => void writeOdds(redis, board(), NEVER), ODDS_EVERY_MS)
  return () => [quotes, odds].forEach(clearInterval)
}

/** From the call that writes an event to its follower. */
async function measurePush(url, redis) {
  const ended = new AbortController()
  let heard = null
  let begun = false
  const following = followPush(
    { url, stream: 'odds', clock, log },
    ({ entries }) => ((begun = true), entries.length > 0 && heard?.()),
    ended.signal,
  )
  while (!begun) await pause(5)
  const samples = []
  for (let i = 0; i < PUSHES; i += 1) {
    const told = new Promise((resolve) => (heard = resolve))
    const from = performance.now()
    await Promise.all([told, writeOdds(redis, [oddsOf(i % EVENTS)], NEVER)])
    samples.push(performance.now() - from)
    await pause(2)
  }
  ended.abort()
  await following
  return samples
}

const { url: base, what, stop } = await server()
const url = Object.assign(new URL(base), { pathname: `/${DATABASE}` }).href
const [redis, writer] = [new Redis(url), new Redis(url)]
const cache = createRedisCache({ url, clock, log, capacity: BOOKS })
try {
  if ((await redis.dbsize()) > 2) throw new Error(`database ${DATABASE} of ${new URL(url).host} is not empty`)
  console.log(`${cpus()[0].model}, ${cpus().length} cores, load ${loadavg()[0].toFixed(1)}, Node ${process.version}, ${what}; milliseconds`)
  const { offers, flushMs } = await fill(redis, cache)
  head(`reads, ${BOOKS} books, ${EVENTS} events, nobody writes`)
  const slowAlone = await readAll(redis)
  head(`reads, beside ${ROWS_PER_SECOND} rows a second and ${EVENTS} events every ${ODDS_EVERY_MS / 1_000} s`)
  const stopWriting = writeBeside(writer, cache)
  const slowBeside = await readAll(redis)
  stopWriting()
  await printServer(redis)
  head('writes')
  print('offer, for the one who calls it', offers)
  print('an event of odds, from the write to its follower', await measurePush(url, writer))
  console.log(
    `\n${BOOKS} books written in ${flushMs.toFixed(0)} ms: ${Math.round((BOOKS / flushMs) * 1_000)} a second; dropped ${cache.dropped}`,
  )
  for (const [when, slow] of [
    ['alone', slowAlone],
    ['beside the writes', slowBeside],
  ])
    console.log(`p99 of a read below ${READ_P99_MS} ms, ${when}: ${slow.length === 0 ? 'met' : `MISSED by ${slow.join('; ')}`}`)
  process.exitCode = slowAlone.length + slowBeside.length + cache.dropped === 0 ? 0 : 1
} finally {
  await cache.close(1_000)
  await redis.flushdb()
  redis.disconnect()
  writer.disconnect()
  await stop()
}

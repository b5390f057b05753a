/**
 * What the record costs the path that trades, and whether it loses a row. Frames of the densest recorded minute, at ten times its pace and with all that it
 * lacks (the overlay of the tests), go through a whole shard; with the record on, each change of a book too goes through the writer of the streaming process
 * into a QuestDB of its own, started as the stack starts it. Rounds with and without the record alternate (ABBA). In the middle QuestDB is killed for
 * a minute while frames go on. At the end every table is counted and summed against what was offered and against the frames.
 * `node bench/record.mjs [--rows 5000000] [--rounds 20] [--kill-ms 60000] [--times 10] [--bare-turns 5] [--offers 1000000] [--markets 10] [--seed 1]
 * [--minutes-max 120] [--shared ../shared/data] [--dir FOLDER] [--json]` after `npm run setup`. Ends with 1 when a row is lost or doubled,
 * and when a must that it prints is missed: its ratios, memory, offer(), LATEST ON.
 * `--tops-only` is `orderbook: false` of config/record.yaml: ticks without changes. `--split` adds a third side, rows that are made and go nowhere: what of
 * the difference is the rows themselves, and what the writer beside them.
 * `--lose N` keeps so many rows from the writer, `--double N` hands so many over twice: it must then end with 1.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { cpus, loadavg, tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { Meter, openDesk, play } from './record/desk.mjs'
import { recordedMinutes, Turns } from './record/frames.mjs'
import { latestOn, offers } from './record/questions.mjs'
import * as report from './record/report.mjs'
import { Server, Watch } from './record/server.mjs'
import { Tally } from './record/tally.mjs'

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..')
const load = createRequire(path.join(root, 'src', 'x.ts'))
load('../test/stores/typescript-hook.cjs')
const { openRecord, spillDir } = load('./wiring/record/record.ts')

const text = (value) => ({ type: 'string', default: value })
const { values } = parseArgs({
  options: {
    ...{ rows: text('5000000'), rounds: text('20'), 'kill-ms': text('60000'), times: text('10'), 'bare-turns': text('5') },
    ...{ offers: text('1000000'), markets: text('10'), seed: text('1'), 'minutes-max': text('120'), lose: text('0'), double: text('0') },
    ...{ shared: text(path.join(root, '..', 'shared', 'data')), dir: text(tmpdir()), json: { type: 'boolean', default: false } },
    ...{ 'tops-only': { type: 'boolean', default: false }, split: { type: 'boolean', default: false } },
  },
})
const wanted = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Number(value)]))
const { rows: rowsWanted, rounds: roundsWanted, times } = wanted
for (const name of ['rows', 'rounds', 'times', 'bare-turns', 'offers', 'markets', 'minutes-max'])
  if (!(wanted[name] > 0)) throw new RangeError(`--${name} takes a number above 0, not "${values[name]}"`)

/** As wiring/record/record.ts has it. */
const CAPACITY = 100_000
const DAY_MS = 86_400_000
const MINUTE_MS = 60_000
/** What was sent by then is stored and applied. */
const DRAIN_LIMIT_MS = 600_000
/** Nothing waits any more when the tables are counted: what is not there by then does not come. */
const COUNTED_MS = 15_000
const SETTLED_MS = 1_000
/** Rows are under way when it is killed. */
const KILL_AFTER_MS = 2_000
const START_GUESS_MS = 20_000
/** Of fifty the 99th percentile would be the longest. */
const ANSWERS = 500

const say = (line) => void (values.json ? process.stderr : process.stdout).write(`${line}\n`)
const deadline = performance.now() + wanted['minutes-max'] * MINUTE_MS
let isEnding = false
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => (isEnding = true)) // a server in a group of its own would be left behind
process.stdout.on('error', () => (isEnding = true)) // so would one whose reader has gone
const isOver = () => isEnding || performance.now() > deadline

const said = []
const note = (level) => (fields, message) => void said.push({ level, message, ...fields })
const log = { debug() {}, info() {}, warn: note('warn'), error: note('error') }

/** All that the phases share. */
class Bench {
  constructor(dir, minutes, baseMs) {
    this.dataDir = path.join(dir, 'data')
    this.server = new Server(load, root, dir)
    this.turns = { on: new Turns(minutes), rows: new Turns(minutes), off: new Turns(minutes) }
    this.sides = values.split ? ['on', 'rows', 'off'] : ['on', 'off']
    this.baseMs = baseMs
  }

  async open() {
    await this.server.start()
    this.writer = openRecord({ configDir: path.join(root, 'config'), dataDir: this.dataDir }, this.server.url, 'streaming', log)
    this.tally = new Tally(this.writer, { lose: wanted.lose, double: wanted.double })
    this.watch = new Watch(this.server, this.writer, spillDir(this.dataDir))
    const desk = (record) => openDesk(load, record, times, !values['tops-only'])
    const nowhere = { offer() {}, dropped: 0, queued: 0, close: () => Promise.resolve() }
    this.desks = { on: desk(this.tally), rows: desk(nowhere), off: desk(null) }
  }

  /** One recorded minute. */
  async turn(side, meter) {
    await play(this.desks[side], this.turns[side].next(), times, meter, () => this.tally.settle())
    this.tally.turn()
  }

  /** Nothing waits here, and nothing is being applied there. */
  async settled() {
    const end = performance.now() + DRAIN_LIMIT_MS
    const behind = async () => Number((await this.server.ask('SELECT sum(sequencerTxn - writerTxn) FROM wal_tables()')).rows[0][0] ?? 0)
    while (this.writer.queued > 0 || (await behind()) > 0) {
      if (performance.now() > end) throw new Error(`${this.writer.queued} rows still wait after ${DRAIN_LIMIT_MS / 1_000} s`)
      await pause(100)
    }
    await pause(SETTLED_MS)
  }

  async close() {
    this.watch?.close()
    await this.writer?.close(5_000)
    for (const { shard } of Object.values(this.desks ?? {})) shard.end()
    await this.server.stop()
  }
}

/** With and without it, first one and then the other in front. */
async function measure(bench, from, to, turnsOn, turnsOff, rounds) {
  for (let i = from; i < to && !isOver(); i += 1) {
    const round = {}
    for (const side of i % 2 === 0 ? bench.sides : bench.sides.toReversed()) {
      await bench.settled()
      const meter = new Meter()
      const serverCpu = bench.server.cpuMicros()
      for (let k = 0; k < (side === 'on' ? turnsOn : turnsOff) && !isOver(); k += 1) await bench.turn(side, meter)
      if (meter.frames === 0) return
      round[side] = { meter, ...meter.figures(), serverCpuPerFrame: (bench.server.cpuMicros() - serverCpu) / meter.frames }
    }
    round.rss = process.memoryUsage().rss
    rounds.push(round)
    say(
      `round ${i + 1}: p50 ${round.on.p50.toFixed(1)} / ${round.off.p50.toFixed(1)} µs, p99 ${round.on.p99.toFixed(0)} / ${round.off.p99.toFixed(0)} µs, processor ${round.on.cpuPerFrame.toFixed(1)} / ${round.off.cpuPerFrame.toFixed(1)} µs a frame; ${bench.tally.offered} rows`,
    )
  }
}

/** Killed while rows are under way; frames go on until it is back and has them all. */
async function killed(bench) {
  const meter = new Meter()
  let backMs = null
  const startedMs = performance.now()
  let awayMs = 0
  let failure = null
  const life = (async () => {
    await pause(KILL_AFTER_MS)
    await bench.server.kill()
    const killedMs = performance.now()
    await pause(wanted['kill-ms'])
    await bench.server.start()
    backMs = performance.now()
    awayMs = backMs - killedMs
  })().catch((error) => (failure = error))
  const isCaughtUp = () => backMs !== null && bench.writer.spilled === 0
  while (!isCaughtUp() && failure === null && performance.now() < startedMs + wanted['kill-ms'] + DRAIN_LIMIT_MS)
    await bench.turn('on', meter)
  await life
  if (failure !== null) throw failure
  await bench.settled()
  return { awayMs, caughtUpMs: performance.now() - backMs, meter }
}

async function run(dir) {
  const baseMs = Math.floor(Date.now() / DAY_MS) * DAY_MS - DAY_MS + MINUTE_MS // one day, and all of it has passed
  const { recording, framesPerMinute, minutes } = await recordedMinutes(load, { ...values, markets: wanted.markets, baseMs })
  const framesPerSecond = (framesPerMinute * times) / 60
  say(`${cpus()[0].model.trim()}, ${cpus().length} cores, load ${loadavg()[0].toFixed(1)}, Node ${process.version}`)
  say(
    `${recording}: ${framesPerMinute} frames in its densest minute, here ${framesPerSecond.toFixed(0)} a second and ${minutes[0].frames.length - framesPerMinute} more a minute of the overlay`,
  )
  const bench = new Bench(dir, minutes, baseMs)
  const beganMs = performance.now()
  try {
    await bench.open()
    for (const side of [...bench.sides, ...bench.sides]) await bench.turn(side, new Meter()) // until the compiler is done
    const perTurn = bench.tally.offered / 2
    const turnMs = MINUTE_MS / times
    const whileAway = wanted['kill-ms'] > 0 ? ((wanted['kill-ms'] + START_GUESS_MS) / turnMs) * perTurn : 0
    const turnsOn = Math.max(1, Math.round((rowsWanted - bench.tally.offered - whileAway) / perTurn / roundsWanted))
    const turnsOff = Math.min(turnsOn, wanted['bare-turns'])
    say(
      `${perTurn.toFixed(0)} rows a recorded minute; ${roundsWanted} rounds of ${turnsOn} minutes with the record and ${turnsOff} without, about ${((roundsWanted * (turnsOn + turnsOff) * turnMs) / MINUTE_MS).toFixed(1)} minutes`,
    )
    const rounds = []
    const half = Math.ceil(roundsWanted / 2)
    await measure(bench, 0, half, turnsOn, turnsOff, rounds)
    const away = wanted['kill-ms'] > 0 && !isOver() ? await killed(bench) : null
    await measure(bench, half, roundsWanted, turnsOn, turnsOff, rounds)
    while (bench.tally.offered < rowsWanted && !isOver()) await bench.turn('on', new Meter())
    await bench.settled()
    const streamedRows = bench.tally.offered
    const offer = await offers(bench.writer, bench.tally, wanted.offers, baseMs)
    await bench.settled()
    return await conclude(bench, { recording, framesPerSecond, rounds, away, offer, streamedRows, minutes, beganMs })
  } finally {
    await bench.close()
  }
}

function together(rounds, side) {
  const all = new Meter()
  for (const round of rounds) all.add(round[side].meter)
  return all.figures()
}

/** What the frames themselves say of the tables. */
function captured(bench) {
  const { kalshi_orderbook: changes, ...others } = bench.turns.on.capture()
  return { ...others, kalshi_orderbook: values['tops-only'] ? 0 : changes }
}

async function conclude(bench, { recording, framesPerSecond, rounds, away, offer, streamedRows, minutes, beganMs }) {
  const told = await bench.tally.compare((sql) => bench.server.ask(sql), captured(bench), COUNTED_MS)
  const [on, off] = [together(rounds, 'on'), together(rounds, 'off')]
  const only = values.split ? together(rounds, 'rows') : null
  const ratios = report.ratiosOf(rounds, on, off)
  const hot = { on, only, off, away: away?.meter.figures() ?? null, ratios, rounds: rounds.length }
  if (rounds.length > 0) report.hotPath(hot, say)
  report.tables(told, say)
  const inconsistent = bench.desks.on.shard.engine.books.inconsistent
  const memory = {
    ...{ most: bench.watch.most, rssAfterRounds: rounds.map(({ rss }) => rss), capacity: CAPACITY, dropped: bench.writer.dropped },
    killed: away && { awayMs: away.awayMs, caughtUpMs: away.caughtUpMs },
  }
  report.memory(memory, say)
  const endMs = bench.desks.on.desk.nowMs
  const about = { dayMs: bench.baseMs, momentMs: bench.baseMs + (endMs - bench.baseMs) / 2, ticker: minutes[0].ticker }
  const size = { rows: told.reduce((sum, { rows }) => sum + rows, 0), diskBytes: bench.server.diskBytes() }
  const answers = await latestOn(bench.server, root, about, ANSWERS)
  report.questions({ offer, answers, size }, say)
  for (const { level, message, ...fields } of said) say(`${level}: ${message} ${JSON.stringify(fields)}`)
  const isTrue = told.every(({ holds }) => holds) && bench.writer.dropped === 0 && inconsistent === 0
  const isMet = report.isMet({ ratios, rounds: rounds.length, memory, offer, answers })
  const seconds = (performance.now() - beganMs) / 1_000
  say(
    `\n${streamedRows} rows streamed and ${offer.calls} offered in ${(seconds / 60).toFixed(1)} minutes; ${isTrue ? 'no row lost, none doubled' : 'ROWS ARE LOST OR DOUBLED'}${isOver() ? '; cut short' : ''}`,
  )
  const plain = rounds.map((round) => JSON.parse(JSON.stringify(round, (name, value) => (name === 'meter' ? undefined : value))))
  const document = {
    recording,
    framesPerSecond,
    streamedRows,
    hot,
    rounds: plain,
    tables: told,
    inconsistent,
    memory,
    offer,
    answers,
    size,
    said,
    seconds,
    isTrue,
    isMet,
    cutShort: isOver(),
  }
  if (values.json) process.stdout.write(`${JSON.stringify(document, null, 2)}\n`)
  return isTrue && isMet
}

const dir = mkdtempSync(path.join(values.dir, 'crossbook-bench-record-'))
try {
  process.exitCode = (await run(dir)) ? 0 : 1
} finally {
  rmSync(dir, { recursive: true, force: true })
}

// The hot path as the streaming process has it: frames → sessions → books → engine → opportunities, gates, publisher. Its trades are never taken.
import { createHistogram } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'

const NO_LOG = { debug() {}, info() {}, warn() {}, error() {} }
const NS_PER_MS = 1_000_000
const US_PER_MS = 1_000
const CALIBRATIONS = 20_000

/** @param record null: none. @param times faster than it happened. @param recordsChanges each change of a book, not only the tops. */
export function openDesk(load, record, times, recordsChanges) {
  const { FrameDesk } = load('./replay/desk.ts')
  const { Shard } = load('./streaming/shard.ts')
  const { HaltMirror } = load('./streaming/mirror.ts')
  const { BookDirectory } = load('./core/market/reference.ts')
  const { FORECASTEX_REGIMES } = load('./core/market/fees-forecastex.ts')
  const { POLICY } = load('../test/core/box/fixture.ts')
  const directory = new BookDirectory()
  const clock = {
    nowMs: () => desk.nowMs,
    monoNs: () => process.hrtime.bigint(),
    sleep: (ms, signal) => pause(Math.ceil(ms / times), undefined, { signal, ref: false }),
  }
  const shard = new Shard({
    ...{ mode: 'sim', configVersion: '', balancePrecision: 'direct', policy: POLICY, directory, regimes: FORECASTEX_REGIMES },
    trader: { start: () => Promise.resolve({ kind: 'already-running' }), warmUp: () => Promise.resolve() },
    halts: new HaltMirror({ read: () => ({ scopes: [] }) }),
    lease: { valid: () => true, epoch: 1 },
    tokens: { admit: () => true, release: () => undefined, state: () => [] },
    ...{ cache: null, record, recordsChanges, clock, log: NO_LOG },
  })
  const { engine, terms } = shard
  terms.tellCalendars([], [])
  const desk = new FrameDesk({
    ...{ directory, engine, terms, sequence: 'check' },
    onPairs: () => undefined,
    onNextProcess: () => undefined,
  })
  return { desk, shard }
}

/** What asking for the processor's time costs by itself, in µs: taken off each burst. */
function askingCosts() {
  let micros = 0
  for (let i = 0; i < CALIBRATIONS; i += 1) {
    const { user, system } = process.cpuUsage(process.cpuUsage())
    micros += user + system
  }
  return micros / CALIBRATIONS
}
const ASKING_MICROS = askingCosts()

/** The figures of some frames. Times in ns; what the house tells is no part of the hot path and not in them. */
export class Meter {
  /** In the frame's handler. */
  handled = createHistogram({ figures: 3 })
  /** From when the frame was due until it was handled: what else ran in this process is in it. */
  waited = createHistogram({ figures: 3 })
  frames = 0
  /** Of those whose processor time is known by itself: a burst with a word of the house is no hot path. */
  #burstFrames = 0
  #micros = 0
  #bursts = 0
  #processMicros = 0
  #begun = null

  begin() {
    this.#begun = process.cpuUsage()
  }
  end() {
    const { user, system } = process.cpuUsage(this.#begun)
    this.#processMicros += user + system
  }
  burst({ user, system }, frames) {
    this.#micros += user + system
    this.#bursts += 1
    this.#burstFrames += frames
  }
  add(other) {
    this.handled.add(other.handled)
    this.waited.add(other.waited)
    this.frames += other.frames
    this.#micros += other.#micros
    this.#bursts += other.#bursts
    this.#burstFrames += other.#burstFrames
    this.#processMicros += other.#processMicros
  }
  figures() {
    const at = (histogram, percent) => histogram.percentile(percent) / US_PER_MS
    return {
      frames: this.frames,
      p50: at(this.handled, 50),
      p99: at(this.handled, 99),
      p999: at(this.handled, 99.9),
      cpuPerFrame: (this.#micros - this.#bursts * ASKING_MICROS) / this.#burstFrames,
      processCpuPerFrame: this.#processMicros / this.frames,
      waitedP50: at(this.waited, 50),
      waitedP99: at(this.waited, 99),
    }
  }
}

/** Hands each frame over when it is due, the loop turning in between. @param settle what is counted between two bursts, outside of what is measured. */
export async function play({ desk }, frames, times, meter, settle) {
  const [first] = frames
  const from = performance.now()
  const took = new Float64Array(frames.length)
  meter.begin()
  for (let i = 0; i < frames.length;) {
    const dueMs = (performance.now() - from) * times + first.recvMs
    const begin = i
    const cpu = process.cpuUsage()
    while (i < frames.length && frames[i].recvMs <= dueMs) {
      const entered = performance.now()
      desk.receive(frames[i])
      took[i++] = performance.now() - entered
    }
    const used = process.cpuUsage(cpu)
    if (i > begin) note(meter, frames, took, begin, i, used, (frame) => dueMs - frame.recvMs, times)
    settle()
    await pause(1)
  }
  meter.end()
}

function note(meter, frames, took, begin, end, used, lateOf, times) {
  let market = 0
  let sinceMs = 0
  for (let k = begin; k < end; k += 1) {
    sinceMs += took[k]
    if (frames[k].venue === 'house') continue
    market += 1
    meter.handled.record(Math.max(1, Math.round(took[k] * NS_PER_MS)))
    meter.waited.record(Math.max(1, Math.round((lateOf(frames[k]) / times + sinceMs) * NS_PER_MS)))
  }
  meter.frames += market
  if (market === end - begin) meter.burst(used, market)
}

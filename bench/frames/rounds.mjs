// One contender of frames.mjs in a process of its own, as the one in Python has: `node rounds.mjs NAME DIST SHARED WINDOWS`. A round for each
// line on standard input, or the time of each frame for the line "latency"; one line of JSON as the answer.
import { createInterface } from 'node:readline'
import { indexedFloats, ours, parsedFlat, parsedMap } from './contenders.mjs'
import { recordedFrames } from './recorded.mjs'

const [name, dist, shared, windows] = process.argv.slice(2)
const { frames, markets } = recordedFrames(shared, Number(windows))
const contender = { ours, parsedFlat, parsedMap, indexedFloats }[name](dist, markets)

/** Seconds of processor time (other processes share the cores), and what proves that it did the work. */
function round() {
  contender.open()
  const from = process.cpuUsage()
  let tops = 0
  for (const { payload, recvMs } of frames) tops += contender.take(payload, recvMs)
  const { user, system } = process.cpuUsage(from)
  return { seconds: (user + system) / 1e6, tops, hash: contender.hash(), inconsistent: contender.inconsistent?.() ?? 0 }
}

/** Each frame by itself, the clock's own cost in it, in µs. */
function latency() {
  contender.open()
  const samples = new Float64Array(frames.length)
  for (const [i, { payload, recvMs }] of frames.entries()) {
    const from = performance.now()
    contender.take(payload, recvMs)
    samples[i] = (performance.now() - from) * 1_000
  }
  samples.sort()
  return { p50: samples[Math.floor(samples.length / 2)], p99: samples[Math.floor(samples.length * 0.99)] }
}

for await (const line of createInterface({ input: process.stdin }))
  process.stdout.write(`${JSON.stringify(line === 'latency' ? latency() : round())}\n`)

// So many pairs in a process of their own: `node rig.mjs DIST SHARED PAIRS`. A line of JSON for each line on standard input:
// {"what":"cost","active":N}; {"what":"paced","from":"process"|"socket","rate":N,"seconds":N}.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { loadOf } from './loads.mjs'
import { recordedFrames } from './recorded.mjs'
import { templatesOf } from './traffic.mjs'

const [dist, shared, pairs] = process.argv.slice(2)
const ACTIVE = 10
const CENT = 100
/** Nobody buys there. */
const ASIDE = 9_900
/** So often the other venue quotes one of the active pairs anew, now and then with a margin. */
const QUOTED_EVERY = 200
const templates = templatesOf(recordedFrames(shared, 1).frames)
const loads = new Map()
/** One load for each traffic: what a socket brings goes on where the last round ended. */
function loadFor(what, active) {
  const key = `${what} ${active}`
  if (!loads.has(key)) loads.set(key, loadOf(dist, templates, Number(pairs), Math.min(active, Number(pairs))))
  return loads.get(key)
}

/** The frame's whole handler, timed: µs from its entry until everything was decided. */
function handlerOf({ rig }, samples) {
  let i = 0
  return (payload) => {
    const entered = performance.now()
    const nowMs = Date.now()
    rig.take(payload, nowMs)
    samples[i++] = (performance.now() - entered) * 1_000
    if (i % QUOTED_EVERY !== 0) return
    const quotes = i / QUOTED_EVERY
    const ask = rig.bestAsk(quotes % ACTIVE)
    if (ask !== null) {
      rig.ask(quotes % ACTIVE, 'yes', ASIDE, nowMs)
      rig.ask(quotes % ACTIVE, 'no', Math.max(CENT, 10_000 - ask - (quotes % 7 === 0 ? 15 : -1) * CENT), nowMs)
    }
    rig.alive(nowMs)
  }
}

const at = (sorted, part) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]
function figures(samples, { rig }, before) {
  samples.sort()
  const { found, refused } = rig.counts
  return {
    p50: at(samples, 0.5),
    p99: at(samples, 0.99),
    p999: at(samples, 0.999),
    found: found - before.found,
    refused: refused - before.refused,
  }
}

/** At its pace in this process: each frame when it is due, the loop turning in between as it does in production. */
async function inProcess(rate, seconds) {
  const load = loadFor('process', ACTIVE)
  const frames = load.traffic.changes(rate * seconds)
  const samples = new Float64Array(frames.length)
  const handle = handlerOf(load, samples)
  const before = { ...load.rig.counts }
  const from = performance.now()
  for (let i = 0; i < frames.length;) {
    const due = Math.min(frames.length, Math.floor(((performance.now() - from) * rate) / 1_000))
    while (i < due) handle(frames[i++])
    await new Promise(setImmediate)
  }
  return figures(samples, load, before)
}

let sender = null
/** From a real `ws` server on 127.0.0.1 in a process of its own, the whole job in the message handler. */
async function fromSocket(rate, seconds) {
  const load = loadFor('socket', ACTIVE)
  const WebSocket = createRequire(path.join(dist, 'x.js'))('ws')
  if (!sender) {
    const child = fork(path.join(path.dirname(fileURLToPath(import.meta.url)), 'sender.mjs'), [dist, shared, pairs, String(ACTIVE)])
    const [port] = await once(child, 'message')
    const socket = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false })
    await once(socket, 'open')
    sender = { child, socket }
  }
  const count = rate * seconds
  const samples = new Float64Array(count)
  const handle = handlerOf(load, samples)
  const before = { ...load.rig.counts }
  let left = count
  const all = new Promise((resolve) => {
    const listen = (data) => {
      handle(data)
      if (--left > 0) return
      sender.socket.off('message', listen)
      resolve()
    }
    sender.socket.on('message', listen)
  })
  sender.child.send({ rate, count })
  await all
  return figures(samples, load, before)
}

async function answer({ what, active, from, rate, seconds }) {
  if (what === 'cost') return { micros: loadFor('cost', active).round() }
  return from === 'socket' ? fromSocket(rate, seconds) : inProcess(rate, seconds)
}

for await (const line of createInterface({ input: process.stdin }))
  process.stdout.write(`${JSON.stringify(await answer(JSON.parse(line)))}\n`)
sender?.socket.terminate()
sender?.child.kill()

// The write call by itself, and the questions of docs/queries.md that ask for the newest row of each key.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { createHistogram } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'

const OFFERS_A_TURN = 250
/** Well below the half of the queue at which rows go to disk. */
const QUEUE_MAX = 20_000
const NS_PER_MS = 1_000_000
const EXAMPLE = { day: '2026-11-20', ticker: 'KXU3-26NOV-T4.0' }

/** Each call timed, the writer working in between. Rows of `latency`, each in a millisecond of its own. */
export async function offers(writer, tally, count, baseMs) {
  const took = createHistogram({ figures: 3 })
  for (let i = 0; i < count;) {
    const rows = Array.from({ length: Math.min(OFFERS_A_TURN, count - i) }, () => ({
      ...{ kind: 'latency', measure: 'bench', tradeId: null, micros: i, atMs: baseMs + i++ },
    }))
    for (const row of rows) {
      const from = performance.now()
      writer.offer(row)
      took.record(Math.max(1, Math.round((performance.now() - from) * NS_PER_MS)))
    }
    for (const row of rows) tally.count(row)
    tally.turn()
    await new Promise(setImmediate)
    while (writer.queued > QUEUE_MAX) await pause(5)
  }
  const micros = (percent) => took.percentile(percent) / 1_000
  return { calls: count, p50: micros(50), p99: micros(99), p999: micros(99.9), max: took.max / 1_000 }
}

/** The recipes with LATEST ON, about the day and the market of the benchmark. */
function recipes(root, { dayMs, momentMs, ticker }) {
  const text = readFileSync(path.join(root, 'docs', 'queries.md'), 'utf8')
  const day = new Date(dayMs).toISOString().slice(0, 10)
  const moment = new Date(momentMs).toISOString()
  return [...text.matchAll(/^### (.+)\n[^#]*?```sql\n([^`]+)```/gm)]
    .filter(([, , sql]) => sql.includes('LATEST ON'))
    .map(([, title, sql]) => ({
      title,
      sql: sql
        .replaceAll(new RegExp(`${EXAMPLE.day}T[\\d:]+Z`, 'g'), moment)
        .replaceAll(EXAMPLE.day, day)
        .replaceAll(EXAMPLE.ticker, ticker)
        .trim(),
    }))
}

/** Each so many times, round trip and reading included, in ms. The first answer of each is told by itself. */
export async function latestOn(server, root, about, times) {
  const told = []
  for (const { title, sql } of recipes(root, about)) {
    const samples = []
    let rows = 0
    for (let i = 0; i <= times; i += 1) {
      const from = performance.now()
      rows = (await server.ask(sql)).rows.length
      samples.push(performance.now() - from)
    }
    const [first, ...rest] = samples
    const sorted = rest.toSorted((a, b) => a - b)
    const at = (part) => sorted[Math.min(sorted.length - 1, Math.ceil(part * sorted.length) - 1)]
    told.push({ title, rows, first, p50: at(0.5), p99: at(0.99) })
  }
  return told
}

// From the entry of the frame's handler to the decision over both venues' books, through the engine and the terms that production runs.
import { engineOf } from './engine.mjs'

/** The other venue quotes anew after so many frames, a cent over the fair price: now and then the first has moved and there is a margin. */
const QUOTED_EVERY = 200
const CENT = 100
/** The window is played so often before it is timed. */
const WARM_UP = 5
const DECISIONS = 200_000
const WARM_UP_DECISIONS = 50_000
const NOW_MS = Date.UTC(2026, 10, 22, 12)

/** Microseconds of each frame of one window, sorted. */
export function decisions(dist, frames, market) {
  const nowMs = frames[0].recvMs
  const rig = engineOf(dist, [market], { nowMs })
  const quote = (recvMs) => {
    const bid = rig.bestBid(0)
    for (const [outcome, worth] of [
      ['yes', bid],
      ['no', bid === null ? null : 10_000 - bid],
    ])
      rig.ask(0, outcome, worth === null ? null : Math.min(9_900, Math.max(CENT, worth + CENT)), recvMs)
    rig.alive(recvMs)
  }
  let samples = []
  for (let play = 0; play <= WARM_UP; play++) {
    rig.open(nowMs)
    Object.assign(rig.counts, { found: 0, refused: 0 })
    samples = new Float64Array(frames.length)
    for (const [i, { payload, recvMs }] of frames.entries()) {
      if (i % QUOTED_EVERY === 0) quote(recvMs)
      const from = performance.now()
      rig.take(payload, recvMs)
      samples[i] = (performance.now() - from) * 1_000
    }
  }
  return { samples: samples.sort(), found: rig.counts.found, refused: rig.counts.refused }
}

/** What is judged again and again: no margin; a margin that a check refuses when it is sized and valued; a find. */
const CASES = {
  quiet: { no: 6_200, limits: {} },
  margin: { no: 4_900, limits: { minExpectedValue: 1_000_000_000 } },
  find: { no: 4_900, limits: {} },
}

/** One pair with a recorded market's depth; a round is nanoseconds of processor time for each judgement. @returns rounds by case */
export function judgements(dist) {
  const levels = (best) => Array.from({ length: 40 }, (_, i) => [`0.${String(best - i).padStart(2, '0')}00`, `${25 + 7 * i}.00`])
  const market = 'KXBENCH15M-26AUG000000-30'
  const msg = { market_ticker: market, yes_dollars_fp: levels(41), no_dollars_fp: levels(58) }
  const snapshot = Buffer.from(JSON.stringify({ type: 'orderbook_snapshot', sid: 1, seq: 1, msg }))
  return Object.fromEntries(
    Object.entries(CASES).map(([name, { no, limits }]) => {
      const rig = engineOf(dist, [market], { nowMs: NOW_MS, limits })
      rig.open(NOW_MS)
      rig.take(snapshot, NOW_MS)
      rig.ask(0, 'yes', 6_200, NOW_MS)
      rig.ask(0, 'no', no, NOW_MS, 8_000)
      Object.assign(rig.counts, { found: 0, refused: 0 })
      const [pair] = rig.pairs
      const judge = (times) => {
        for (let i = 0; i < times; i++) rig.engine.judgeAgain(pair.id, NOW_MS)
      }
      judge(WARM_UP_DECISIONS)
      const { found, refused } = rig.counts
      const all = { quiet: found + refused === 0, margin: refused === WARM_UP_DECISIONS, find: found === WARM_UP_DECISIONS }[name]
      if (!all)
        throw new Error(
          `the case "${name}" found ${found} and refused ${refused} of ${WARM_UP_DECISIONS}: ${JSON.stringify(rig.counts.reasons)}`,
        )
      const round = () => {
        const from = process.cpuUsage()
        judge(DECISIONS)
        return (process.cpuUsage(from).user * 1_000) / DECISIONS
      }
      return [name, round]
    }),
  )
}

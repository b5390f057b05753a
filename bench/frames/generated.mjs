// Frames in the venue's own words where no recording is at hand: several markets whose fair price walks, most of it near the best prices.
import { chances } from './traffic.mjs'

const FRAMES_PER_WINDOW = 30_000
const MARKET_MS = 900_000
const START_MS = 1_786_000_000_000
const DEPTH = 40

const dollars = (cents) => `0.${String(cents).padStart(2, '0')}00`
const size = (contracts) => `${contracts}.00`

/** As recordedFrames: one window after the other on one connection. */
export function generatedFrames(windows) {
  const random = chances(11)
  const next = (below) => (random.next().value >>> 8) % below
  const frames = []
  const markets = Array.from({ length: windows }, (_, i) => `KXGEN15M-26AUG${String(i).padStart(6, '0')}-30`)
  let seq = 0
  const tell = (type, msg, recvMs) => frames.push({ recvMs, payload: Buffer.from(JSON.stringify({ type, sid: 1, seq: ++seq, msg })) })
  for (const [w, market] of markets.entries()) {
    const startMs = START_MS + w * MARKET_MS
    const sides = { yes: new Map(), no: new Map() }
    let fair = 50
    for (let cents = 1; cents <= DEPTH; cents++) for (const side of ['yes', 'no']) sides[side].set(fair - cents, 10 + next(500))
    const rows = (side) => [...side].map(([cents, held]) => [dollars(cents), size(held)])
    tell('orderbook_snapshot', { market_ticker: market, yes_dollars_fp: rows(sides.yes), no_dollars_fp: rows(sides.no) }, startMs)
    for (let i = 1; i < FRAMES_PER_WINDOW; i++) {
      if (next(200) === 0) fair = Math.min(90, Math.max(10, fair + (next(2) === 0 ? 1 : -1)))
      const side = next(2) === 0 ? 'yes' : 'no'
      const best = side === 'yes' ? fair - 1 : 99 - fair
      const cents = Math.max(1, best - Math.min(next(12), next(12)))
      const held = sides[side].get(cents) ?? 0
      const change = held > 0 && next(2) === 0 ? -Math.min(held, 1 + next(200)) : 1 + next(200)
      sides[side].set(cents, held + change)
      const recvMs = startMs + Math.floor((i * MARKET_MS) / FRAMES_PER_WINDOW)
      const msg = { market_ticker: market, price_dollars: dollars(cents), delta_fp: size(change), side, ts_ms: recvMs - 20 }
      tell('orderbook_delta', msg, recvMs)
    }
  }
  return { frames, markets }
}

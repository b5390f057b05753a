// The recorded windows as raw bytes in memory, for every contender alike; frames in the same words where the recordings are not at hand.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { generatedFrames } from './generated.mjs'

const folderOf = (shared) => path.join(shared, 'kalshi_ws', 'gold15m')
const isFile = (source) => existsSync(source) && statSync(source).isFile()
export const isRecorded = (source) => isFile(source) || existsSync(folderOf(source))
/** What a market's close sends: without it the books end with content that can be compared. */
const isEmptySnapshot = ({ type, msg }) => type === 'orderbook_snapshot' && !msg.yes_dollars_fp && !msg.no_dollars_fp
/** A line of a recording, or of a capture what Kalshi sent. */
const LINE = /^\{(?:"n":\d+,)?"recv_ms":(\d+),(?:"mono_ns":"\d+","venue":"kalshi","conn":\d+,"dir":"in",)?"event":(.*)\}$/
/** The subscriptions that every contender knows. */
const SIDS = { orderbook_snapshot: 1, orderbook_delta: 1, trade: 2 }

function filesOf(source, windows) {
  if (isFile(source)) return [source]
  const folder = folderOf(source)
  const names = readdirSync(folder).filter((name) => name.endsWith('.ndjson.gz'))
  return names
    .sort()
    .slice(0, windows)
    .map((name) => path.join(folder, name))
}
function linesOf(file) {
  const content = readFileSync(file)
  return (file.endsWith('.gz') ? gunzipSync(content) : content).toString('utf8').split('\n')
}

/**
 * The book changes and trades of one file, or of so many windows of one market each, as if they had come on one connection: the windows were split per
 * market afterwards, so `seq` is counted anew over all of them, for each subscription. Nothing else of the bytes is changed; the empty snapshots of the
 * closes are left out, and so is what comes before a market's first snapshot.
 */
export function recordedFrames(source, windows) {
  if (!isRecorded(source)) return generatedFrames(windows)
  const next = new Map()
  const frames = []
  const markets = new Set()
  for (const file of filesOf(source, windows))
    for (const line of linesOf(file)) {
      const [, recvMs, event] = LINE.exec(line) ?? []
      if (event === undefined) continue
      const told = JSON.parse(event)
      const sid = SIDS[told.type]
      if (sid === undefined) continue
      const market = told.msg.market_ticker
      if (markets.has(market) ? isEmptySnapshot(told) : told.type !== 'orderbook_snapshot') continue
      const seq = (next.get(sid) ?? 0) + 1
      next.set(sid, seq)
      markets.add(market)
      const payload = Buffer.from(event.replace(/"sid":\d+/, `"sid":${sid}`).replace(/"seq":\d+/, `"seq":${seq}`))
      frames.push({ recvMs: Number(recvMs), payload })
    }
  return { frames, markets: [...markets] }
}

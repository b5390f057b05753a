// The recorded windows as raw bytes in memory, for every contender alike; frames in the same words where the recordings are not at hand.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { generatedFrames } from './generated.mjs'

const folderOf = (shared) => path.join(shared, 'kalshi_ws', 'gold15m')
export const isRecorded = (shared) => existsSync(folderOf(shared))
/** What a market's close sends: without it the books end with content that can be compared. */
const isEmptySnapshot = ({ type, msg }) => type === 'orderbook_snapshot' && !msg.yes_dollars_fp && !msg.no_dollars_fp
const LINE = /^\{"recv_ms":(\d+),"event":(.*)\}$/

/**
 * The frames of so many windows of one market each, as if they had come on one connection: the files were split per market afterwards, so
 * `seq` is counted anew over all of them, for each subscription. Nothing else of the bytes is changed; the empty snapshots of the closes are left out.
 */
export function recordedFrames(shared, windows) {
  if (!isRecorded(shared)) return generatedFrames(windows)
  const folder = folderOf(shared)
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.ndjson.gz'))
    .sort()
  const next = new Map()
  const frames = []
  const markets = new Set()
  for (const file of files.slice(0, windows))
    for (const line of gunzipSync(readFileSync(path.join(folder, file)))
      .toString('utf8')
      .split('\n')) {
      const [, recvMs, event] = LINE.exec(line) ?? []
      if (event === undefined) continue
      const told = JSON.parse(event)
      if (isEmptySnapshot(told)) continue
      const { sid, msg } = told
      const seq = (next.get(sid) ?? 0) + 1
      next.set(sid, seq)
      markets.add(msg.market_ticker)
      frames.push({ recvMs: Number(recvMs), payload: Buffer.from(event.replace(/"seq":\d+/, `"seq":${seq}`)) })
    }
  return { frames, markets: [...markets] }
}

// How ours behaves with very many pairs, and over very many frames.
import { engineOf } from './engine.mjs'
import { nameOf, Traffic } from './traffic.mjs'

const FRAMES = 50_000
const FRAMES_BEFORE = 1_000_000
/** Both asks of a quiet pair cost a few cents more than the dollar. */
const ASIDE = 9_000

/**
 * So many pairs with the books of both venues, told and quoted, and the changes of `active` of their markets. A round is microseconds of
 * processor time for each frame.
 */
export function loadOf(dist, templates, pairs, active) {
  const traffic = new Traffic(templates, pairs, active)
  const nowMs = Date.now()
  const markets = Array.from({ length: pairs }, (_, i) => nameOf(i))
  const rig = engineOf(dist, markets, { nowMs })
  rig.open(nowMs)
  for (const payload of traffic.snapshots()) rig.take(payload, nowMs)
  for (let i = 0; i < pairs; i++) for (const outcome of ['yes', 'no']) rig.ask(i, outcome, ASIDE, nowMs)
  const round = () => {
    const changes = traffic.changes(FRAMES)
    const from = process.cpuUsage()
    for (const payload of changes) rig.take(payload, nowMs)
    return process.cpuUsage(from).user / FRAMES
  }
  return { rig, traffic, round }
}

/** Growth of the used heap in %, each side measured after a collection; the windows are played over and over, a new connection each time. */
export function growth(contender, frames, total, collect) {
  const play = (count) => {
    for (let done = 0; done < count; done += frames.length) {
      contender.open()
      for (const { payload, recvMs } of frames) contender.take(payload, recvMs)
    }
    collect()
    return process.memoryUsage().heapUsed
  }
  const before = play(FRAMES_BEFORE)
  return (play(total) / before - 1) * 100
}

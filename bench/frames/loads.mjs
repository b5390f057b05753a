// How ours behaves with very many markets, and over very many frames.
import { ours } from './contenders.mjs'

const FRAMES = 200_000
const FEW = 10
const MANY = 10_000
const FRAMES_BEFORE = 1_000_000
const WARM_UP_ROUNDS = 3

const nameOf = (i) => `KXBENCH15M-26AUG${String(i).padStart(6, '0')}-30`
/** A linear congruence: the same traffic in each run. */
function* chances(seed) {
  for (let state = seed; ;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    yield state
  }
}

/** `loaded` markets with the depth of a recorded snapshot, then changes of `active` of them that never go below zero, in the venue's own words. */
function traffic(frames, loaded, active) {
  const recorded = frames
    .find(({ payload }) => payload.includes('"orderbook_snapshot"') && payload.includes('yes_dollars_fp'))
    .payload.toString()
  const delta = frames.find(({ payload }) => payload.includes('"orderbook_delta"')).payload.toString()
  const { market_ticker: name, yes_dollars_fp: levels } = JSON.parse(recorded).msg
  const named = (text, seq, i) => text.replace(/"seq":\d+/, `"seq":${seq}`).replace(name, nameOf(i))
  const market = JSON.parse(delta).msg.market_ticker
  let seq = 0
  const snapshots = Array.from({ length: loaded }, (_, i) => Buffer.from(named(recorded, ++seq, i)))
  const random = chances(1)
  const next = () => random.next().value
  const changes = Array.from({ length: FRAMES }, () => {
    const [price] = levels[next() % levels.length]
    const text = delta
      .replace(/"seq":\d+/, `"seq":${++seq}`)
      .replace(market, nameOf((next() >>> 8) % active))
      .replace(/"price_dollars":"[^"]*"/, `"price_dollars":"${price}"`)
      .replace(/"delta_fp":"[^"]*"/, `"delta_fp":"${(next() >>> 8) % 100}.00"`)
      .replace(/"side":"[^"]*"/, '"side":"yes"')
    return Buffer.from(text)
  })
  return { snapshots, changes }
}

/** A new connection, the snapshots, and then what is timed: microseconds of processor time. */
function cost(contender, { snapshots, changes }) {
  contender.open()
  for (const payload of snapshots) contender.take(payload, 1)
  const from = process.cpuUsage()
  for (const payload of changes) contender.take(payload, 2)
  return process.cpuUsage(from).user
}

/** Cost per frame with 10,000 markets loaded as a multiple of that with 10: with the traffic on ten of them, and on all. */
export function scaling(dist, frames, rounds, median) {
  const loads = [traffic(frames, FEW, FEW), traffic(frames, MANY, FEW), traffic(frames, MANY, MANY)]
  const contenders = loads.map(({ snapshots }) =>
    ours(
      dist,
      snapshots.map((_, i) => nameOf(i)),
    ),
  )
  const runs = loads.map(() => [])
  for (let i = 0; i < WARM_UP_ROUNDS + rounds; i++) for (const [k, load] of loads.entries()) runs[k].push(cost(contenders[k], load))
  const [few, loaded, spread] = runs.map((each) => median(each.slice(-rounds)))
  return { loaded: loaded / few, spread: spread / few }
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

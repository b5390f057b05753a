import { capturedDays } from './kalshi-days'
import { RECORDED_LEAGUES } from './leagues'
import { fetchesOf } from './odds-fetches'
import type { Moment } from './play'

/**
 * All that was recorded of both sides, oldest first, read as it is asked for.
 * @throws RangeError naming file and line
 */
export async function* momentsOf(folder: string): AsyncGenerator<Moment, void, undefined> {
  const sources: readonly AsyncGenerator<Moment, void, undefined>[] = [
    ...RECORDED_LEAGUES.map((league) => fetchesOf(folder, league)),
    capturedDays(folder),
  ]
  try {
    const heads = await Promise.all(sources.map((source) => source.next()))
    for (;;) {
      let [first, firstMs] = [-1, Infinity]
      for (const [i, head] of heads.entries()) if (!head.done && head.value.atMs < firstMs) [first, firstMs] = [i, head.value.atMs]
      const [source, head] = [sources[first], heads[first]]
      if (!source || !head || head.done) return
      yield head.value
      heads[first] = await source.next()
    }
  } finally {
    // files that are still open when nobody asks any more
    await Promise.all(sources.map((source) => source.return()))
  }
}

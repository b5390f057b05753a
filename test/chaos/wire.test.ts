import { Venues } from '../../src/chaos/lane/venues'
import { WireFollower } from '../../src/chaos/lane/wire'

const never = new AbortController().signal
const line = (n: number) => ({ n, at_ms: n, venue: 'kalshi', dir: 'in', conn: 1, text: `POST /orders ${n}` })

/** A simulator's log as it is told at each look. */
class Told extends Venues {
  constructor(private readonly looks: readonly (readonly number[])[]) {
    super('')
  }
  #n = 0
  override ask<T>(): Promise<T> {
    return Promise.resolve((this.looks[this.#n++] ?? []).map(line) as T)
  }
}

async function followed(looks: readonly (readonly number[])[], pids: readonly number[]): Promise<WireFollower> {
  let look = 0
  const follower = new WireFollower(new Told(looks), () => pids[look] ?? null)
  for (; look < looks.length; look++) await follower.look(never)
  return follower
}

describe('the wires of the simulated venues', () => {
  it('are followed line by line, over a restart of the venues', async () => {
    const { lines, lost } = await followed([[1, 2], [2, 3], [1]], [7, 7, 8])
    expect(lines.map(({ n, life }) => [n, life])).toEqual([[1, 1], [2, 1], [3, 1], [1, 2]]) // prettier-ignore
    expect(lost).toBe(0)
  })

  it('lines that were forgotten before they were read are counted; before the first look nothing was offered', async () => {
    expect((await followed([[400, 401], [405]], [7, 7])).lost).toBe(3)
    expect((await followed([[1], [6, 7]], [7, 8])).lost).toBe(5)
  })
})

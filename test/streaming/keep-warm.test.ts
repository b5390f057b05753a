import { keepWarm, type Warmth } from '../../src/streaming/tasks'
import { millis } from '../../src/core/units'
import type { Beat } from '../../src/ports/trader'

const EVERY_MS = 50

/** Each pause of the beat ends when the test says so. */
class Rig {
  readonly slept: number[] = []
  readonly beats: AbortSignal[] = []
  isNear = true
  isBusy = false
  answer: () => Promise<Beat> = () => Promise.resolve('started')
  readonly #ended = new AbortController()
  readonly running: Promise<void>
  #wake = (): void => undefined

  constructor() {
    const clock: Warmth['clock'] = {
      nowMs: () => millis(0),
      monoNs: () => 0n,
      sleep: (ms, signal) => this.#sleep(ms, signal),
    }
    const beat = (signal: AbortSignal): Promise<Beat> => {
      this.beats.push(signal)
      return this.answer()
    }
    this.running = keepWarm({ everyMs: EVERY_MS, beat, isNear: () => this.isNear, isBusy: () => this.isBusy, clock }, this.#ended.signal)
    this.running.catch(() => undefined) // looked at by `end`
  }

  #sleep(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.reject(signal.reason as Error)
    this.slept.push(ms)
    return new Promise((resolve, reject) => {
      this.#wake = resolve
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
    })
  }
  /** One pause passes; what follows it is done, as far as it waits for nobody. */
  async pass(): Promise<void> {
    this.#wake()
    await new Promise(setImmediate)
  }
  async end(): Promise<void> {
    this.#ended.abort(new Error('the process ends'))
    await expect(this.running).rejects.toThrow('the process ends')
  }
}

describe('keeping the path of a trade warm', () => {
  it('beats while a trade may be next, and stops when none is near', async () => {
    const rig = new Rig()
    await rig.pass()
    await rig.pass()
    expect(rig.beats).toHaveLength(2)
    rig.isNear = false
    await rig.pass()
    await rig.pass()
    expect(rig.beats).toHaveLength(2)
    rig.isNear = true
    await rig.pass()
    expect(rig.beats).toHaveLength(3)
    expect(new Set(rig.slept)).toEqual(new Set([EVERY_MS]))
    await rig.end()
  })

  it('stands back while a trade runs', async () => {
    const rig = new Rig()
    rig.isBusy = true
    await rig.pass()
    await rig.pass()
    expect(rig.beats).toHaveLength(0)
    rig.isBusy = false
    await rig.pass()
    expect(rig.beats).toHaveLength(1)
    await rig.end()
  })

  it('never has two beats at once: the pause begins when the last one was taken', async () => {
    const rig = new Rig()
    let taken: (beat: Beat) => void = () => undefined
    rig.answer = () => new Promise((resolve) => (taken = resolve))
    await rig.pass()
    await rig.pass() // the last pause is over: nothing waits for this
    expect(rig.beats).toHaveLength(1)
    expect(rig.slept).toEqual([EVERY_MS])
    taken('still-running')
    await new Promise(setImmediate)
    expect(rig.slept).toEqual([EVERY_MS, EVERY_MS])
    await rig.end()
  })

  it('leaves a Temporal alone that takes no beat', async () => {
    const rig = new Rig()
    rig.answer = () => Promise.resolve('failed')
    await rig.pass()
    rig.answer = () => Promise.reject(new Error('a bug'))
    await rig.pass()
    await rig.pass()
    expect(rig.slept).toEqual([EVERY_MS, 5_000, EVERY_MS, 5_000])
    await rig.end()
  })

  it('gives up a beat that is under way when the process ends', async () => {
    const rig = new Rig()
    rig.answer = () => new Promise((_, reject) => rig.beats.at(-1)?.addEventListener('abort', () => reject(new Error('given up'))))
    await rig.pass()
    await rig.end()
    expect(rig.beats[0]?.aborted).toBe(true)
  })
})

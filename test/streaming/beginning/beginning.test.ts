import { marketId } from '../../../src/core/ids'
import { BookDirectory } from '../../../src/core/market/reference'
import { millis } from '../../../src/core/units'
import { Beginning } from '../../../src/streaming/beginning/beginning'
import { Engine } from '../../../src/streaming/engine'
import { Terms } from '../../../src/streaming/terms'
import { OPTIONS } from '../../replay/reading'
import { LogBook, SettableClock, until } from '../../stores/doubles'

const MINUTE_MS = 60_000
const NEVER = new AbortController().signal

/** A process that watches so many markets of Kalshi, none of which is listed yet. */
class Rig {
  files = 1
  readonly told: string[] = []
  readonly turns: number[] = []
  readonly clock = Object.assign(new SettableClock(Date.UTC(2026, 10, 22, 12)), {
    sleep: (): Promise<void> => {
      this.turns.push(this.told.length)
      return new Promise((resolve) => setImmediate(resolve))
    },
  })
  readonly log = new LogBook()
  /** What the pairs say; an error: they cannot be told. */
  broken: Error | null = null
  readonly beginning: Beginning

  constructor(markets: number) {
    const directory = new BookDirectory()
    for (let i = 0; i < markets; i++) directory.indexOf('kalshi', marketId(`K${i}`), 'yes')
    const nothing = { onFound: () => undefined, onRefused: () => undefined, onBook: () => undefined }
    const frameLog = {
      stamp: ({ payload }: { readonly payload: unknown }) => {
        const [what, body] = payload as readonly [string, { readonly part?: string }]
        this.told.push(body.part ?? what)
        return null as never // nobody asks for it
      },
    }
    this.beginning = new Beginning({
      frameLog: Object.defineProperty(frameLog, 'files', { get: () => this.files }) as typeof frameLog & { readonly files: number },
      shard: { engine: new Engine(directory, nothing), terms: new Terms({ ...OPTIONS, nowMs: () => millis(this.clock.nowMs()) }) },
      ...{ directory, feeds: [], edges: () => [], clock: this.clock, log: this.log },
      pairs: () => {
        if (this.broken) throw this.broken
        return []
      },
      ...{ halts: { epoch: 7, active: () => [] }, lease: { epoch: null } },
    })
  }
}

describe('what stands', () => {
  it('ends no process where it cannot be told, and is an alarm', async () => {
    const rig = new Rig(1)
    const ended = new AbortController()
    rig.broken = new Error('a bug')
    rig.files = 2
    const running = rig.beginning.run(ended.signal)
    await until('the alarm', () => rig.log.lines.length > 0)
    rig.broken = null
    rig.clock.advance(MINUTE_MS)
    rig.files = 3
    await until('the next telling', () => rig.told.includes('end'))
    ended.abort()
    await running
    expect(rig.log.lines).toMatchObject([{ level: 'error', message: expect.stringContaining('no replay can begin at this file') }])
  })

  it('is told again when another file has begun, and not for the first, in which it was told', async () => {
    const rig = new Rig(2)
    await rig.beginning.look(NEVER)
    expect(rig.told).toEqual([])
    rig.files = 2
    await rig.beginning.look(NEVER)
    expect(rig.told).toEqual(['begin', 'halts', 'market', 'market', 'end'])
    await rig.beginning.look(NEVER)
    expect(rig.told).toHaveLength(5)
  })

  it('is told once a minute, for the last of several files: what is told could fill them', async () => {
    const rig = new Rig(0)
    for (rig.files = 2; rig.files < 10; rig.files++) await rig.beginning.look(NEVER)
    expect(rig.told).toEqual(['begin', 'halts', 'end'])
    rig.clock.advance(MINUTE_MS)
    await rig.beginning.look(NEVER)
    await rig.beginning.look(NEVER)
    expect(rig.told).toHaveLength(6)
  })

  it('is told a few markets a turn', async () => {
    const rig = new Rig(100)
    rig.files = 2
    await rig.beginning.look(NEVER)
    const [first = 0, ...rest] = rig.turns
    expect([first, rig.told.length]).toEqual([5, 103]) // with the halts, which are no part of their own
    expect(rest.map((told, i) => told - (rig.turns[i] ?? 0)).every((told) => told === 4)).toBe(true)
  })
})

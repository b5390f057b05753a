import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import type { TradeResult } from '../../src/core/trade/plan'
import { gameAt } from '../streaming/edges/live-rig'
import { temporaryDirectory, until } from '../stores/doubles'
import { MISSED } from '../streaming/opportunities/trading-desk'
import { Capturing } from './edges/capturing'
import { replayed } from './reading'
import { SyntheticCapture, TICKER, YES_ID } from './synthetic'

const root = temporaryDirectory()
let run = 0

/** A process that decides boxes. */
class Deciding extends SyntheticCapture {
  #decisions = 0

  constructor() {
    super(path.join(root, String((run += 1))))
  }
  decided(): this {
    const book = { n: 1, confirmedMs: null, bid: null, ask: null }
    const books = [
      { ...book, venue: 'kalshi', market: TICKER, outcome: 'yes' },
      { ...book, venue: 'forecastex', market: String(YES_ID), outcome: 'no' },
    ]
    return this.house('decided', { tradeId: `T${(this.#decisions += 1)}`, pair: 'u3', seenMs: this.at(), figures: [], books, epoch: 1 })
  }
  /** @param isLost of a line of the capture */
  async without(isLost: (line: string) => boolean): Promise<readonly string[]> {
    const files = await this.files()
    for (const file of files) {
      const lines = gunzipSync(readFileSync(file)).toString().trimEnd().split('\n')
      writeFileSync(file, gzipSync(`${lines.filter((line) => !isLost(line)).join('\n')}\n`))
    }
    return files
  }
}

async function knownOf(files: readonly string[]): Promise<readonly string[]> {
  const known: string[] = []
  await replayed(files, { onDecided: (_decided, again) => known.push(again.known) })
  return known
}

describe('boxes decided after frames that are missing', () => {
  const story = (): Deciding => new Deciding().opened().snapshot().ask('no', 0.5, 20).decided().ask('no', 0.55, 20).decided().decided()

  it('are not compared: no sequence tells that a quote of ForecastEx was lost', async () => {
    expect(await knownOf(await story().files())).toEqual(['known', 'known', 'known'])
    const files = await story().without((line) => line.includes('tickPrice') && line.includes('0.55'))
    expect(await knownOf(files)).toEqual(['known', 'frames not known', 'frames not known'])
  })

  it('are compared in the next process, which lost none', async () => {
    const files = await story().without((line) => line.includes('0.55'))
    const successor = await story().files()
    expect(await knownOf([...files, ...successor])).toEqual([
      ...['known', 'frames not known', 'frames not known'],
      ...['known', 'known', 'known'],
    ])
  })
})

/** Its order came too late to be sent. */
const UNSENT: TradeResult = { ...MISSED, reason: 'too-late' }

describe('edges decided after frames that are missing', () => {
  /** The last trade ends while there is no edge, and other odds and prices make the next. */
  async function next({ rig }: Capturing, odds: number): Promise<void> {
    rig.quote('0.56', '0.58')
    rig.ends.at(-1)?.(UNSENT)
    await until('the trade to be over', () => rig.shard.launcher.inFlight === 0)
    rig.pass(2_000)
    rig.quote('0.49', '0.50')
    rig.pass(6_000)
    rig.odds(gameAt(rig.clock.nowMs(), {}, odds))
  }
  /** Decided three times, each time by other odds; what stands is told again before the last. */
  async function story(): Promise<Capturing> {
    const capture = await new Capturing().ready()
    await next(capture, 1.69)
    capture.rig.tellAgain()
    await next(capture, 1.68)
    return capture
  }
  it('are compared where none is missing', async () => {
    expect(await (await story()).replayed()).toMatchObject({ compared: 3, same: true, notCompared: [] })
  })

  it.each([
    ['the odds that it was judged by', (line: string) => line.includes('["game"') && line.includes('"odds":1.69')],
    ['a price that moved', (line: string) => line.includes('"0.5600"')],
  ])('are compared once what stands was told again, and no sooner: %s', async (_what, isLost) => {
    const torn = await story()
    let lost = 0
    await torn.change((line) => (isLost(line) && (lost += 1) === 1 ? null : line))
    const report = await torn.replayed()
    expect(report).toMatchObject({ compared: 2, differing: [], same: false, withoutBeginning: 1 })
    const reason = expect.stringContaining('its game, or the odds it was judged by, were told') as string
    expect(report.notCompared).toEqual([{ tradeId: torn.rig.started[1]?.tradeId, reason }])
  })
})

import path from 'node:path'
import { marketId } from '../../../src/core/ids'
import type { Frame } from '../../../src/core/market/event'
import { millis, money, price, quantity } from '../../../src/core/units'
import { backtest } from '../../../src/replay/backtest/backtest'
import { framesOf } from '../../../src/replay/frames'
import { LogBook, temporaryDirectory } from '../../stores/doubles'
import { START_MS, SyntheticCapture, TICKER } from '../synthetic'
import { options, run, settled, SPREAD } from './runs'

const dir = temporaryDirectory()
let captures = 0
const capture = (): SyntheticCapture => new SyntheticCapture(path.join(dir, String(captures++)))
/** Kalshi asks 0.40 × 50 for YES and bids 0.38 × 30; ForecastEx asks 0.30 × 20 for NO. A trade has ten contracts. */
const quoted = (): SyntheticCapture => capture().opened().snapshot().ask('no', 0.3, 20)
/** Both venues are heard every 100 ms; no best price changes. */
function beat(of: SyntheticCapture, times: number): SyntheticCapture {
  for (let n = 0; n < times; n++)
    of.wait(100)
      .gateway('currentTime', Math.floor(of.at() / 1_000))
      .delta('yes', '0.2000', '1.00')
  return of
}
/** Kalshi's listing, told anew. */
const relisted = (of: SyntheticCapture, change: object): SyntheticCapture =>
  of.house('listing', {
    ...{ event: 'an event', series: 'a series', title: 'a question', status: 'open', yesPays: null, venue: 'kalshi', contracts: null },
    ...{ bands: [{ start: price('0.01'), end: price('0.99'), step: price('0.01') }], closeMs: START_MS + 86_400_000, shard: 0 },
    ...{ market: marketId(TICKER), fees: { feeType: 'quadratic', multiplier: 10_000, fetchedAtMs: START_MS }, ...change },
  })
const allOf = async (of: SyntheticCapture): Promise<readonly Frame[]> => {
  const frames: Frame[] = []
  for await (const frame of framesOf(await of.files(), new LogBook())) frames.push(frame)
  return frames
}

describe('a box in a recording', () => {
  it.each(['1', '0'])('is found, filled and settled to the micro-dollar (YES pays %s)', async (yesPays) => {
    const { trades, pnl, equity, ledger, capitalMost } = await run(beat(quoted(), 20), { settlements: settled(yesPays) })
    const [trade] = trades
    // 10 × (1.00 − 0.40 − 0.30), less 0.07 × 10 × 0.40 × 0.60 and ten cents
    expect(trade).toMatchObject({ label: 'locked', locked: 1_000, held: 0, filledAsPlanned: true, capital: 7_000_000, fees: 268_000 })
    expect(trade).toMatchObject({ pnl: 2_732_000, pnlKind: 'realised', settledMs: START_MS + 3_600_000 })
    expect(pnl).toEqual({ realised: 2_732_000, guaranteed: 0, open: 0 })
    expect(equity.at(-1)).toEqual({ atMs: START_MS + 3_600_000, pnl: 2_732_000 })
    expect(ledger).toMatchObject({ sumMicros: 0, violations: [] })
    expect([trades.length, capitalMost >= 7_268_000, capitalMost < 20_000_000]).toEqual([1, true, true])
  })

  it('is asked for when its waits are over, and not before', async () => {
    const { trades } = await run(beat(quoted(), 20))
    const [a, b] = trades[0]?.orders ?? []
    // 100 to decide, 20 each way; 10 for the step, 30 each way
    expect([a?.sentMs, a?.arrivedMs, b?.sentMs, b?.arrivedMs]).toEqual([100, 120, 150, 180].map((ms) => START_MS + ms))
    expect([a?.displayed, a?.filled, b?.displayed, b?.filled]).toEqual([5_000, 1_000, 2_000, 1_000])
    // both are asked at once: the slower is final 250 ms after the last answer
    expect([trades[0]?.decidedMs, trades[0]?.endedMs]).toEqual([START_MS, START_MS + 460])
  })

  it('waits for its result: guaranteed until the last leg is paid', async () => {
    const { trades, pnl } = await run(beat(quoted(), 20), { settlements: settled('1').slice(0, 1) })
    expect(trades[0]).toMatchObject({ pnl: 2_732_000, pnlKind: 'guaranteed', settledMs: null })
    expect(pnl).toEqual({ realised: 0, guaranteed: 2_732_000, open: 0 })
  })

  it('is guaranteed no longer once one leg was paid between nothing and a dollar', async () => {
    const { trades } = await run(beat(quoted(), 20), { settlements: settled('0.5').slice(0, 1) })
    // 5.00 came for the YES; the NO counts its cost: −7.268 + 5.00 + 3.00
    expect(trades[0]).toMatchObject({ pnl: 732_000, pnlKind: 'open' })
  })

  it('is opened no more often than what is displayed lasts', async () => {
    let of = quoted()
    // another size at Kalshi: worth another try; the 20 at ForecastEx are gone after two
    for (let n = 0; n < 8; n++) of = beat(of, 10).delta('no', '0.4000', '1.00')
    const { trades, refused, refusedOpportunities, pnl, opportunities } = await run(of)
    expect(trades.map(({ label }) => label)).toEqual(['locked', 'locked'])
    expect(pnl.realised).toBe(2 * 2_732_000)
    // asked again each half second while the quotes stand, and one opportunity
    expect(refused['taken here before']).toBeGreaterThan(1)
    expect([opportunities.map(({ outcome }) => outcome), refusedOpportunities['taken here before']]).toEqual([['taken'], 1])
  })

  it('on a shard of Kalshi is paid from the cash of the venue', async () => {
    const { trades } = await run(beat(relisted(capture().opened(), { shard: 2 }).snapshot().ask('no', 0.3, 20), 20))
    expect(trades.map(({ label, reason }) => [label, reason])).toEqual([['locked', '']])
  })
})

describe('a second leg that is gone when it arrives', () => {
  it('sells the first one back once the plan price has not come again within a second', async () => {
    const { trades, pnl } = await run(beat(quoted().wait(150).ask('no', 0.9, 20), 60))
    const [trade] = trades
    expect(trade?.orders.map(({ leg, displayed, filled }) => [leg, displayed, filled])).toEqual([
      ['a', 5_000, 1_000],
      ['b', 0, 0],
      ['c', 3_000, 1_000],
    ])
    expect((trade?.orders[2]?.sentMs ?? 0) - START_MS).toBeGreaterThan(1_150)
    // 10 × (0.38 − 0.40), fees of 0.168 and 0.165
    expect(trade).toMatchObject({ label: 'unwound', locked: 0, held: 0, pnl: -533_000, pnlKind: 'realised', filledAsPlanned: false })
    expect(pnl.realised).toBe(-533_000)
  })

  it('completes at the plan price when that comes again in time', async () => {
    const of = beat(quoted().wait(150).ask('no', 0.9, 20), 6).ask('no', 0.3, 20)
    const { trades } = await run(beat(of, 30))
    expect(trades[0]).toMatchObject({ label: 'locked', locked: 1_000, pnl: 2_732_000, filledAsPlanned: false })
    expect(trades[0]?.orders.map(({ leg }) => leg)).toEqual(['a', 'b', 'c'])
  })

  it('holds what nothing in the recording cures, and the result decides', async () => {
    const of = quoted().wait(150).ask('no', 0.9, 20).delta('yes', '0.3800', '-30.00')
    for (let n = 0; n < 40; n++) of.wait(100).gateway('currentTime', Math.floor(of.at() / 1_000))
    const { trades } = await run(of)
    expect(trades[0]).toMatchObject({ label: 'held', held: 1_000, locked: 0, pnl: 5_832_000, pnlKind: 'realised' })
    expect((await run(of, { settlements: [] })).trades[0]).toMatchObject({ pnl: -168_000, pnlKind: 'open', settledMs: null })
  })
})

describe('the same frames', () => {
  const frames = async (): Promise<readonly Frame[]> => {
    let of = quoted()
    for (let n = 0; n < 4; n++) of = beat(of, 10).delta('no', '0.4000', '1.00').delta('no', '0.4000', '1.00')
    return allOf(of)
  }
  async function* paced(all: readonly Frame[], isSlow: boolean): AsyncGenerator<Frame> {
    for (const frame of all) {
      if (isSlow) await new Promise((resolve) => setImmediate(resolve))
      yield frame
    }
  }

  it('give the same digest, however slowly they come', async () => {
    const all = await frames()
    const drawn = { waits: SPREAD, assumptions: { depthFactor: 8_000, phantom: 1_000, waits: 'drawn' } } as const
    const first = await backtest(paced(all, false), options(drawn))
    expect(first.trades.length).toBeGreaterThan(1)
    expect(await backtest(paced(all, false), options(drawn))).toEqual(first)
    expect(await backtest(paced(all, true), options(drawn))).toEqual(first)
  })

  it('give other times and another digest by another seed, where waits are drawn', async () => {
    const all = await frames()
    const drawn = { waits: SPREAD, assumptions: { depthFactor: 10_000, phantom: 0, waits: 'drawn' } } as const
    const [one, other] = [
      await backtest(paced(all, false), options({ ...drawn, seed: 'run1' })),
      await backtest(paced(all, false), options({ ...drawn, seed: 'run2' })),
    ]
    const times = ({ trades }: typeof one): readonly number[] => trades[0]?.orders.map(({ arrivedMs }) => arrivedMs) ?? []
    expect(times(one)).not.toEqual(times(other))
    expect(one.sha256).not.toBe(other.sha256)
  })
})

describe('what a recording does not say', () => {
  it('opportunities end with it, whatever is settled later', async () => {
    const { opportunities, toMs } = await run(beat(quoted(), 20))
    expect(opportunities).toHaveLength(1)
    expect((opportunities[0]?.firstSeenMs ?? 0) + (opportunities[0]?.lastedMs ?? 0)).toBeLessThanOrEqual(toMs)
  })

  it('a limit that is given for the run binds instead of the told one', async () => {
    const { trades } = await run(beat(quoted(), 20), { limits: { maxContractsPerTrade: quantity('3') } })
    expect(trades[0]).toMatchObject({ quantity: 300, locked: 300 })
  })

  it('of nothing comes nothing', async () => {
    const result = await backtest(paced0(), options())
    expect([result.messages, result.trades, result.pnl.realised]).toEqual([0, [], 0])
  })
})

async function* paced0(): AsyncGenerator<Frame> {}

describe('a run that cannot go on', () => {
  it('throws for a frame of ours that cannot be used', async () => {
    await expect(run(quoted().house('limits', { version: 1 }))).rejects.toThrow(RangeError)
  })

  it('throws the bug of a trade instead of leaving the trade without an end', async () => {
    const of = relisted(quoted().wait(50), { fees: { feeType: 'unheard of', multiplier: 10_000, fetchedAtMs: START_MS + 1 } })
    await expect(run(beat(of, 20))).rejects.toThrow(`the fees of ${TICKER} at kalshi are not told in the frames`)
  })

  it('throws the reason of the signal', async () => {
    const stop = new AbortController()
    const all = await allOf(beat(quoted(), 5))
    async function* stopped(): AsyncGenerator<Frame> {
      for (const frame of all) {
        if (frame.recvMs > START_MS) stop.abort(new Error('enough'))
        yield frame
      }
    }
    await expect(backtest(stopped(), options({ signal: stop.signal }))).rejects.toThrow('enough')
  })
})

describe('a market that pays before its trade has ended', () => {
  it('counts what it paid when the trade ends', async () => {
    const [kalshi] = settled('1')
    if (!kalshi) throw new Error('no settlement')
    const early = [{ ...kalshi, atMs: millis(START_MS + 400) }, ...settled('1').slice(1)]
    const { trades, pnl, ledger } = await run(beat(quoted(), 20), { settlements: early })
    expect(trades[0]).toMatchObject({ label: 'locked', pnl: 2_732_000, pnlKind: 'realised' })
    expect([pnl.realised, ledger.violations]).toEqual([money('2.732'), []])
  })
})

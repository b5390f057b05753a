import type { TradeResult } from '../../../src/core/trade/plan'
import type { Judging } from '../../../src/streaming/edges/decided'
import type { DayReplay } from '../../../src/workflows/messages'
import { NOW, SETTINGS } from '../../core/edge/fixture'
import { until } from '../../stores/doubles'
import { BUF } from '../../streaming/edges/live-rig'
import { MISSED } from '../../streaming/opportunities/trading-desk'
import { replayed as replayedFiles } from '../reading'
import { Capturing, JUDGING } from './capturing'

/** Its order came too late to be sent. */
const UNSENT: TradeResult = { ...MISSED, reason: 'too-late' }

const isDecided = (line: string): boolean => line.includes('["decided"')

describe('edges that were decided, decided again from their capture', () => {
  it('come to the same: by odds, by a trade that ended, and with what is asked anew in between', async () => {
    const capture = await new Capturing().ready()
    const { rig } = capture
    rig.pass(5_000)
    rig.shard.edges?.sweep(rig.clock.nowMs())
    expect(rig.started).toHaveLength(1)
    const [end] = rig.ends
    if (!end) throw new Error('a trade was started that nobody can end')
    end(UNSENT)
    await until('the next trade, of the edge that stands', () => rig.started.length === 2)
    rig.pass(2_000)
    rig.quote('0.48', '0.51', '300.00')
    rig.pass(6_000)
    rig.odds()
    expect(rig.started).toHaveLength(2)
    const report = await capture.replayed()
    expect(report).toMatchObject({ compared: 2, same: true, differing: [], notCompared: [], warnings: [] })
    expect(report.recordedSha256).toBe(report.replayedSha256)
    const { edges, decisionsSha256 } = await replayedFiles(await capture.files(), { edges: JUDGING })
    expect(edges).toEqual({ decided: 2, compared: 2, same: 2 })
    expect((await replayedFiles(await capture.files(), { edges: null })).decisionsSha256).not.toBe(decisionsSha256)
  })

  it('ruling 13: come to the same where the books had to speak again', async () => {
    const capture = await new Capturing().ready('0.46', '0.47')
    const [decided] = capture.rig.decided
    expect(decided?.bornMs).toBe(NOW)
    expect(decided?.odds.fetchedMs).toBe(NOW + 6_000)
    expect(await capture.replayed()).toMatchObject({ compared: 1, same: true, notCompared: [] })
  })

  it.each([
    ['a figure of the decision', (line: string) => line.replace(/"figures":\[1,(\d+)/, '"figures":[1,9$1')],
    ['the worth of the account', (line: string) => line.replace('"equity":12000000000', '"equity":300000000')],
    ['the odds that led to it', (line: string) => (line.includes('["game"') ? line.replaceAll('"odds":1.7', '"odds":1.69') : line)],
    ['the price that was asked', (line: string) => line.replace('"0.5000","500.00"', '"0.5500","500.00"')],
  ])('differ where the capture tells otherwise: %s', async (_what, edit) => {
    const capture = await new Capturing().ready()
    const untouched = await capture.replayed()
    expect(untouched.same).toBe(true)
    await capture.change(edit)
    const report = await capture.replayed()
    expect(report).toMatchObject({ compared: 1, same: false, differing: [{ tradeId: capture.rig.started[0]?.tradeId, pair: BUF }] })
    expect(report.recordedSha256).not.toBe(report.replayedSha256)
    expect((await replayedFiles(await capture.files(), { edges: JUDGING })).edges).toEqual({ decided: 1, compared: 1, same: 0 })
  })

  it('differ where nothing is found now, and say so', async () => {
    const capture = await new Capturing().ready()
    await capture.change((line) => (line.includes('["game"') ? line.replaceAll('"odds":1.7', '"odds":1.9') : line))
    expect((await capture.replayed()).differing).toMatchObject([{ recorded: expect.any(Array), replayed: null }])
  })
})

describe('an edge that cannot be decided again', () => {
  const without = async (...told: readonly string[]): Promise<DayReplay> => {
    const capture = await new Capturing().ready()
    await capture.change((line) => (told.some((text) => line.includes(text)) ? null : line))
    return capture.replayed()
  }
  it.each([
    ['its listing', ['["listing"'], 'its pair, its listings or the limits were told'],
    ['the limits', ['["limits"'], 'its pair, its listings or the limits were told'],
    ['its book', ['orderbook_snapshot'], 'the snapshots of its books are'],
    ['its odds', ['["game"'], 'its game, or the odds it was judged by, were told'],
    ['its game', ['["edges"'], 'its game, or the odds it was judged by, were told'],
  ])('is named, and is not the same: %s was told in files that are gone', async (_what, told, reason) => {
    const report = await without(...told)
    expect(report).toMatchObject({
      compared: 0,
      same: false,
      withoutBeginning: 1,
      differing: [],
      notCompared: [{ reason: expect.stringContaining(reason) }],
    })
  })

  it.each([
    ['its best prices moved', 'movedMs', ['0.49', '0.50']],
    ['it was born', 'bornMs', ['0.46', '0.47']],
  ] as const)('is named where %s before the frames that are left begin', async (_what, memory, [bid, ask]) => {
    const capture = await new Capturing().ready(bid, ask)
    // the ring keeps nothing of before the book: it is told anew later, with the same prices
    let isKept = false
    await capture.change((line) => {
      const isHead =
        line.startsWith('{"capture"') || line.includes('["limits"') || line.includes('["listing"') || line.includes('subscribe')
      isKept ||= line.includes('orderbook_snapshot')
      return isHead || isKept || line.includes('["edges"')
        ? line.replace('{"n":1,', '{"n":2,').replace(new RegExp(`"${memory}":\\d+`), `"${memory}":1`)
        : null
    })
    expect(await capture.replayed()).toMatchObject({
      ...{ compared: 0, same: false, withoutBeginning: 1, differing: [] },
      notCompared: [{ reason: expect.stringContaining('last moved, or the fetch that bore it') }],
    })
  })

  it('is named where other rules judge now, or none', async () => {
    const capture = await new Capturing().ready()
    const other: Judging = { rules: { ...JUDGING.rules, kellyFraction: 0.1 }, settings: SETTINGS }
    for (const judging of [other, null])
      expect(await capture.replayed(judging)).toMatchObject({
        ...{ compared: 0, same: true },
        notCompared: [{ reason: 'it was judged by other rules than config/profiles.yaml has now' }],
      })
  })

  it('is one that no capture tells of, when its frame is gone', async () => {
    const capture = await new Capturing().ready()
    await capture.change((line) => (isDecided(line) ? null : line))
    expect((await capture.replayed()).notCompared).toMatchObject([{ reason: 'no capture tells of its decision' }])
  })
})

import { tradeText } from '../../../src/cli/verbs/why/text'
import { whyTrade } from '../../../src/operator/why/assemble'
import { readTradeCapture } from '../../../src/operator/why/reading/capture'
import type { WhyTrade } from '../../../src/operator/why/why'
import { NOW } from '../../core/edge/fixture'
import { Capturing } from '../../replay/edges/capturing'
import { until } from '../../stores/doubles'
import { BOOKS } from '../../streaming/edges/desk'
import { BUF } from '../../streaming/edges/live-rig'
import { MISSED } from '../../streaming/opportunities/trading-desk'

/** What is told of a trade, where its capture alone is left. */
async function whyOf(capture: Capturing, at = 0): Promise<WhyTrade> {
  await capture.files()
  const plan = capture.rig.started[at]
  if (plan === undefined) throw new Error('no edge was decided')
  const { tradeId, opportunity } = plan
  const window = { fromMs: opportunity.seenAtMs, toMs: opportunity.seenAtMs + 100 }
  const gone = { kind: 'missing', reason: 'it burnt' } as const
  const told = await readTradeCapture(capture.dir, tradeId, window, new AbortController().signal)
  return whyTrade({ tradeId, capture: told, ledger: gone, journal: gone, history: gone })
}

describe('why of an edge', () => {
  it('has its book and the odds it was judged by, line by line with their ages, and the frames that told both', async () => {
    const capture = await new Capturing().ready()
    const { seen, steps, missing, warnings } = await whyOf(capture)
    expect(seen).toMatchObject({
      seenMs: NOW + 6_000,
      books: [{ venue: 'kalshi', market: BUF, ask: { price: 5_000 }, askAgeMs: 6_000, confirmedAgeMs: 0 }],
      odds: { eventId: 'e1', fetchedAgeMs: 0, movedAgeMs: 6_000, given: { equity: 12_000_000_000, share: 1 } },
    })
    expect(new Set(seen?.odds?.lines.map(({ book, ageMs }) => `${book} ${ageMs}`))).toEqual(new Set(BOOKS.map((book) => `${book} 500`)))
    // five books at 1.70 with a margin of 4.5 %: half of it off is 0.5657, a tie counted a little less
    expect([seen?.odds?.lower, seen?.odds?.fair, seen?.odds?.upper]).toEqual([558_559, 565_673, 572_788])
    expect(seen?.frames.map(({ venue }) => venue)).toEqual(['odds', 'kalshi'])
    expect(steps.map(({ what }) => what)).toEqual([
      'the book of kalshi as it was decided upon',
      'the odds that it was decided upon',
      'a trade is decided',
    ])
    expect(missing.filter(({ part }) => part === 'seen')).toEqual([])
    expect(warnings).toEqual([])
  })

  it('has the odds of minutes ago: they stand still', async () => {
    const capture = await new Capturing().ready()
    const { rig } = capture
    rig.pass(60_000)
    rig.quote('0.49', '0.50')
    rig.ends[0]?.({ ...MISSED, reason: 'too-late' })
    await until('the edge to be found again', () => rig.started.length === 2)
    const told = await whyOf(capture, 1)
    expect([told.seen?.odds?.fetchedAgeMs, told.seen?.frames.map(({ venue }) => venue)]).toEqual([60_000, ['odds', 'kalshi']])
    expect(tradeText(told)).toContain('odds of e1, fetched 60000 ms before; the best prices last changed 66000 ms before')
    expect(tradeText(told)).toContain('pinnacle')
  })

  it('names odds whose frame is gone, and tells what its decision keeps of them', async () => {
    const capture = await new Capturing().ready()
    await capture.change((line) => (line.includes('["game"') ? null : line))
    const { seen, warnings } = await whyOf(capture)
    expect(seen?.odds?.lines).toHaveLength(BOOKS.length)
    expect(warnings.join()).toMatch(/frame \d+, which told the odds of e1, is in none of these files/)
  })
})

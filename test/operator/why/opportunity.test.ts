import { opportunityText } from '../../../src/cli/verbs/why/text'
import { opportunityId, parseOpportunityId, topOf, whyOpportunity } from '../../../src/operator/why/opportunity'

const SEEN_MS = Date.UTC(2026, 10, 22, 12)
const iso = (ms: number): string => new Date(SEEN_MS + ms).toISOString()
const ROW = {
  ...{ ts: iso(0), subject: 'u3', direction: 'A', outcome: 'refused', reason: 'exit depth', trade_id: null, refusals: 'exit depth 2' },
  ...{ last_seen: iso(400), duration_ms: 500, looks: 2, finds: 0, best_size: 1_000, best_net_edge: 731_000 },
}
const DECISION = {
  ...{ ts: iso(0), reason: 'exit depth', actual: '0.00 at kalshi', wanted: '≥ 1' },
  ...{ net_edge: 731_000, expected_value: 12_000, unwind_loss: 894_300, maximum_loss: 4_169_000 },
}
const TICK = { ts: iso(-40), con_id: '7', outcome: 'no', bid: null, bid_size: null, ask: 5_000, ask_size: 2_000 }

describe('why of an opportunity', () => {
  it('is asked by its pair and the moment of its first sight', () => {
    expect(parseOpportunityId(opportunityId('u3-25mar-4.0.1', SEEN_MS))).toEqual({ pair: 'u3-25mar-4.0.1', firstSeenMs: SEEN_MS })
    expect(parseOpportunityId('0mwsfb69c04kqky5')).toBeNull()
  })

  it('tells which gate refused it, with the figures and the tops that were seen', () => {
    const told = whyOpportunity(ROW, [DECISION], [topOf(TICK, SEEN_MS)], [])
    expect(told).toMatchObject({
      opportunityId: `u3@${SEEN_MS}`,
      outcome: 'refused',
      reason: 'exit depth',
      endedMs: SEEN_MS + 500,
      missing: [],
    })
    expect(told.refusals).toEqual([
      {
        ...{ atMs: SEEN_MS, gate: 'exit depth', actual: '0.00 at kalshi', wanted: '≥ 1', netEdgeMicros: 731_000 },
        ...{ expectedValueMicros: 12_000, unwindLossMicros: 894_300, maximumLossMicros: 4_169_000 },
      },
    ])
    expect(told.seen).toMatchObject([{ venue: 'forecastex', market: '7', ask: 5_000, ageMs: 40 }])
    expect(opportunityText(told)).toContain('0.00 at kalshi')
  })

  it('names what is missing: the figures of its refusals', () => {
    expect(whyOpportunity(ROW, [], [], []).missing).toMatchObject([{ part: 'decided', what: 'the figures of its refusals' }])
  })
})

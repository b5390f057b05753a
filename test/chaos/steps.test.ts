import type { TradeRow } from '../../src/chaos/lane/ledger'
import { hasReached, tradesOf, workflowIdOf, type Offered, type Seen } from '../../src/chaos/lane/steps'
import { BOUNDARIES, type Boundary, type Offer } from '../../src/chaos/plan/plan'
import type { WireLine } from '../../src/chaos/where'

const OFFERED_MS = 1_000
const ID = 'mabc0001'
const OTHER = 'mabc0002'
const offer: Offer = { kind: 'box', slot: 0, atMs: 0, contracts: 10, heldMs: 0, outbid: 0 }
const box: Offered = {
  offer,
  listing: { pair: 'c0', ticker: 'KXU3-25MAR-T1.0', yesConId: 701, noConId: 702 },
  offeredMs: OFFERED_MS,
  edgeTradeId: null,
}
const row = (change: Partial<TradeRow>): TradeRow => ({
  ...{ tradeId: ID, subject: 'c0.1', startedMs: OFFERED_MS + 5, ended: false, outcome: null, fills: 0, closing: false },
  ...change,
})
let n = 0
const line = (venue: WireLine['venue'], dir: WireLine['dir'], text: string, at_ms = OFFERED_MS + 10): WireLine => ({
  ...{ n: ++n, at_ms, venue, dir, conn: 1, text, life: 1 },
})
const kalshiOrder = (leg: string, id = ID): WireLine =>
  line('kalshi', 'in', `POST /trade-api/v2/portfolio/orders {"ticker":"KXU3-25MAR-T1.0","client_order_id":"cb-${id}-${leg}"}`)
const gatewayOrder = (leg: string): WireLine => line('ibkr', 'in', `3|12|702|UNR|OPT|cb-${ID}-${leg}|`)
const answer = (leg: string): WireLine => line('kalshi', 'out', `{"type":"fill","msg":{"client_order_id":"cb-${ID}-${leg}"}}`)

const reached = (seen: Partial<Seen>, offered = box): readonly Boundary[] =>
  BOUNDARIES.filter((boundary) => hasReached(boundary, offered, { lines: [], trades: [], started: new Set(), ...seen }))

describe('the steps of a trade, told from outside', () => {
  it('nothing before it is offered, then only that', () => {
    expect(reached({}, { ...box, offeredMs: null })).toEqual([])
    expect(reached({})).toEqual(['offered'])
  })

  it('Temporal tells of its start, the ledger of its reserve', () => {
    expect(workflowIdOf(box)).toBe('box-c0.1')
    expect(reached({ started: new Set(['box-c0.1']) })).toEqual(['offered', 'started'])
    expect(reached({ trades: [row({})] })).toEqual(['offered', 'started', 'reserved'])
  })

  it('the venues tell of its orders, leg by leg, in and out', () => {
    const lines = [kalshiOrder('a1'), answer('a1'), gatewayOrder('b2')]
    expect(reached({ lines })).toEqual(['offered', 'started', 'first-sent', 'first-answered', 'second-sent'])
    expect(reached({ lines: [...lines, answer('b2'), gatewayOrder('c3'), answer('c3')] })).toEqual([
      ...['offered', 'started', 'first-sent', 'first-answered', 'second-sent', 'second-answered', 'cure-sent', 'cure-answered'],
    ])
  })

  it('the ledger tells what is booked, final and ended', () => {
    expect(reached({ trades: [row({ fills: 1, closing: true })] })).toEqual(['offered', 'started', 'reserved', 'booked', 'closing'])
    expect(reached({ trades: [row({ fills: 2, ended: true })] })).toEqual(['offered', 'started', 'reserved', 'booked', 'ended'])
  })

  it('trades of before, of other pairs and on other markets are not its own', () => {
    const elsewhere = line(
      'kalshi',
      'in',
      `POST /trade-api/v2/portfolio/orders {"ticker":"KXU3-25MAR-T1.01","client_order_id":"cb-${OTHER}-a1"}`,
    )
    const trades = [row({ startedMs: OFFERED_MS - 1 }), row({ tradeId: OTHER, subject: 'c01.1' })]
    expect(tradesOf(box, { lines: [elsewhere], trades, started: new Set() }).size).toBe(0)
  })

  it('an edge is the one trade that was started for it', () => {
    const edge: Offered = { ...box, offer: { ...offer, kind: 'edge' }, edgeTradeId: OTHER }
    expect(workflowIdOf(edge)).toBe('edge-KXU3-25MAR-T1.0')
    expect(reached({ lines: [kalshiOrder('a1')] }, edge)).toEqual(['offered', 'started'])
    expect(reached({ lines: [kalshiOrder('a1', OTHER)] }, edge)).toEqual(['offered', 'started', 'first-sent'])
  })
})

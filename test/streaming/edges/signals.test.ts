import { detectEdge } from '../../../src/core/edge/detect'
import { tradeId } from '../../../src/core/ids'
import { GATES, type Gated } from '../../../src/core/risk/gates'
import type { RecordRow } from '../../../src/ports/record'
import { Signals } from '../../../src/streaming/edges/signals'
import { edgeInput, found, HOUR_MS, later, MAPPING, MARKET, SETTINGS, TICKER } from '../../core/edge/fixture'
import { BOOKS, Desk, gameAt } from './desk'

describe('what is claimed', () => {
  const notArmed: Gated = {
    gate: GATES.armed,
    passesInMs: null,
    verdict: () => ({ check: GATES.armed, passed: false, actual: 'not armed', limit: 'armed' }),
  }

  it('is recorded once for an edge, with its trade and what each book thought', () => {
    const desk = new Desk()
    desk.edge()
    const seenMs = desk.clock.nowMs()
    desk.pass(6_000)
    desk.odds()
    const [plan] = desk.started
    const [signal, ...others] = desk.signals()
    expect(others).toEqual([])
    expect(signal).toMatchObject({
      ...{ id: `sig_${seenMs}_${TICKER}`, ticker: TICKER, event: MAPPING.kalshiEvent, oddsEvent: 'e1', atMs: seenMs },
      ...{ sport: 'americanfootball_nfl', yesTeam: 'Buffalo Bills', tiePays: 500_000, startMs: later(12 * HOUR_MS) },
      ...{ side: 'yes', mode: 'sim', profile: 'STANDARD', method: 'odds-ratio', ask: 5_000, tradeId: plan?.tradeId, gate: null },
      ...{ quantity: plan?.legs[0].order.quantity, limit: plan?.legs[0].order.limit, netEdge: plan?.opportunity.netEdge },
    })
    expect(desk.opinions().map(({ book }) => book)).toEqual(BOOKS.toSorted())
    // 0.50 and Kalshi's fee of 1.75c each, and what rounding may add to it
    const [contracts, cost] = [(signal?.quantity ?? NaN) / 100, signal?.cost ?? NaN]
    expect(cost / contracts).toBeGreaterThanOrEqual(517_500)
    expect(cost / contracts).toBeLessThan(518_000)
    // all books say the same: each opinion is the consensus, a tie counted in both
    expect(new Set(desk.opinions().map(({ probability }) => probability))).toEqual(new Set([signal?.probability]))
  })

  it('is written behind what the capture and the money are told of the decision', () => {
    const desk = new Desk()
    desk.edge()
    expect(desk.rows.map(({ kind }) => kind).filter((kind) => kind === 'decision' || kind === 'signal')).toEqual(['decision', 'signal'])
  })

  it('keeps its first figures and gate, and is told again when it becomes a trade', () => {
    const desk = new Desk()
    desk.armed = notArmed
    desk.edge()
    for (let n = 0; n < 3; n++) {
      desk.pass(6_000)
      desk.odds()
    }
    expect(desk.signals()).toMatchObject([{ gate: GATES.armed, tradeId: null }])
    desk.armed = null
    desk.pass(6_000)
    desk.odds(gameAt(desk.clock.nowMs(), 1.69))
    const [before, after, ...others] = desk.signals()
    expect(others).toEqual([])
    expect(after).toEqual({ ...before, gate: null, tradeId: desk.started[0]?.tradeId })
    const [first, again] = [desk.opinions().slice(0, BOOKS.length), desk.opinions().slice(BOOKS.length)]
    expect(again).toEqual(first) // the record has them once, by their key
  })

  it('keeps its first trade when a later look of the same edge becomes another', () => {
    const rows: RecordRow[] = []
    const signals = new Signals(SETTINGS, (row) => rows.push(row))
    signals.found(MARKET, found(detectEdge(edgeInput())))
    for (const id of ['t1', 't2']) signals.taken(MARKET, tradeId(id))
    expect(rows.flatMap((row) => (row.kind === 'signal' ? [row.tradeId] : []))).toEqual(['t1'])
  })

  it('is another one when the edge was gone', () => {
    const desk = new Desk()
    desk.armed = notArmed
    desk.edge()
    desk.quote('0.58', '0.59')
    desk.quote('0.49', '0.50')
    desk.pass(6_000)
    desk.odds()
    expect(new Set(desk.signals().map(({ id }) => id)).size).toBe(2)
  })

  it('is nothing where a check has refused the edge', () => {
    const desk = new Desk()
    desk.watch()
    desk.odds()
    desk.pass(6_000)
    desk.quote('0.49', '0.50')
    expect([desk.decisions().length, desk.signals()]).toEqual([1, []])
  })
})

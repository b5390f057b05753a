import { whyTrade } from '../../../src/operator/why/assemble'
import type { TradeRecord } from '../../../src/operator/why/record'
import { tradeText } from '../../../src/cli/verbs/why/text'
import { CAPTURE, FIRST, MARKS, RECORD, SECOND, SEEN_MS } from './fixture'

const gone = (reason: string): { kind: 'missing'; reason: string } => ({ kind: 'missing', reason })
const withCapture = (change: Partial<typeof CAPTURE>): TradeRecord => ({
  ...RECORD,
  capture: { kind: 'read', found: { ...CAPTURE, ...change } },
})

describe('why of a trade', () => {
  it('has all five parts of one that is on record whole, and nothing is missing', () => {
    const told = whyTrade(RECORD)
    expect(told.missing).toEqual([])
    expect(told.seen?.books.map(({ confirmedAgeMs, askAgeMs, bidAgeMs }) => [confirmedAgeMs, askAgeMs, bidAgeMs])).toEqual([
      [0, 0, null],
      [800, 250, null],
    ])
    expect(told.seen?.frames.map(({ n }) => n)).toEqual([9, 11])
    expect(told.decided).toMatchObject({ reserve: [{ check: 'loss today' }], cure: { clientOrderId: 'cb-T1-c3' } })
    expect(told.sent?.map(({ clientOrderId, markedMs, bytes }) => [clientOrderId, markedMs, bytes?.process, bytes?.epoch])).toEqual([
      [FIRST, SEEN_MS + 58, 'streaming-main-7', 3],
      [SECOND, SEEN_MS + 78, 'streaming-main-7', 3],
    ])
    expect(told.answered?.map(({ outcome, frames, executions }) => [outcome, frames.length, executions.length])).toEqual([
      ['filled 10.00', 1, 1],
      ['filled 10.00', 1, 1],
    ])
    expect(told.booked).toMatchObject({ feesMicros: 200_000, pnlMicros: 800_000, transfers: [{ kind: 'reserve' }] })
  })

  it('tells everything in the order of time, with what passed between', () => {
    const { steps, latencies } = whyTrade(RECORD)
    expect(steps.map(({ atMs }) => atMs)).toEqual(steps.map(({ atMs }) => atMs).toSorted((a, b) => a - b))
    expect(steps.slice(0, 4).map(({ part, sincePreviousMs, sinceFirstMs }) => [part, sincePreviousMs, sinceFirstMs])).toEqual([
      ['seen', 0, 0],
      ['seen', 250, 250],
      ['decided', 1, 251],
      ['decided', 19, 270],
    ])
    expect(latencies).toEqual([
      { what: 'seen to decided', ms: 1 },
      { what: 'decided to granted', ms: 39 },
      { what: 'granted to first bytes', ms: 20 },
      { what: `${FIRST}: bytes to answer`, ms: 7 },
      { what: `${SECOND}: bytes to answer`, ms: 11 },
      { what: 'decided to last answer', ms: 90 },
      { what: 'last answer to all booked', ms: 24 },
      { what: 'decided to closed', ms: 129 },
    ])
  })
})

describe('what is missing in why', () => {
  it.each([
    ['capture', ['seen', 'sent', 'answered']],
    ['journal', ['sent']],
    ['ledger', ['decided', 'booked']],
    ['history', ['decided']],
  ] as const)('is named with the reason when there is no %s, and the rest is told', (source, parts) => {
    const told = whyTrade({ ...RECORD, [source]: gone('it burnt') })
    expect(told.missing.map(({ part, reason }) => [part, reason])).toEqual(parts.map((part) => [part, 'it burnt']))
    expect(tradeText(told)).toContain('it burnt')
    expect([told.sent?.length, told.answered?.length]).toEqual([2, 2])
    expect(told.decided).not.toBeNull()
  })

  it('is everything when nothing is on record', () => {
    const none = gone('none')
    const told = whyTrade({ tradeId: 'T9', ledger: none, journal: none, capture: none, history: none })
    expect([told.seen, told.decided, told.sent, told.answered, told.booked, told.steps]).toEqual([null, null, null, null, null, []])
    expect(new Set(told.missing.map(({ part }) => part))).toEqual(new Set(['seen', 'decided', 'sent', 'answered', 'booked']))
  })

  it('names an order without bytes, bytes without an answer and without a lease, and a decision that no frame tells', () => {
    const [first] = CAPTURE.sent
    const told = whyTrade(withCapture({ decided: null, sent: first ? [{ ...first, epoch: null }] : [], answers: [] }))
    expect(told.missing.map(({ what }) => what)).toEqual([
      'what it was decided upon',
      `the bytes of ${SECOND}`,
      `the lease epoch under which ${FIRST} was sent`,
      `a message about ${FIRST}`,
    ])
  })

  it('is no byte of an order that the gate refused', () => {
    const marks = [...MARKS.filter((mark) => !('clientOrderId' in mark && mark.clientOrderId === SECOND)), { mark: 'sending', clientOrderId: SECOND, atMs: 0, venue: 'v', market: 'm', quantity: 1, limit: 1, purpose: 'reducing' }, { mark: 'refused', clientOrderId: SECOND, atMs: 1, reason: 'too-late' }] as typeof MARKS // prettier-ignore
    const told = whyTrade({ ...withCapture({ sent: CAPTURE.sent.slice(0, 1) }), journal: { kind: 'read', found: marks } })
    expect(told.missing).toEqual([])
    expect(told.steps.map(({ what }) => what)).toContain(`${SECOND}: no byte left, too-late`)
  })
})

import { millis } from '../../../src/core/units'
import type { JournalMark } from '../../../src/ports/journal'
import { Inheritance } from '../../../src/streaming/failover/inheritance'
import { FIRST, PLAN, SECOND } from '../../activities/doubles'
import { MemoryTradeJournal } from '../../venues/memory-journal'

const atMs = millis(1_000)
const { tradeId } = PLAN
const sending = ({ clientOrderId, venue, market, quantity, limit, purpose }: typeof FIRST): JournalMark => ({
  ...{ mark: 'sending', clientOrderId, atMs, venue, market, quantity, limit, purpose },
})
const final: Extract<JournalMark, { readonly mark: 'final' }> = {
  ...{ mark: 'final', clientOrderId: FIRST.clientOrderId, atMs, order: FIRST, fills: [] },
}

/** A host's journal at a takeover, and what the ledger says. */
class Left extends MemoryTradeJournal {
  waiting: (typeof final)[] = []
  running: (typeof tradeId)[] = []
  ended = false

  override unbooked(): readonly (typeof final)[] {
    return this.waiting
  }
  inherited(): Inheritance {
    return new Inheritance({ journal: this, openTrades: async () => this.running, hasEnded: async () => this.ended })
  }
}
const left = (): Left => {
  const journal = new Left()
  journal.trades.push({ mark: 'granted', tradeId, atMs, plan: PLAN, haltEpoch: 0 })
  return journal
}

describe('E19 what a predecessor left open', () => {
  it('is nothing when every order has an answer and every fill is booked', async () => {
    const journal = left()
    journal.all.push(sending(FIRST), {
      mark: 'answered',
      clientOrderId: FIRST.clientOrderId,
      atMs,
      outcome: { kind: 'done', filled: FIRST.quantity },
    })
    journal.running = [tradeId]
    expect(await journal.inherited().left()).toEqual([])
  })

  it.each([
    ['its answer', { mark: 'answered', clientOrderId: FIRST.clientOrderId, atMs, outcome: { kind: 'done', filled: FIRST.quantity } }],
    ['its end', final],
    ['the gate’s refusal', { mark: 'refused', clientOrderId: FIRST.clientOrderId, atMs, reason: 'too-late' }],
  ] as const)('E12 an order whose bytes may have left is open until %s', async (_, mark) => {
    const journal = left()
    journal.all.push(sending(FIRST))
    const inherited = journal.inherited()
    expect(await inherited.left()).toEqual([`what became of order ${FIRST.clientOrderId} is not known`])
    journal.all.push(mark)
    expect(await inherited.left()).toEqual([])
  })

  it('an order is known with the end of its trade, which may have come on another host', async () => {
    const journal = left()
    journal.all.push(sending(FIRST))
    const inherited = journal.inherited()
    journal.ended = true
    expect(await inherited.left()).toEqual([])
  })

  it('I13 fills that wait in the journal are open until they are booked', async () => {
    const journal = left()
    journal.waiting = [final]
    const inherited = journal.inherited()
    expect(await inherited.left()).toEqual([`fills of order ${FIRST.clientOrderId} are not booked`])
    journal.waiting = []
    expect(await inherited.left()).toEqual([])
  })

  it('a trade that runs without a line in this journal is open until it ends: nobody here knows what it sent', async () => {
    const journal = new Left()
    journal.running = [tradeId]
    const inherited = journal.inherited()
    expect(await inherited.left()).toEqual([`trade ${tradeId} runs and has no line in this journal`])
    journal.ended = true
    expect(await inherited.left()).toEqual([])
  })

  it('what begins after the takeover is not of the predecessor', async () => {
    const journal = left()
    const inherited = journal.inherited()
    expect(await inherited.left()).toEqual([])
    journal.all.push(sending(SECOND))
    journal.waiting = [final]
    journal.running = [tradeId]
    expect(await inherited.left()).toEqual([])
  })
})

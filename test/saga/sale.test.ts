import type { ClientOrderId } from '../../src/core/ids'
import type { OrderIntent } from '../../src/core/trade/order'
import type { EstateOrder, TradeResult } from '../../src/core/trade/plan'
import { inTurn, type SuccessorSteps } from '../../src/core/trade/steps'
import { money, NO_MONEY, quantity, type Quantity } from '../../src/core/units'
import { tradeCure } from '../../src/workflows/cure'
import { edgePlan } from '../workflows/edge/plan'
import { killedAt, Terminated } from './killed'
import { cureOrder } from './plan'

const PLAN = edgePlan('Sale')
const BOUGHT = quantity('10')
/** More steps than a sale takes. */
const STEPS = 9

/** A venue where ten contracts are held, of which so many fill with each order that is sent; an answer may be lost. */
class Venue {
  readonly sent = new Map<ClientOrderId, { readonly order: OrderIntent; readonly truth: Quantity; isFinal: boolean }>()
  readonly ends: TradeResult[] = []
  readonly #intended = new Map<ClientOrderId, OrderIntent>()

  constructor(
    readonly fills: Quantity,
    readonly isLost: boolean,
  ) {}

  get sold(): number {
    return [...this.sent.values()].reduce((sum, { truth }) => sum + truth, 0)
  }

  steps(): SuccessorSteps {
    const finish = ({ clientOrderId }: OrderIntent): Promise<Quantity> => {
      const sent = this.sent.get(clientOrderId)
      if (sent) sent.isFinal = true
      return Promise.resolve(sent?.truth ?? quantity(0))
    }
    return {
      ...{ finish, finishAll: inTurn(finish), stopped: () => false, shielded: (work) => work(), wait: () => Promise.resolve() },
      checkRiskAndReserve: () => Promise.reject(new Error('a successor reserves nothing')),
      chooseCure: () => Promise.reject(new Error('nothing of an edge is cured')),
      place: (order) => {
        expect(this.sent.has(order.clientOrderId)).toBe(false) // I1
        expect(this.sold + order.quantity).toBeLessThanOrEqual(BOUGHT) // I3
        const truth = quantity(Math.min(order.quantity, this.fills))
        this.sent.set(order.clientOrderId, { order, truth, isFinal: false })
        return Promise.resolve(this.isLost ? { kind: 'unknown', cause: 'timeout' } : { kind: 'done', filled: truth })
      },
      resolve: (order) => {
        const sent = this.sent.get(order.clientOrderId)
        return Promise.resolve(
          sent ? { kind: 'done', filled: sent.truth } : { kind: 'rejected', reason: 'never-accepted', detail: 'nobody has heard of it' },
        )
      },
      takeOver: () => {
        const sold = [...this.#intended].map(([id, order]): EstateOrder => {
          const sent = this.sent.get(id)
          return { order, known: sent?.isFinal ? { kind: 'done', filled: sent.truth } : null }
        })
        const bought: EstateOrder = { order: PLAN.legs[0].order, known: { kind: 'done', filled: BOUGHT } }
        return Promise.resolve({ plan: PLAN, lossBudget: money('3'), orders: [bought, ...sold], verdicts: [] })
      },
      chooseSale: (held) => {
        const order = cureOrder(held, 'kalshi')
        this.#intended.set(order.clientOrderId, order)
        return Promise.resolve({ kind: 'sell', order, netBid: money('0.63') })
      },
      close: (result) => {
        this.ends.push(result)
        return Promise.resolve({ realisedPnl: NO_MONEY, maxRemainingLoss: NO_MONEY })
      },
    }
  }
}

const MOMENTS = Array.from({ length: STEPS }, (_, n) => n + 1).flatMap((n) => [[n, 'before'] as const, [n, 'after'] as const])
const sell = (steps: SuccessorSteps): Promise<TradeResult> => tradeCure(PLAN.tradeId, 'sale', steps, { way: 'sell' })

describe.each([
  ['all of it', '10', false],
  ['some of it', '4', false],
  ['nothing', '0', false],
  ['some of it, and the answer is lost', '4', true],
] as const)('E25 a sale that fills %s', (_how, fills, isLost) => {
  it.each(MOMENTS)('and is killed at step %i, %s it, is ended by its successor as what it sold', async (n, when) => {
    const venue = new Venue(quantity(fills), isLost)
    const end = await sell(killedAt(venue.steps(), n, when)).catch((error: Error) => error)
    const isKilled = end instanceof Terminated
    if (end instanceof Error && !isKilled) throw end
    const result = isKilled ? await tradeCure(PLAN.tradeId, 'terminated', venue.steps()) : end
    expect(result).toMatchObject({
      label: venue.sold === BOUGHT ? 'unwound' : 'held',
      flat: venue.sold,
      held: BOUGHT - venue.sold,
      dust: 0,
    })
    expect(venue.sent.size).toBeLessThan(2) // a successor without the word sells nothing
    const again = await sell(venue.steps())
    expect([again.flat, again.held]).toEqual([venue.sold, BOUGHT - venue.sold])
    expect(new Set([...venue.sent.values()].map(({ isFinal }) => isFinal)).has(false)).toBe(false) // I9
  })
})

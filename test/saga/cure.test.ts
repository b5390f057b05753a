import type { OrderIntent } from '../../src/core/trade/order'
import type { LegOutcome } from '../../src/core/trade/outcome'
import type { CureOption, Unpaired } from '../../src/core/trade/plan'
import { inTurn, type TradeSteps } from '../../src/core/trade/steps'
import { money, quantity, type Money } from '../../src/core/units'
import { tradeBox } from '../../src/workflows/box'
import { letterOf } from './audit'
import { boxPlan, cureOrder } from './plan'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** Temporal ends a workflow whose history is longer (limit.historyCount.error). */
const HISTORY_MAX = 51_200
/** A timer and an activity, each with the workflow task that follows it. */
const EVENTS_PER_PAUSE = 11

interface Cures {
  readonly choose: (unpaired: Unpaired, nowMs: number) => CureOption
  readonly place?: (order: OrderIntent) => LegOutcome
}

/** Ten of the first leg, nothing of the second; what then cures is the test's to say. */
function nakedTen({ choose, place }: Cures) {
  const cures: { readonly order: OrderIntent; readonly atMs: number }[] = []
  const budgets: Money[] = []
  const filled = new Map<string, number>()
  let nowMs = 0
  const answer = (order: OrderIntent): LegOutcome => {
    if (letterOf(order) === 'c') return place?.(order) ?? { kind: 'done', filled: order.quantity }
    return letterOf(order) === 'a' ? { kind: 'done', filled: order.quantity } : { kind: 'rejected', reason: 'price', detail: '' }
  }
  const steps: TradeSteps = {
    checkRiskAndReserve: () => Promise.resolve({ kind: 'granted', verdicts: [] }),
    place: (order) => {
      const outcome = answer(order)
      if (letterOf(order) === 'c') cures.push({ order, atMs: nowMs })
      filled.set(order.clientOrderId, outcome.kind === 'done' ? outcome.filled : 0)
      return Promise.resolve(outcome)
    },
    resolve: () => Promise.reject(new Error('nothing is unknown here')),
    finish: (order) => Promise.resolve(quantity(filled.get(order.clientOrderId) ?? 0)),
    finishAll: inTurn((order) => Promise.resolve(quantity(filled.get(order.clientOrderId) ?? 0))),
    chooseCure: (unpaired, budgetLeft) => {
      budgets.push(budgetLeft)
      return Promise.resolve({ chosen: choose(unpaired, nowMs), over: [], budgetLeft })
    },
    close: () => Promise.resolve({ realisedPnl: money(0), maxRemainingLoss: money(0) }),
    stopped: () => false,
    wait: (durationMs) => {
      nowMs += durationMs
      return Promise.resolve()
    },
    shielded: (work) => work(),
  }
  return { cures, budgets, run: () => tradeBox(boxPlan('T1'), steps) }
}

const hold: CureOption = { way: 'hold', loss: money('4.20') }
const completing = (unpaired: Unpaired, of = unpaired.quantity): CureOption => ({
  way: 'complete',
  order: cureOrder({ ...unpaired, quantity: of }, 'forecastex'),
  loss: money('2'),
})

describe('E24 a closed venue', () => {
  it('is waited out for six days within what one history can hold', async () => {
    let asked = 0
    const { run } = nakedTen({
      choose: (_unpaired, nowMs) => {
        asked++
        return nowMs < 6 * DAY_MS ? { way: 'wait', state: 'waiting-for-venue', loss: money(0) } : hold
      },
    })
    expect(await run()).toMatchObject({ label: 'held', held: 1_000 })
    expect(asked * EVENTS_PER_PAUSE).toBeLessThan(HISTORY_MAX)
  })

  it('is asked again within two minutes of its opening', async () => {
    let openedAtMs = 0
    const { run } = nakedTen({
      choose: (unpaired, nowMs) => {
        if (nowMs < 10 * HOUR_MS) return { way: 'wait', state: 'waiting-for-venue', loss: money(0) }
        openedAtMs = nowMs
        return completing(unpaired)
      },
    })
    expect(await run()).toMatchObject({ label: 'locked', locked: 1_000 })
    expect(openedAtMs - 10 * HOUR_MS).toBeLessThanOrEqual(120_000)
  })
})

describe('E22 cures that fill nothing', () => {
  it.each<[string, LegOutcome]>([
    ['rejected', { kind: 'rejected', reason: 'funds', detail: '' }],
    ['empty', { kind: 'done', filled: quantity(0) }],
  ])('pause between two that are %s, each time longer', async (_what, outcome) => {
    const { cures, run } = nakedTen({ choose: (unpaired, nowMs) => (nowMs < HOUR_MS ? completing(unpaired) : hold), place: () => outcome })
    await run()
    const gaps = cures.slice(1).map(({ atMs }, i) => atMs - (cures[i]?.atMs ?? 0))
    expect(gaps.slice(0, 4)).toEqual([250, 500, 1_000, 2_000])
    expect(cures.length).toBeLessThan(60)
  })

  it('go on at once after one that filled in part', async () => {
    const { cures, run } = nakedTen({ choose: (unpaired) => completing(unpaired, quantity('5')) })
    expect(await run()).toMatchObject({ label: 'locked', locked: 1_000 })
    expect(cures.map(({ atMs }) => atMs)).toEqual([0, 0])
    expect(cures.map(({ order }) => order.clientOrderId)).toEqual(['cb-T1-c3', 'cb-T1-c4'])
  })
})

describe('E23 the budget', () => {
  it('is charged for what really filled: a miss costs nothing', async () => {
    const fills = [0, 0, 500, 500]
    const { budgets, run } = nakedTen({
      choose: (unpaired) => completing(unpaired),
      place: () => ({ kind: 'done', filled: quantity(fills.shift() ?? 0) }),
    })
    await run()
    expect(budgets).toEqual([5_000_000, 5_000_000, 5_000_000, 4_000_000])
  })
})

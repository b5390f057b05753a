import { tradeId, type TradeId } from '../../../src/core/ids'
import { capitalFindings, yearlyPpm, type CapitalInput } from '../../../src/core/report/capital'
import type { LotEvent } from '../../../src/core/report/lots'
import { nakedOf } from '../../../src/core/report/naked'
import { useIn, type CapitalMove } from '../../../src/core/report/use'
import type { BoxPlan } from '../../../src/core/trade/plan'
import { mulberry32 } from '../../../src/core/random'
import { millis, money, quantity } from '../../../src/core/units'
import { boxPlan } from '../../saga/plan'
import { DAY_MS, randomReported } from './random'

const NOON = Date.UTC(2026, 10, 20, 17)
const ID = tradeId('t1')
const move = (ms: number, amount: string, id: TradeId = ID): CapitalMove => ({
  tradeId: id,
  atMs: millis(NOON + ms),
  amount: money(amount),
})
const span = (from: number, to: number) => ({ fromMs: millis(NOON + from), toMs: millis(NOON + to) })

describe('capital in use', () => {
  const MOVES = [move(0, '100'), move(1_000, '-40'), move(1_000, '5'), move(3_000, '-65')]

  it('is the area under its steps', () => {
    const use = useIn(MOVES, span(0, 4_000))
    expect(use.area).toBe(100_000_000n * 1_000n + 65_000_000n * 2_000n)
    expect([use.average, use.peak, use.atStart, use.atEnd]).toEqual([57_500_000, 100_000_000, 100_000_000, 0])
    expect(use.steps).toEqual([
      { atMs: NOON, value: 100_000_000 },
      { atMs: NOON + 1_000, value: 65_000_000 },
      { atMs: NOON + 3_000, value: 0 },
    ])
  })

  it('begins with what was taken before', () => {
    const use = useIn(MOVES, span(2_000, 4_000))
    expect([use.atStart, use.peak, use.average]).toEqual([65_000_000, 65_000_000, 32_500_000])
  })

  it('of a span is that of its parts, wherever it is cut (seeds 1 to 50)', () => {
    for (let seed = 1; seed <= 50; seed += 1) {
      const next = mulberry32(seed)
      const moves = Array.from({ length: 20 }, () => move(next() % 1_000, String(next() % 50))).toSorted((a, b) => a.atMs - b.atMs)
      const cut = 1 + (next() % 998)
      const parts = [useIn(moves, span(0, cut)), useIn(moves, span(cut, 1_000))]
      const whole = useIn(moves, span(0, 1_000))
      expect(whole.area).toBe(parts.reduce((sum, { area }) => sum + area, 0n))
      expect(whole.peak).toBe(Math.max(...parts.map(({ peak }) => peak)))
    }
  })
})

describe('a return a year', () => {
  it('is simple, as in market-math §3.3: 1.2948 on 98.7052 for 19 days is 25.2001 %, rounded down', () => {
    expect(yearlyPpm(money('1.2948'), BigInt(money('98.7052')) * BigInt(19 * DAY_MS))).toBe(252_000)
  })

  it('of a loss is rounded down, and of no capital there is none', () => {
    expect(yearlyPpm(-1, BigInt(DAY_MS) * 3n)).toBe(-121_666_667)
    expect(yearlyPpm(1, 0n)).toBeNull()
  })
})

describe('naked dollar-seconds', () => {
  const PLAN: BoxPlan = boxPlan('t1')
  const [A, B] = PLAN.legs.map(({ order }) => order)
  const of = (leg: 'a' | 'b', kind: LotEvent['kind'], ms: number, contracts: string, amount: string): LotEvent => {
    const { venue, market, outcome, clientOrderId } = (leg === 'a' ? A : B) ?? PLAN.legs[0].order
    const base = {
      tradeId: ID,
      venue,
      market,
      outcome,
      atMs: millis(NOON + ms),
      quantity: quantity(contracts),
      order: kind === 'bought' ? clientOrderId : null,
      fees: money(0),
    }
    return kind === 'bought' ? { ...base, kind, cost: money(amount) } : { ...base, kind, proceeds: money(0), basis: money(amount) }
  }
  const naked = (answered: number | null, ...events: readonly LotEvent[]): unknown => {
    const { peak, forMs, dollarSeconds } = nakedOf(PLAN, events, answered === null ? null : millis(NOON + answered), millis(NOON + 10_000))
    return [peak, forMs, dollarSeconds]
  }

  it('run from the first fill to its answer, as the record has it', () => {
    expect(naked(500, of('a', 'bought', 100, '10', '4.20'), of('b', 'bought', 0, '10', '5'))).toEqual([4_200_000, 400, 1_680])
  })

  it('run to the end of the second that ForecastEx tells, where nothing else is known', () => {
    expect(naked(null, of('a', 'bought', 100, '10', '4.20'), of('b', 'bought', 0, '10', '5'))).toEqual([4_200_000, 899, 3_776])
  })

  it('are of what is not answered, at average cost', () => {
    const events = [of('a', 'bought', 0, '10', '4.20'), of('b', 'bought', 0, '6', '3'), of('a', 'sold', 3_000, '4', '1.68')]
    expect(naked(1_000, ...events)).toEqual([4_200_000, 3_000, 4_200 + 2 * 1_680])
  })

  it('run on while it is held, and end when its market is paid', () => {
    expect(naked(null, of('a', 'bought', 0, '10', '4.20'))).toEqual([4_200_000, 10_000, 42_000])
    expect(naked(null, of('a', 'bought', 0, '10', '4.20'), of('a', 'settled', 2_000, '10', '4.20'))).toEqual([4_200_000, 2_000, 8_400])
  })

  it('do not begin when one leg of a pair is paid before the other', () => {
    const paid = [of('a', 'bought', 0, '10', '4.20'), of('b', 'bought', 0, '10', '5'), of('a', 'settled', 100, '10', '4.20')]
    expect(naked(0, ...paid)).toEqual([0, 0, 0])
  })

  it('are in whichever leg is longer, also the second', () => {
    expect(naked(0, of('b', 'bought', 0, '10', '5'), of('a', 'bought', 1_000, '10', '4.20'))).toEqual([5_000_000, 1_000, 5_000])
  })
})

describe('the report of capital', () => {
  const { trade } = randomReported(4)
  const INPUT: CapitalInput = {
    ...{
      span: { fromMs: millis(0), toMs: millis(trade.startedMs + 2 * DAY_MS) },
      nowMs: millis(trade.startedMs + 2 * DAY_MS),
      trades: [trade],
      events: [],
    },
    moves: [
      { tradeId: trade.tradeId, atMs: trade.startedMs, amount: money('90') },
      { tradeId: trade.tradeId, atMs: millis(trade.startedMs + 1_000), amount: money('-90') },
    ],
    deposits: money('1000'),
    answered: { known: new Map() },
  }
  const figures = Object.fromEntries(capitalFindings(INPUT).figures.map(({ key, value }) => [key, value]))

  it('averages from the first use on, not over the time before there was anything', () => {
    expect(figures['average']).toBe(Math.floor((90_000_000 * 1_000) / (2 * DAY_MS)))
    expect(figures['peak']).toBe(90_000_000)
    expect(capitalFindings(INPUT).tables[0]?.rows.map(([, , peak]) => peak)).toEqual([90_000_000, 0, 0])
  })

  it('counts a trade of a second as one of a day', () => {
    expect(figures['yearly']).toBe(yearlyPpm(trade.ledger, 90_000_000n * BigInt(DAY_MS)))
  })

  it('says that its dollar-seconds are at most so many, and what is not known of them', () => {
    expect(capitalFindings({ ...INPUT, trades: [], moves: [] }).tables[0]?.rows).toHaveLength(1) // nothing was in use: no days since 1970
    const { notes } = capitalFindings({ ...INPUT, answered: { unknown: 'this stack has no QuestDB' } })
    expect(notes.join('\n')).toContain('are at most so many')
    expect(notes).toContain('When second legs were answered is not known: this stack has no QuestDB.')
  })

  it('leaves out what is still at stake', () => {
    const open = capitalFindings({ ...INPUT, trades: [{ ...trade, kind: 'guaranteed' }] })
    expect(open.figures.find(({ key }) => key === 'yearly')?.value).toBeNull()
  })
})

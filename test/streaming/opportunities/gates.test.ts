import { FOR_GOOD } from '../../../src/core/market/calendar'
import { subjectId, tradeId } from '../../../src/core/ids'
import type { Claim } from '../../../src/core/risk/claims'
import type { Limits } from '../../../src/core/risk/limits'
import { PAIR } from '../../core/box/fixture'
import { LIMITS, MISSED, pairNumber, REFUSED, RESULT, TOO_LATE, TradingDesk } from './trading-desk'

const claim = (change: Partial<Claim>): Claim => ({
  ...{ venue: 'kalshi', market: PAIR.kalshi, subject: PAIR.id, outcome: 'yes', state: 'settling', holder: tradeId('t1') },
  ...change,
})
/** A desk whose first trade has ended, and whose cool-down is over. */
async function traded(result = RESULT, limits: Limits = { ...LIMITS, coolDownMs: 0 }): Promise<TradingDesk> {
  const desk = new TradingDesk()
  desk.limits = limits
  desk.offer()
  await desk.end(result)
  return desk
}

describe('E5 the paces of this process are gates', () => {
  it.each<[string, Partial<Limits>, string, string]>([
    ['open trades', { maxOpenTrades: 1 }, '2', '≤ 1'],
    ['gap between openings', { minOpeningGapMs: 100 }, '0 ms', '≥ 100 ms'],
    ['openings today', { maxOpeningsPerDay: 1 }, '2', '≤ 1'],
    ['openings in a minute', { maxOpeningsPerMinute: 1 }, '2', '≤ 1'],
  ])('%s', (gate, change, actual, limit) => {
    const desk = new TradingDesk()
    desk.limits = { ...LIMITS, ...change }
    desk.offer(pairNumber(1))
    desk.offer(pairNumber(2))
    expect([desk.started.length, desk.gates()]).toEqual([1, [gate]])
    expect(desk.verdict()).toMatchObject({ actual, limit })
  })
})

describe('books changed since the last try', () => {
  it('a trade is not tried again on the books that it saw', async () => {
    const desk = await traded(RESULT)
    desk.offer()
    expect(desk.gates()).toEqual(['books changed since the last try'])
    expect(desk.refusals[0]?.passesInMs).toBeNull()
  })

  it.each([
    ['price', 0],
    ['size', 0],
    ['price', 1],
    ['size', 1],
  ] as const)('the %s of leg %s is a change', async (figure, leg) => {
    const desk = await traded(MISSED)
    desk.tops = desk.tops.map((top, n) => (n === leg ? { ...top, [figure]: top[figure] - 100 } : top))
    desk.offer()
    expect(desk.started).toHaveLength(2)
  })

  it('a change while the trade ran counts, and one that was taken back too', async () => {
    const desk = new TradingDesk()
    desk.limits = { ...LIMITS, coolDownMs: 0 }
    const before = desk.tops
    desk.offer()
    desk.change()
    desk.offer()
    desk.tops = before
    await desk.end(MISSED)
    desk.offer()
    expect(desk.started).toHaveLength(2)
  })

  it('a margin that went and came is another one', async () => {
    const desk = await traded(MISSED)
    desk.launcher.gone(PAIR.id)
    desk.offer()
    expect(desk.started).toHaveLength(2)
  })

  it('after a refusal it is tried again two seconds later: what refused may have passed', async () => {
    const desk = await traded(REFUSED)
    desk.offer()
    desk.clock.advance(1_999)
    desk.offer()
    expect(desk.gates()).toEqual(['pause after a refusal', 'books changed since the last try'])
    expect(desk.refusals.map(({ passesInMs }) => passesInMs)).toEqual([250, 1])
    desk.clock.advance(1)
    desk.offer()
    expect(desk.started).toHaveLength(2)
  })

  it('a trade whose bytes did not leave has tried nothing: it is the next one after its pause', async () => {
    const desk = await traded(TOO_LATE)
    desk.clock.advance(250)
    desk.offer()
    expect([desk.started.length, desk.gates()]).toEqual([2, []])
  })

  it('a trade that nobody took has tried nothing', async () => {
    const desk = new TradingDesk()
    desk.answer = () => ({ kind: 'unreachable', detail: '' })
    desk.offer()
    await desk.idle()
    desk.clock.advance(500)
    desk.offer()
    expect(desk.started).toHaveLength(2)
  })
})

describe('E7 claims as the ledger has them', () => {
  it.each<[string, Claim]>([
    ['another pair', claim({ subject: subjectId('u4') })],
    ['the opposite direction', claim({ venue: 'forecastex', market: PAIR.forecastex, outcome: 'yes' })],
    ['a trade of another process', claim({ state: 'exclusive' })],
  ])('%s holds a market: no trade', (_who, held) => {
    const desk = new TradingDesk()
    desk.launcher.claims.tell([held], desk.clock.nowMs())
    desk.offer()
    expect([desk.started, desk.gates()]).toEqual([[], ['claims']])
    desk.launcher.claims.tell([], desk.clock.nowMs())
    desk.offer()
    expect(desk.started).toHaveLength(1)
  })

  it('a running trade of one pair keeps another pair out of its market', () => {
    const desk = new TradingDesk()
    desk.offer()
    desk.offer({ ...PAIR, id: subjectId('twin') })
    expect([desk.started.length, desk.gates()]).toEqual([1, ['claims']])
    expect(desk.verdict()?.actual).toBe(`kalshi ${PAIR.kalshi}: held by ${PAIR.id}`)
  })

  it('what it locked stays claimed until the ledger says otherwise; the same direction of the pair shares it', async () => {
    const desk = await traded(RESULT)
    desk.offer({ ...PAIR, id: subjectId('twin') })
    desk.launcher.claims.tell([], desk.clock.nowMs() - 1) // asked before the trade ended
    desk.offer({ ...PAIR, id: subjectId('twin') })
    expect(desk.gates()).toEqual(['claims', 'claims'])
    desk.change()
    desk.offer()
    expect(desk.started).toHaveLength(2)
    await desk.end(MISSED)
    await desk.launcher.claims.refresh(
      () => Promise.resolve([]),
      () => desk.clock.nowMs() + 1,
    )
    desk.offer({ ...PAIR, id: subjectId('twin') })
    expect(desk.started).toHaveLength(3)
  })

  it('a trade that left nothing leaves what there was before, whatever was read while it ran', async () => {
    const desk = new TradingDesk()
    desk.limits = { ...LIMITS, coolDownMs: 0 }
    desk.offer()
    const [plan] = desk.started
    if (plan) desk.launcher.claims.tell([claim({ state: 'exclusive', holder: plan.tradeId })], desk.clock.nowMs())
    await desk.end(MISSED)
    desk.change()
    desk.offer()
    expect([desk.started.length, desk.gates()]).toEqual([2, []])
  })
})

it('each find is told its gate, and the first one only', () => {
  const desk = new TradingDesk()
  desk.leaseValid = false
  desk.halts.push('all')
  desk.closeMs = FOR_GOOD
  desk.tokens.exhausted = true
  desk.offer()
  expect([desk.gates(), desk.launcher.counters.skipped]).toEqual([['lease held'], 1])
})

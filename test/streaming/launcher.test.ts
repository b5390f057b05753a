import { NOW, PAIR } from '../core/box/fixture'
import { until } from '../stores/doubles'
import { MISSED, pairNumber, RESULT, TradingDesk } from './opportunities/trading-desk'

const TEN_MINUTES = '> 10 min 0 s to the next edge'

describe('E1 a find becomes a trade', () => {
  it('in the turn of the find, with an id of its own and what decided it', () => {
    const desk = new TradingDesk()
    desk.offer()
    expect(desk.started).toHaveLength(1)
    expect(desk.decided).toEqual(desk.started)
    expect(desk.started[0]).toMatchObject({
      tradeId: expect.stringMatching(/^[0-9a-z]{1,20}$/),
      mode: 'sim',
      lossBudget: 5_000_000,
      rules: { certificate: 'u3@1', limits: 'l1', config: 'sim' },
      legs: [{ order: { notAfterMs: NOW + 1_000 } }, {}],
    })
  })

  it('one at a time per pair, many over time, with a pause between them', async () => {
    const desk = new TradingDesk()
    desk.offer()
    desk.offer()
    expect([desk.started.length, desk.launcher.counters]).toEqual([1, { launched: 0, busy: 0, skipped: 1, failed: 0 }])
    await desk.end()
    desk.change()
    desk.clock.advance(4_999)
    desk.offer()
    expect(desk.started).toHaveLength(1)
    desk.clock.advance(1)
    desk.offer()
    expect([desk.started.length, desk.ended]).toEqual([2, [RESULT]])
    expect(desk.gates()).toEqual(['pair not in flight', 'cool-down'])
  })

  it('tells which pairs trade, until the trade has ended', async () => {
    const desk = new TradingDesk()
    desk.offer()
    expect(desk.launcher.traded()).toEqual([PAIR.id])
    await desk.end()
    expect(desk.launcher.traded()).toEqual([])
  })

  it('A8 a hundred identical ticks are one saga', () => {
    const desk = new TradingDesk()
    for (let tick = 0; tick < 100; tick++) desk.offer()
    expect([desk.started.length, desk.launcher.counters.skipped]).toEqual([1, 99])
    expect(new Set(desk.gates())).toEqual(new Set(['pair not in flight']))
  })

  it('A8 nor are a hundred more after it has ended: the book is the one that was tried', async () => {
    const desk = new TradingDesk()
    desk.offer()
    await desk.end(MISSED)
    desk.clock.advance(5_000)
    for (let tick = 0; tick < 100; tick++) desk.offer()
    expect([desk.started.length, new Set(desk.gates())]).toEqual([1, new Set(['books changed since the last try'])])
    desk.change()
    desk.offer()
    expect(desk.started).toHaveLength(2)
  })

  it('twenty at once, and no more', () => {
    const desk = new TradingDesk()
    for (let i = 0; i < 21; i++) desk.offer(pairNumber(i))
    expect([desk.launcher.inFlight, desk.started.length, desk.gates()]).toEqual([20, 20, ['trades at once']])
    expect(desk.verdict()).toMatchObject({ actual: '21', limit: '≤ 20' })
  })
})

describe('a find that is left', () => {
  it.each<[string, string, (desk: TradingDesk) => void, string, string]>([
    ['E26 everything is halted', 'no halt in force', (desk) => desk.halts.push('all'), 'all', 'none'],
    ['E26 its pair is halted', 'no halt in force', (desk) => desk.halts.push(`pair:${PAIR.id}`), `pair:${PAIR.id}`, 'none'],
    ['E26 one of its venues is halted', 'no halt in force', (desk) => desk.halts.push('venue:forecastex'), 'venue:forecastex', 'none'],
    ['E19 the lease is not valid', 'lease held', (desk) => (desk.leaseValid = false), 'not held', 'held'],
    [
      'E28 the market closes within the margin',
      'calendar',
      (desk) => (desk.closeMs = NOW + 600_000),
      '10 min 0 s to the close at kalshi',
      TEN_MINUTES,
    ],
    [
      'E28 nobody knows when the market closes',
      'calendar',
      (desk) => (desk.closeMs = null),
      'not known when the markets close',
      TEN_MINUTES,
    ],
    ['no limits are known', 'limits known', (desk) => (desk.limits = null), 'not read yet', 'read'],
    ['the process goes down', 'process goes on', (desk) => desk.launcher.stop(), 'it is ending', 'running'],
  ])('%s: %s', (_why, gate, happens, actual, limit) => {
    const desk = new TradingDesk()
    happens(desk)
    desk.offer()
    expect([desk.started, desk.decided, desk.launcher.inFlight, desk.launcher.counters.skipped]).toEqual([[], [], 0, 1])
    expect([desk.gates(), desk.verdict()]).toEqual([[gate], { check: gate, passed: false, actual, limit }])
  })

  it('E28 a millisecond more than the margin is enough', () => {
    const desk = new TradingDesk()
    desk.closeMs = NOW + 600_001
    desk.offer()
    expect(desk.started).toHaveLength(1)
  })
  it('E26 a halt of something else does not matter', () => {
    const desk = new TradingDesk()
    desk.halts.push('pair:another', 'strategy:edge')
    desk.offer()
    expect(desk.started).toHaveLength(1)
  })
})

describe('E18 tokens', () => {
  it('are leased before the trade is started and given back at its end', async () => {
    const desk = new TradingDesk()
    desk.offer()
    expect(desk.tokens.leased).toEqual([desk.started[0]?.tradeId])
    await desk.end()
    await until('the tokens to be back', () => desk.tokens.leased.length === 0)
  })
  it.each<[string, TradingDesk['answer']]>([
    ['a run that goes on already', () => ({ kind: 'already-running' })],
    ['a start that nobody took', () => ({ kind: 'unreachable', detail: '' })],
    ['a bug', new Error('bug')],
  ])('and after %s', async (_what, answer) => {
    const desk = new TradingDesk()
    desk.answer = answer
    desk.offer()
    await until('the tokens to be back', () => desk.tokens.leased.length === 0)
  })
  it('without them a find is left and counted', () => {
    const desk = new TradingDesk()
    desk.tokens.exhausted = true
    desk.offer()
    expect([desk.started, desk.launcher.inFlight, desk.gates()]).toEqual([[], 0, ['request budget']])
    expect(desk.verdict()).toMatchObject({ actual: 'kalshi 9, forecastex 50', limit: 'one entry and four cures at both venues' })
  })
})

describe('a start that fails', () => {
  it('E1 already running is counted, and the pair is left alone for half a second', async () => {
    const desk = new TradingDesk()
    desk.answer = () => ({ kind: 'already-running' })
    desk.offer()
    await desk.idle()
    desk.clock.advance(499)
    desk.offer()
    expect(desk.launcher.counters).toMatchObject({ busy: 1, skipped: 1, failed: 0 })
    expect(desk.verdict()).toMatchObject({ check: 'pause after a failure', actual: '499 ms', limit: '≥ 500 ms' })
    desk.clock.advance(1)
    desk.offer()
    expect(desk.started).toHaveLength(2)
  })

  it('Temporal out of reach is told and tried again', async () => {
    const desk = new TradingDesk()
    desk.answer = () => ({ kind: 'unreachable', detail: 'UNAVAILABLE' })
    desk.offer()
    await desk.idle()
    expect([desk.launcher.counters.failed, desk.log.messages('warn')]).toEqual([1, ['Temporal did not take the trade']])
  })

  it('a trade that ended by a bug is told, and its pair is not tried at once again', async () => {
    const desk = new TradingDesk()
    desk.offer()
    await desk.end(new Error('Workflow execution failed'))
    expect(desk.log.messages('error')).toEqual(['a trade ended by a bug: its workflow is stuck or failed'])
    desk.change()
    desk.clock.advance(59_999)
    desk.offer()
    expect(desk.started).toHaveLength(1)
    desk.clock.advance(1)
    desk.offer()
    expect([desk.started.length, desk.ended]).toEqual([2, []])
  })
})

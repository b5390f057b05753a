import { detectBox, type BoxFound, type BoxPair } from '../../src/core/box/detect'
import { subjectId, type TradeId } from '../../src/core/ids'
import { FOR_GOOD } from '../../src/core/market/calendar'
import type { Limits } from '../../src/core/risk/limits'
import type { Scope } from '../../src/core/risk/scope'
import type { BoxPlan, TradeResult } from '../../src/core/trade/plan'
import { millis, money, quantity } from '../../src/core/units'
import type { TokenDesk } from '../../src/ports/guard'
import type { Started, Trader } from '../../src/ports/trader'
import { Launcher } from '../../src/streaming/launcher'
import { boxInput, NOW, PAIR } from '../core/box/fixture'
import { LogBook, SettableClock, until } from '../stores/doubles'

const LIMITS = { version: 'l1', lossBudgetPerTrade: money('5'), entryLifeMs: 1_000, closeMarginMs: 600_000, coolDownMs: 5_000 } as Limits
const RESULT = { label: 'locked', locked: quantity('80') } as TradeResult

/** The default box, found. */
function found(): BoxFound {
  const finding = detectBox(boxInput())
  if (finding.kind !== 'found') throw new Error('the fixture is no box')
  return finding
}

/** Who holds tokens now. */
class Tokens implements TokenDesk {
  readonly leased: string[] = []
  exhausted = false

  admit(tradeId: TradeId): boolean {
    if (!this.exhausted) this.leased.push(tradeId)
    return !this.exhausted
  }
  release(tradeId: TradeId): void {
    this.leased.splice(this.leased.indexOf(tradeId), 1)
  }
  state(): ReturnType<TokenDesk['state']> {
    return []
  }
}

class Desk implements Trader {
  readonly clock = new SettableClock(NOW)
  readonly log = new LogBook()
  readonly started: BoxPlan[] = []
  readonly decided: BoxPlan[] = []
  readonly ended: TradeResult[] = []
  readonly halts: Scope[] = []
  answer: ((ended: Promise<TradeResult>) => Started) | Error = (ended) => ({ kind: 'started', eagerly: true, ended })
  limits: Limits | null = LIMITS
  leaseValid = true
  closeMs: number | null = NOW + 24 * 3_600_000
  readonly tokens = new Tokens()
  readonly launcher: Launcher
  readonly #running: { end: (result: TradeResult) => void; fail: (error: Error) => void }[] = []

  constructor() {
    this.launcher = new Launcher({
      trader: this,
      clock: this.clock,
      log: this.log,
      halts: { active: () => this.halts },
      lease: { valid: () => this.leaseValid, epoch: 1 },
      tokens: this.tokens,
      mode: 'sim',
      configVersion: 'sim',
      completionAllowance: money('0.03'),
      limits: () => this.limits,
      closures: () => (this.closeMs === null ? null : [{ what: 'the close at kalshi', fromMs: millis(this.closeMs), untilMs: FOR_GOOD }]),
      shardOf: () => 2,
      random32: () => 7,
      onDecided: (plan) => this.decided.push(plan),
      onEnded: (_pair, _plan, result) => this.ended.push(result),
    })
  }

  startBox(plan: BoxPlan): Promise<Started> {
    this.started.push(plan)
    if (this.answer instanceof Error) return Promise.reject(this.answer)
    const ended = new Promise<TradeResult>((end, fail) => this.#running.push({ end, fail }))
    return Promise.resolve(this.answer(ended))
  }

  warmUp(): Promise<void> {
    return Promise.resolve()
  }

  offer(pair: BoxPair = PAIR): void {
    this.launcher.offer(pair, found(), this.clock.nowMs())
  }
  async end(outcome: TradeResult | Error = RESULT): Promise<void> {
    const trade = this.#running.shift()
    if (outcome instanceof Error) trade?.fail(outcome)
    else trade?.end(outcome)
    await this.idle()
  }
  idle(): Promise<void> {
    return until('the trade to be over', () => this.launcher.inFlight === 0)
  }
}

describe('E1 a find becomes a trade', () => {
  it('in the turn of the find, with an id of its own and what decided it', () => {
    const desk = new Desk()
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
    const desk = new Desk()
    desk.offer()
    desk.offer()
    expect([desk.started.length, desk.launcher.counters]).toEqual([1, { launched: 0, busy: 0, skipped: 1, unaffordable: 0, failed: 0 }])
    await desk.end()
    desk.clock.advance(4_999)
    desk.offer()
    expect(desk.started).toHaveLength(1)
    desk.clock.advance(1)
    desk.offer()
    expect([desk.started.length, desk.ended]).toEqual([2, [RESULT]])
  })

  it('tells which pairs trade, until the trade has ended', async () => {
    const desk = new Desk()
    desk.offer()
    expect(desk.launcher.traded()).toEqual([PAIR.id])
    await desk.end()
    expect(desk.launcher.traded()).toEqual([])
  })

  it('A8 a hundred identical ticks are one saga', () => {
    const desk = new Desk()
    for (let tick = 0; tick < 100; tick++) desk.offer()
    expect([desk.started.length, desk.launcher.counters.skipped]).toEqual([1, 99])
  })

  it('twenty at once, and no more', () => {
    const desk = new Desk()
    for (let i = 0; i < 21; i++) desk.offer({ ...PAIR, id: subjectId(`pair-${i}`) })
    expect([desk.launcher.inFlight, desk.started.length, desk.launcher.counters.skipped]).toEqual([20, 20, 1])
  })
})

describe('a find that is left', () => {
  it.each<[string, (desk: Desk) => void]>([
    ['E26 everything is halted', (desk) => desk.halts.push('all')],
    ['E26 its pair is halted', (desk) => desk.halts.push(`pair:${PAIR.id}`)],
    ['E26 one of its venues is halted', (desk) => desk.halts.push('venue:forecastex')],
    ['E19 the lease is not valid', (desk) => (desk.leaseValid = false)],
    ['E28 the market closes within the margin', (desk) => (desk.closeMs = NOW + 600_000)],
    ['E28 nobody knows when the market closes', (desk) => (desk.closeMs = null)],
    ['no limits are known', (desk) => (desk.limits = null)],
    ['the process goes down', (desk) => desk.launcher.stop()],
  ])('%s', (_why, happens) => {
    const desk = new Desk()
    happens(desk)
    desk.offer()
    expect([desk.started, desk.decided, desk.launcher.inFlight, desk.launcher.counters.skipped]).toEqual([[], [], 0, 1])
  })

  it('E28 a millisecond more than the margin is enough', () => {
    const desk = new Desk()
    desk.closeMs = NOW + 600_001
    desk.offer()
    expect(desk.started).toHaveLength(1)
  })
  it('E26 a halt of something else does not matter', () => {
    const desk = new Desk()
    desk.halts.push('pair:another', 'strategy:edge')
    desk.offer()
    expect(desk.started).toHaveLength(1)
  })
})

describe('E18 tokens', () => {
  it('are leased before the trade is started and given back at its end', async () => {
    const desk = new Desk()
    desk.offer()
    expect(desk.tokens.leased).toEqual([desk.started[0]?.tradeId])
    await desk.end()
    await until('the tokens to be back', () => desk.tokens.leased.length === 0)
  })
  it.each<[string, Desk['answer']]>([
    ['a run that goes on already', () => ({ kind: 'already-running' })],
    ['a start that nobody took', () => ({ kind: 'unreachable', detail: '' })],
    ['a bug', new Error('bug')],
  ])('and after %s', async (_what, answer) => {
    const desk = new Desk()
    desk.answer = answer
    desk.offer()
    await until('the tokens to be back', () => desk.tokens.leased.length === 0)
  })
  it('without them a find is left and counted', () => {
    const desk = new Desk()
    desk.tokens.exhausted = true
    desk.offer()
    expect([desk.started, desk.launcher.inFlight, desk.launcher.counters.unaffordable]).toEqual([[], 0, 1])
  })
})

describe('a start that fails', () => {
  it('E1 already running is counted, and the pair is left alone for half a second', async () => {
    const desk = new Desk()
    desk.answer = () => ({ kind: 'already-running' })
    desk.offer()
    await desk.idle()
    desk.clock.advance(499)
    desk.offer()
    expect(desk.launcher.counters).toMatchObject({ busy: 1, skipped: 1, failed: 0 })
    desk.clock.advance(1)
    desk.offer()
    expect(desk.started).toHaveLength(2)
  })

  it('Temporal out of reach is told and tried again', async () => {
    const desk = new Desk()
    desk.answer = () => ({ kind: 'unreachable', detail: 'UNAVAILABLE' })
    desk.offer()
    await desk.idle()
    expect([desk.launcher.counters.failed, desk.log.messages('warn')]).toEqual([1, ['Temporal did not take the trade']])
  })

  it('a trade that ended by a bug is told, and its pair is not tried at once again', async () => {
    const desk = new Desk()
    desk.offer()
    await desk.end(new Error('Workflow execution failed'))
    expect(desk.log.messages('error')).toEqual(['a trade ended by a bug: its workflow is stuck or failed'])
    desk.clock.advance(59_999)
    desk.offer()
    expect(desk.started).toHaveLength(1)
    desk.clock.advance(1)
    desk.offer()
    expect([desk.started.length, desk.ended]).toEqual([2, []])
  })
})

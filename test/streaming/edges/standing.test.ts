import { ARMING_MS, type Arming } from '../../../src/core/risk/arming'
import { marketId, tradeId } from '../../../src/core/ids'
import type { EdgePlan, TradeResult } from '../../../src/core/trade/plan'
import { money, NO_MONEY, quantity, type Millis } from '../../../src/core/units'
import { ArmingGate, KNOWN_FOR_MS, MoneyMirror, type AtRisk, type Funds } from '../../../src/streaming/edges/standing'
import { later, MARKET, NOW, TICKER } from '../../core/edge/fixture'

const OTHER_SIDE = TICKER.replace(/-BUF$/, '-LAC')
const planOf = (id: string, market = TICKER, cost = '50'): EdgePlan =>
  ({
    tradeId: tradeId(id),
    legs: [{ order: { venue: 'kalshi', market: marketId(market) }, costBound: money(cost) }],
  }) as unknown as EdgePlan
const ended = (label: TradeResult['label']): TradeResult => ({ label }) as TradeResult
const risk = (id: string, market: string, held: string, startedMs: Millis = NOW): AtRisk => ({
  ...{ tradeId: tradeId(id), market: marketId(market), startedMs, held: money(held), paid: money(held) },
  ...{ outcome: 'yes', contracts: null },
})
const funds = (change: Partial<Funds> = {}): Funds => ({
  ...{
    equity: money('2000'),
    cash: new Map([['kalshi', money('1500')]]),
    atRisk: [],
    settledToday: NO_MONEY,
    maxContracts: quantity('100'),
  },
  ...change,
})

describe('our money at Kalshi', () => {
  const mirror = (told: Partial<Funds> | null = {}, shard = 0): MoneyMirror => {
    const made = new MoneyMirror(() => shard)
    if (told) made.tell(funds(told), NOW)
    return made
  }

  it('is what the ledger said last', () => {
    expect(mirror().of(MARKET, NOW)).toEqual({ equity: money('2000'), cash: money('1500'), spent: { event: NO_MONEY, day: NO_MONEY } })
  })

  it('knows what ended edges hold of a market, in whole contracts, the oldest first', () => {
    const holding = (id: string, contracts: string | null, market: string = TICKER): AtRisk => ({
      ...risk(id, market, '5'),
      contracts: contracts === null ? null : quantity(contracts),
    })
    const atRisk = [holding('A', '3.5'), holding('B', null), holding('C', '0.5'), holding('D', '2'), holding('E', '4', OTHER_SIDE)]
    expect(mirror({ atRisk }).heldOf(MARKET.kalshi, NOW)).toEqual([
      { tradeId: 'A', market: TICKER, outcome: 'yes', quantity: 300, startedMs: NOW },
      { tradeId: 'D', market: TICKER, outcome: 'yes', quantity: 200, startedMs: NOW },
    ])
    expect(mirror({ atRisk }).heldOf(MARKET.kalshi, later(KNOWN_FOR_MS + 1))).toEqual([])
  })

  it.each<[string, MoneyMirror, Millis]>([
    ['before it was read', mirror(null), NOW],
    ['when it was read too long ago', mirror(), later(KNOWN_FOR_MS + 1)],
    ['where no balance was ever booked', mirror({ equity: null }), NOW],
  ])('is not known %s, and nothing is sized', (_when, unknown, nowMs) => {
    expect(unknown.of(MARKET, nowMs).equity).toBeNull()
  })

  it('pays from the purse of the shard that the market trades on', () => {
    const cash = new Map([
      ['kalshi', money('1500')],
      ['kalshi/0.1', money('7')],
    ]) as Funds['cash']
    expect([
      mirror({ cash }, 1).of(MARKET, NOW).cash,
      mirror({ cash }, 2).of(MARKET, NOW).cash,
      mirror({ cash }, -1).of(MARKET, NOW).cash,
    ]).toEqual([money('7'), NO_MONEY, null])
  })

  it('counts both sides of a game together, and what began before the trading day not as of today', () => {
    const atRisk = [
      risk('t1', TICKER, '10'),
      risk('t2', OTHER_SIDE, '20', later(-86_400_000)),
      risk('t3', 'KXNFLGAME-26NOV22NEKC-KC', '40'),
    ]
    expect(mirror({ atRisk }).of(MARKET, NOW).spent).toEqual({ event: money('30'), day: money('50') })
    // what was settled today is spent, and no longer at risk on a game
    expect(mirror({ atRisk, settledToday: money('7') }).of(MARKET, NOW).spent).toEqual({ event: money('30'), day: money('57') })
  })

  it('counts what was decided here until the ledger has it, and never twice', () => {
    const made = mirror()
    made.decided(planOf('t1', OTHER_SIDE))
    expect(made.of(MARKET, NOW)).toEqual({ equity: money('2000'), cash: money('1450'), spent: { event: money('50'), day: money('50') } })
    made.tell(funds({ atRisk: [risk('t1', OTHER_SIDE, '48')], cash: new Map([['kalshi', money('1452')]]) }), later(1_000))
    expect(made.of(MARKET, later(1_000))).toMatchObject({ cash: money('1452'), spent: { event: money('48'), day: money('48') } })
  })

  it('forgets what never began at once, and what is over with the next reading that began later', () => {
    const made = mirror()
    made.decided(planOf('t1'))
    made.over(planOf('t1'), null, NOW)
    expect(made.of(MARKET, NOW).spent.event).toBe(NO_MONEY)
    made.decided(planOf('t2'))
    made.over(planOf('t2'), ended('held'), later(500))
    made.tell(funds(), later(400))
    expect(made.of(MARKET, later(600)).spent.event).toBe(money('50'))
    made.tell(funds(), later(600))
    expect(made.of(MARKET, later(600)).spent.event).toBe(NO_MONEY)
  })
})

describe('the arming', () => {
  const ARMING: Arming = {
    ...{ mode: 'sim', profile: 'STANDARD', maxTrades: 1, by: { name: 'ann', role: 'operator' }, armedMs: NOW },
    ...{ untilMs: later(ARMING_MS), disarmedMs: null, epoch: 1, trades: 0 },
  }
  const gate = (told: Arming | null = ARMING): ArmingGate => {
    const made = new ArmingGate('sim', 'STANDARD')
    made.tell(told, NOW)
    return made
  }
  const said = (made: ArmingGate, nowMs: Millis = NOW): string | undefined => made.gate(nowMs)?.verdict().actual

  it('lets edges trade while the ledger was heard to have it', () => {
    expect(said(gate())).toBeUndefined()
  })
  it.each<[string, ArmingGate, Millis, string]>([
    ['never heard of', new ArmingGate('sim', 'STANDARD'), NOW, 'not read yet'],
    ['heard of too long ago', gate(), later(KNOWN_FOR_MS + 1), 'read 5001 ms ago'],
    ['never armed', gate(null), NOW, 'not armed'],
    ['armed for another profile', gate({ ...ARMING, profile: 'SCALP' }), NOW, 'another profile: armed for SCALP'],
  ])('%s refuses', (_what, made, nowMs, actual) => {
    expect(said(made, nowMs)).toBe(actual)
  })
  it('is used up by a trade that was decided here, not by one that was refused or never began', () => {
    const made = gate()
    made.decided(planOf('t1'))
    expect(said(made)).toBe('signals used up: 1')
    made.over(planOf('t1'), ended('refused'))
    expect(said(made)).toBeUndefined()
    made.decided(planOf('t2'))
    made.over(planOf('t2'), null)
    expect(said(made)).toBeUndefined()
    made.decided(planOf('t3'))
    made.over(planOf('t3'), ended('held'))
    expect(said(made)).toBe('signals used up: 1')
  })
})

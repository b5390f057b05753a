import { GATES } from '../../../src/core/risk/gates'
import { KNOWN_FOR_MS } from '../../../src/streaming/edges/standing'
import { Throttle } from '../../../src/streaming/edges/throttle'
import { later, NOW } from '../../core/edge/fixture'
import { Desk } from './desk'

const REASONS = ['a contract earned -3c on average']
const told = (share: number): Throttle => {
  const throttle = new Throttle()
  throttle.tell({ profile: 'STANDARD', share, reasons: share < 1 ? REASONS : [] }, NOW)
  return throttle
}

describe('what calibration leaves of sizes', () => {
  it('is all of it where nobody has judged, or the claims hold', () => {
    const throttle = new Throttle()
    throttle.tell(null, NOW)
    expect([throttle.gate(NOW), throttle.share, throttle.text]).toEqual([null, 1, null])
    expect([told(1).gate(NOW), told(1).share, told(1).text]).toEqual([null, 1, null])
  })

  it('is a share where they have failed', () => {
    expect([told(0.25).gate(NOW), told(0.25).share]).toEqual([null, 0.25])
    expect(told(0.25).text).toBe('25 % of each size: a contract earned -3c on average')
  })

  it('is nothing where it says so, and what is found has its whole size: it is followed all the same', () => {
    expect(told(0).gate(NOW)?.verdict()).toEqual({
      ...{ check: GATES.calibration, passed: false, actual: 'a contract earned -3c on average', limit: 'claims that hold' },
    })
    expect(told(0).share).toBe(1)
  })

  it('is not known before the ledger was read, nor when that is too long ago: nothing is launched, and a throttle stays', () => {
    expect(new Throttle().gate(NOW)?.verdict().actual).toBe('not read yet')
    const throttle = told(0.25)
    expect(throttle.gate(later(KNOWN_FOR_MS))).toBeNull()
    expect(throttle.gate(later(KNOWN_FOR_MS + 1))?.verdict().actual).toBe(`read ${KNOWN_FOR_MS + 1} ms ago`)
    expect(throttle.share).toBe(0.25)
  })
})

describe('a throttled profile', () => {
  const contractsOf = (share: number): number => {
    const desk = new Desk()
    desk.share = share
    desk.edge()
    return desk.started[0]?.legs[0].order.quantity ?? 0
  }

  it('trades the share of what it would have, and one contract at least', () => {
    const whole = contractsOf(1)
    expect(whole).toBeGreaterThanOrEqual(1_000)
    expect(contractsOf(0.25)).toBe(Math.floor(whole / 400) * 100)
    expect(contractsOf(0.0001)).toBe(100)
  })

  it('trades nothing where its gate refuses, and its claim is recorded', () => {
    const desk = new Desk()
    const throttle = told(0)
    desk.armed = throttle.gate(NOW)
    desk.share = throttle.share
    desk.edge()
    expect(desk.started).toEqual([])
    expect(desk.decisions()).toMatchObject([{ verdict: 'refused', reason: GATES.calibration }])
    expect(desk.signals()).toMatchObject([{ gate: GATES.calibration, tradeId: null, quantity: contractsOf(1) }])
  })
})

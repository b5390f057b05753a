import { gatewayOutages, gatewayStates } from './faults/gateway'
import { haltFaults } from './faults/halts'
import { nettingFaults } from './faults/netting'
import { orderFaults } from './faults/orders'
import { lineOutages, processOutages } from './faults/outages'
import { Rig } from './faults/rig'
import { expectBalanced } from './stack'

/** One stack for all accidents, on a machine that does something else beside: each takes some seconds. */
jest.setTimeout(150_000)

const PAIRS = [
  ...['late', 'reset', 'short', 'fraction', 'six', 'rewritten', 'beside', 'netted'],
  ...['stopped', 'killed', 'postgres', 'temporal', 'dropped', 'terminated', 'login', 'broker'],
  ...['between', 'mid-leg', 'unanswered', 'regained', 'kept', 'midnight', 'delayed', 'read-only', 'account'],
  ...['halt-all', 'halt-venue', 'halt-pair', 'twice', 'restarted'],
]

describe('accidents of a trade, on the real servers and both simulated venues', () => {
  let rig: Rig
  beforeAll(async () => {
    rig = new Rig(PAIRS)
    await rig.up()
  })
  afterAll(() => rig.down())
  const current = (): Rig => rig

  describe('orders', () => {
    orderFaults(current)
  })
  describe('netting', () => {
    nettingFaults(current)
  })
  describe('outages', () => {
    processOutages(current)
    lineOutages(current)
  })
  describe('the gateway', () => {
    gatewayOutages(current)
    gatewayStates(current)
  })
  describe('halts and claims', () => {
    haltFaults(current)
  })

  it('after all of it: no id twice, none after its not-after, everything settled, the ledger equal to the venues (I1, I4, I9)', async () => {
    await rig.settleAll()
    await expectBalanced(rig.stack)
    expect(rig.wire.sentTwice()).toEqual([])
    expect(await rig.wire.sentLate()).toEqual([])
  })
})

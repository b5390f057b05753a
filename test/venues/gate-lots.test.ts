import type { OrderIntent } from '../../src/core/trade/order'
import { quantity } from '../../src/core/units'
import { DECIDED_MS } from '../saga/plan'
import { refused, sending } from './memory-journal'

import { cureAt, first, gate, Host, plan, second, signal } from './gate-host'

describe('E20 the grant', () => {
  it('is known without asking anybody where it was given, and after a restart of the same host', async () => {
    const { host } = gate()
    expect(await host.start().admit(second)).toMatchObject({ kind: 'granted' })
    expect(host.asked).toEqual([])
  })
  it('is asked of the ledger once where the journal has none; nothing opens by it', async () => {
    const host = new Host()
    host.granted = { plan, booked: [] }
    const { admit } = host.start()
    expect(await admit(first)).toMatchObject({ kind: 'rejected', detail: 'trade T1 was granted elsewhere: nothing opens here' })
    expect(await admit(second)).toMatchObject({ detail: 'reduces 10.00 of 0.00 contracts that are surely unpaired' })
    expect(host.asked).toEqual(['T1'])
  })
  it('E25 what the ledger has booked counts where the journal knows nothing', async () => {
    const host = new Host()
    const booked = (order: OrderIntent, filled: string) => ({ ...order, filled: quantity(filled) })
    host.granted = { plan, booked: [booked(first, '7.50'), booked(second, '3')] }
    expect(await host.start().admit(cureAt('kalshi', '4.51'))).toMatchObject({ detail: expect.stringMatching('4.51 of 4.50') })
    expect(await host.start().admit(cureAt('kalshi', '4.50'))).toMatchObject({ kind: 'granted' })
  })
  it('is missing where there is none, or it was closed', async () => {
    const { host, guard } = gate({ bought: false })
    guard.forget(plan.tradeId)
    for (const { guard: port, admit } of [{ guard, admit: (order: OrderIntent) => guard.admit(order, signal) }, host.start()]) {
      expect(await admit(first)).toMatchObject({ kind: 'rejected', reason: 'guard', detail: 'trade T1 has no grant' })
      expect(await port.planOf(plan.tradeId, signal)).toBeNull()
    }
  })
  it('a journal that takes nothing is said, and the grant holds in this process', async () => {
    const host = new Host()
    const { guard, admit } = host.start()
    host.journal.full = true
    guard.remember(plan)
    expect(await admit(first)).toMatchObject({ kind: 'granted' })
    expect(host.log.messages('error')).toEqual(['the journal did not take a mark of the order port'])
  })
})

describe('I1 an id comes to the gate once', () => {
  it('in one process', async () => {
    const { admit } = gate({ bought: false })
    await admit(first)
    await expect(admit(first)).rejects.toThrow('cb-T1-a1 came to the gate before')
  })
  it('and over a restart, once its mark is on disk', async () => {
    const { host } = gate()
    await expect(host.start().admit(first)).rejects.toThrow('cb-T1-a1 came to the gate before')
  })
  it('its permit is good for one write', async () => {
    const may = await gate({ bought: false }).mayWrite(first)
    expect([may(), may()]).toEqual([null, 'guard'])
  })
})

describe('I3 lots, from the journal', () => {
  const table: readonly [string, (host: Host) => void, string][] = [
    ['nothing is known of the first leg', (host) => host.journal.all.push(sending(first, DECIDED_MS)), '0.00'],
    ['its answer is short: as long as that', (host) => answered(host, first, '4.50'), '4.50'],
    ['its final is longer than its answer', (host) => (answered(host, first, '4.50'), host.was(first, quantity('6'))), '6.00'],
    ['it was rejected', (host) => rejected(host, first), '0.00'],
    ['the gate refused it', (host) => host.journal.all.push(sending(first, DECIDED_MS), refused(first, DECIDED_MS)), '0.00'],
    ['the second leg is final', (host) => (host.was(first), host.was(second, quantity('3'))), '7.00'],
    ['nothing is known of the second leg', (host) => (host.was(first), host.journal.all.push(sending(second, DECIDED_MS))), '0.00'],
    ['the second leg’s answer may be short', (host) => (host.was(first), answered(host, second, '3')), '0.00'],
    ['the second leg was rejected', (host) => (host.was(first), rejected(host, second)), '10.00'],
    ['a cure went before', (host) => (host.was(first), host.was(second, quantity('3')), host.was(cureAt('kalshi', '2'))), '5.00'],
  ]
  const answered = (host: Host, order: OrderIntent, filled: string): void => {
    host.journal.all.push(sending(order, DECIDED_MS))
    host.start().guard.answered(order, { kind: 'done', filled: quantity(filled) })
  }
  const rejected = (host: Host, order: OrderIntent): void => {
    host.journal.all.push(sending(order, DECIDED_MS))
    host.start().guard.answered(order, { kind: 'rejected', reason: 'price', detail: '' })
  }
  it.each(table)('%s', async (_what, happens, left) => {
    const { host, guard } = gate({ bought: false })
    happens(host)
    for (const port of [guard, host.start().guard]) {
      const cure = cureAt('kalshi', '10', 7)
      const detail = `reduces 10.00 of ${left} contracts that are surely unpaired`
      if (left !== '10.00') expect(await port.admit(cure, signal)).toMatchObject({ kind: 'rejected', reason: 'lots', detail })
      if (left !== '0.00') expect(await port.admit({ ...cure, quantity: quantity(left) }, signal)).toMatchObject({ kind: 'granted' })
    }
  })
  it('two orders that were admitted side by side do not both leave', async () => {
    const { host, mayWrite } = gate()
    const orders = [cureAt('kalshi', '6', 2), cureAt('kalshi', '6', 3)]
    const permits = await Promise.all(orders.map(mayWrite))
    for (const order of orders) await host.journal.append(sending(order, DECIDED_MS))
    expect(permits.map((may) => may())).toEqual(['lots', 'lots'])
  })
})

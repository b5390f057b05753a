import { realClock } from '../../../src/sim/clock'
import type { FaultBook, FaultSetting } from '../../../src/sim/ibkr/port'
import { createIbkrVenue } from '../../../src/sim/ibkr/venue'
import { ibkrSection } from '../../../src/sim/schema'
import { forgetfulStore } from '../../../src/sim/state'
import { ACCOUNT, atEnd, forever, NO, startGateway, startOrders, YES } from './rig'

class Faults implements FaultBook {
  readonly armed: FaultSetting[] = []
  arm(name: string, fields: Record<string, unknown> = {}): void {
    this.armed.push({ ...fields, name })
  }
  take(name: string): FaultSetting | null {
    const at = this.armed.findIndex((fault) => fault.name.split(':')[0] === name)
    return at < 0 ? null : (this.armed.splice(at, 1)[0] ?? null)
  }
}

/** YES 0.56/0.58 (30), NO 0.42/0.44 (40). */
export async function market(settings: object = {}) {
  const faults = new Faults()
  const side = (con_id: number, name: string, bids: [string, number][]) => ({ con_id, local_symbol: `FF Dec09'30 3.625 ${name}`, bids })
  const section = ibkrSection.parse({
    settings,
    accounts: [{ account: ACCOUNT, cash: '10000.00' }],
    contracts: [
      {
        ...{ symbol: 'FF', trading_class: 'FF', under_con_id: 658663572, long_name: 'US Fed Funds Target Rate' },
        ...{ last_trade_date: '20301209', time_zone: 'US/Central', strike: '3.625' },
        yes: side(YES, 'YES', [['0.56', 40]]),
        no: side(NO, 'NO', [['0.42', 30]]),
      },
    ],
  })
  const options = { section, clock: realClock(), faults, random: () => 7, store: forgetfulStore, wire: () => undefined }
  const venue = createIbkrVenue(options)
  const { port } = await venue.listen('127.0.0.1', 0)
  atEnd(() => venue.close())
  return { venue, faults, port }
}
/** The adapter, up and past its recovery, in front of the simulated gateway: before it, on a busy machine, it refuses orders. */
export async function trading(settings: object = {}) {
  const { venue, faults, port } = await market(settings)
  const adapter = startGateway(port)
  await adapter.gateway.whenUp(forever)
  const desk = startOrders(adapter)
  await desk.orders.whenRecovered(forever)
  return { venue, faults, port, adapter, ...desk }
}

import { EventName, IBApi, OrderAction, OrderType, SecType, TimeInForce, type Contract, type Order } from '@stoqey/ib'
import type { Rig } from './rig'

/** Some other session of the same account: a person with a screen. */
const HAND_CLIENT_ID = 99
const HAND_LIMIT_MS = 10_000

/** Buys contracts of one outcome at ForecastEx as a person would, beside the product. */
async function buyByHand(rig: Rig, conId: number, size: number, limit: number): Promise<void> {
  const { forecastex } = rig.stack.endpoints()
  const ib = new IBApi({ host: forecastex.host, port: forecastex.port, clientId: HAND_CLIENT_ID })
  const contract: Contract = { conId, exchange: 'FORECASTX', secType: SecType.OPT, currency: 'USD' }
  const order: Order = {
    action: OrderAction.BUY,
    orderType: OrderType.LMT,
    totalQuantity: size,
    lmtPrice: limit,
    tif: TimeInForce.IOC,
    account: forecastex.account,
    transmit: true,
  }
  try {
    await new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error('the hand-made order was not filled')), HAND_LIMIT_MS)
      ib.on(EventName.nextValidId, (orderId) => ib.placeOrder(orderId, contract, order))
      ib.on(EventName.orderStatus, (_id, status) => {
        if (status !== 'Filled') return
        clearTimeout(late)
        resolve()
      })
      ib.connect()
    })
  } finally {
    ib.disconnect()
  }
}

/** ForecastEx nets what one account holds of both outcomes, whoever bought it, and reports that beside our fills. */
export function nettingFaults(rig: () => Rig): void {
  it('netting_as_fill: a netting report under our order id is not a fill (§8)', async () => {
    const { yesConId, noConId } = rig().listing('netted')
    // Three YES by hand, netted by our NO, and three NO by hand after it: 0.48 + 0.50 and four fees of a cent cost the dollar that a pair pays.
    await rig().ibkr('external_order', { con_id: noConId, price: '0.52', size: 3 })
    await buyByHand(rig(), yesConId, 3, 0.48)
    await rig().result(await rig().taken('beside')) // its end reads all positions: what was there before the next order is known
    await rig().ibkr('fault', { name: 'netting_as_fill', con_id: noConId, side: 'BOT' })
    const id = await rig().taken('netted')
    expect(await rig().result(id)).toEqual({ outcome: 'locked', filled: { a: 10, b: 10 } })
    await rig().ibkr('external_order', { con_id: yesConId, price: '0.50', size: 3 })
    await buyByHand(rig(), noConId, 3, 0.5)
  })
}

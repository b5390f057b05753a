import type { OperatorsWord } from '../../../core/trade/adoption'
import { formatMoney, formatPrice, formatQuantity, money, price, type Money } from '../../../core/units'
import { adopt as adoptBreak } from '../../../operator/breaks/adopt'
import { orderAdopted } from '../../../operator/breaks/order'
import { systemClock } from '../../../wiring/clock'
import type { AdoptOptions, OrderOptions } from '../../adoption'
import { dollars, print, printJson } from '../../render'
import { withConnections } from '../session'
import { breakId } from './breaks'

const RANDOM_32 = 2 ** 32
const clock = systemClock()

/** @throws RangeError for a price that is none. */
export async function adopt(idText: string, { price: priceText, reason, second, json = false }: AdoptOptions): Promise<void> {
  const request = { breakId: breakId(idText), price: priceText === undefined ? null : price(priceText), reason, secondBy: second ?? null }
  await withConnections(async ({ database, config }) => {
    const { mode, operator, version, endpoints } = config
    const accounts = { kalshi: endpoints.kalshi.account, forecastex: endpoints.forecastex.account }
    const place = { mode, accounts, config: version, nowMs: clock.nowMs(), random32: Math.random() * RANDOM_32 }
    const { tradeId, found, suspended } = await adoptBreak(database, { ...request, by: operator }, place)
    if (json) return printJson({ tradeId, ...found, suspendedMicros: suspended })
    const { quantity, outcome, market, venue, fee } = found
    const contracts = `${formatQuantity(quantity)} ${outcome.toUpperCase()} of ${market} at ${venue}`
    const rest = suspended === 0 ? '' : `; ${dollars(suspended)} stand in suspense`
    print(`trade ${tradeId} holds ${contracts}, at ${formatPrice(found.price)} and $${formatMoney(fee)} fee${rest}`)
  })
}

/** @returns 1 when something stays held. */
export async function order(
  idText: string,
  way: OperatorsWord['way'],
  { maxLoss: maxLossText, second, json = false }: OrderOptions,
): Promise<number> {
  const id = breakId(idText)
  const maxLoss: Money = money(maxLossText)
  return withConnections(async ({ database, temporal, config }) => {
    const place = { database, temporal, mode: config.mode, firstShard: config.firstShard, nowMs: clock.nowMs() }
    const result = await orderAdopted({ breakId: id, way, maxLoss, by: config.operator, secondBy: second ?? null }, place)
    const { tradeId, label, locked, flat, held, realisedPnl } = result
    if (json) printJson(result)
    else
      print(
        `trade ${tradeId} ${label}: ${formatQuantity(locked)} locked, ${formatQuantity(flat)} sold, ${formatQuantity(held)} still held; P&L ${dollars(realisedPnl)}`,
      )
    return held > 0 ? 1 : 0
  })
}

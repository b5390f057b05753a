import { z } from 'zod'
import type { Millis } from '../../../core/units'
import { time } from './fields'

const userDataTimestamp = z.object({ as_of_time: time }).transform((raw) => raw.as_of_time)
/** How fresh the lists of orders, fills and positions and the balance are: everything until then is in them. @throws z.ZodError */
export const readUserDataTimestamp = (body: unknown): Millis => userDataTimestamp.parse(body)

const exchangeStatus = z
  .object({ exchange_active: z.boolean(), trading_active: z.boolean() })
  .transform((raw) => ({ exchangeActive: raw.exchange_active, tradingActive: raw.trading_active }))
/** @throws z.ZodError */
export const readExchangeStatus = (body: unknown): { readonly exchangeActive: boolean; readonly tradingActive: boolean } =>
  exchangeStatus.parse(body)

import { z } from 'zod'
import type { Millis } from '../../../core/units'
import { shard, time } from './fields'

const userDataTimestamp = z.object({ as_of_time: time }).transform((raw) => raw.as_of_time)
/** How fresh the lists of orders, fills and positions and the balance are: everything until then is in them. @throws z.ZodError */
export const readUserDataTimestamp = (body: unknown): Millis => userDataTimestamp.parse(body)

const shardStatus = z
  .object({
    exchange_index: shard,
    exchange_active: z.boolean(),
    trading_active: z.boolean(),
    intra_exchange_transfers_active: z.boolean().nullish(),
  })
  .transform((raw) => ({
    shard: raw.exchange_index,
    exchangeActive: raw.exchange_active,
    tradingActive: raw.trading_active,
    transfersActive: raw.intra_exchange_transfers_active ?? null,
  }))
const exchangeStatus = z
  .object({
    exchange_active: z.boolean(),
    trading_active: z.boolean(),
    intra_exchange_transfers_active: z.boolean().nullish(),
    exchange_estimated_resume_time: time.nullish(),
    exchange_index_statuses: z.array(shardStatus).nullish(),
  })
  .transform((raw) => ({
    exchangeActive: raw.exchange_active,
    tradingActive: raw.trading_active,
    /** null: not told. */
    transfersActive: raw.intra_exchange_transfers_active ?? null,
    /** Told while the exchange is down. */
    resumesMs: raw.exchange_estimated_resume_time ?? null,
    /** Empty where the venue tells of the whole only. */
    shards: raw.exchange_index_statuses ?? [],
  }))
export type ExchangeStatus = z.output<typeof exchangeStatus>
/** The same body may come with 500, 503 and 504. @throws z.ZodError */
export const readExchangeStatus = (body: unknown): ExchangeStatus => exchangeStatus.parse(body)

export const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const
/** "HH:MM" in New York; "00:00" as an end is the end of the day. */
export interface OpenHours {
  readonly from: string
  readonly until: string
}
export interface StandardWeek {
  readonly fromMs: Millis
  readonly untilMs: Millis
  readonly days: { readonly [day in (typeof WEEKDAYS)[number]]: readonly OpenHours[] }
}
export interface ExchangeSchedule {
  readonly weeks: readonly StandardWeek[]
  /** Windows announced for one day, in which nothing trades. */
  readonly maintenance: readonly { readonly fromMs: Millis; readonly untilMs: Millis }[]
}
const clockTime = z.string().regex(/^([01]\d|2[0-4]):[0-5]\d$/, 'not a time of day')
const hours = z
  .array(z.object({ open_time: clockTime, close_time: clockTime }))
  .nullish()
  .transform((raw): readonly OpenHours[] => (raw ?? []).map(({ open_time, close_time }) => ({ from: open_time, until: close_time })))
const week = z
  .object({
    start_time: time,
    end_time: time,
    monday: hours,
    tuesday: hours,
    wednesday: hours,
    thursday: hours,
    friday: hours,
    saturday: hours,
    sunday: hours,
  })
  .transform(({ start_time, end_time, ...days }): StandardWeek => ({ fromMs: start_time, untilMs: end_time, days }))
const maintenanceWindow = z
  .object({ start_datetime: time, end_datetime: time })
  .transform((raw) => ({ fromMs: raw.start_datetime, untilMs: raw.end_datetime }))
const schedule = z
  .object({ schedule: z.object({ standard_hours: z.array(week), maintenance_windows: z.array(maintenanceWindow).nullish() }) })
  .transform(({ schedule: raw }): ExchangeSchedule => ({ weeks: raw.standard_hours, maintenance: raw.maintenance_windows ?? [] }))
/** Weekly hours in New York time and maintenance windows. @throws z.ZodError */
export const readExchangeSchedule = (body: unknown): ExchangeSchedule => schedule.parse(body)

import { z } from 'zod'
import type { Millis } from '../../../core/units'
import { cursor, multiplier, time } from './fields'
import type { Page } from './portfolio'

/** A fee record: a type by its venue name and a multiplier in 1e-4. */
export interface KalshiFee {
  readonly feeType: string
  readonly multiplier: number
}
export const feeOf = (raw: { readonly fee_type: string; readonly fee_multiplier: number }): KalshiFee => ({
  feeType: raw.fee_type,
  multiplier: raw.fee_multiplier,
})
/** What an event charges in place of its series. */
export const feeOverride = { fee_type_override: z.string().nullish(), fee_multiplier_override: multiplier.nullish() }

const feeChanges = z.object({
  series_fee_change_arr: z
    .array(z.object({ series_ticker: z.string(), fee_type: z.string(), fee_multiplier: multiplier, scheduled_ts: time }))
    .nullish(),
})
export interface KalshiFeeChange {
  readonly series: string
  readonly fee: KalshiFee
  readonly fromMs: Millis
}
/** @throws z.ZodError */
export const readFeeChanges = (body: unknown): readonly KalshiFeeChange[] =>
  (feeChanges.parse(body).series_fee_change_arr ?? []).map((raw) => ({
    series: raw.series_ticker,
    fee: feeOf(raw),
    fromMs: raw.scheduled_ts,
  }))

/** An override of an event that begins, or ends where `feeType` is null. */
const eventFeeChange = z
  .object({ event_ticker: z.string(), series_ticker: z.string(), scheduled_ts: time, ...feeOverride })
  .transform((raw) => ({
    event: raw.event_ticker,
    series: raw.series_ticker,
    feeType: raw.fee_type_override || null,
    multiplier: raw.fee_multiplier_override ?? null,
    fromMs: raw.scheduled_ts,
  }))
export type KalshiEventFeeChange = z.output<typeof eventFeeChange>
const eventFeeChanges = z.object({ event_fee_changes: z.array(eventFeeChange).nullish(), cursor })
/** @throws z.ZodError */
export function readEventFeeChangePage(body: unknown): Page<KalshiEventFeeChange> {
  const page = eventFeeChanges.parse(body)
  return { items: page.event_fee_changes ?? [], cursor: page.cursor }
}

import { z } from 'zod'
import type { OddsFailure, OddsQuota } from '../../ports/odds'
import { shown } from './price'

/** The words of an error: `{"message","error_code","details_url"}`. A gateway before the source has its own. */
const errorSchema = z.object({ message: z.string().optional(), error_code: z.string().optional() })
/** Answered with 401, as a wrong key is: what helps is another one. */
const OUT_OF_CREDITS = 'OUT_OF_USAGE_CREDITS'
const MESSAGE_LENGTH = 200

/** What an answer other than 200 means. Its words are cut, and whoever passes them on takes the key out of them. */
export function failureOf(status: number, body: string): OddsFailure {
  const { message, error_code: code } = errorIn(body)
  const words = [String(status), code, message?.slice(0, MESSAGE_LENGTH) ?? (code === undefined ? shown(body) : undefined)]
  const detail = words.filter((word) => word !== undefined).join(' ')
  if (code === OUT_OF_CREDITS) return { kind: 'credits gone', detail }
  if (status === 401 || status === 403) return { kind: 'key refused', detail }
  if (status === 429) return { kind: 'too many', detail }
  if (status >= 500 || status === 408) return { kind: 'source down', detail }
  return { kind: status >= 400 ? 'request refused' : 'unreadable', detail }
}

function errorIn(body: string): z.output<typeof errorSchema> {
  try {
    return errorSchema.safeParse(JSON.parse(body)).data ?? {}
  } catch {
    return {}
  }
}

/** The three headers that come with every answer, errors among them. */
export const quotaOf = (headers: Readonly<Record<string, string>>): OddsQuota => ({
  remaining: creditsIn(headers['x-requests-remaining']),
  used: creditsIn(headers['x-requests-used']),
  last: creditsIn(headers['x-requests-last']),
})

/** Whole credits. null: not told, or not so. Fewer than none are none. */
function creditsIn(text: string | undefined): number | null {
  const match = /^(-?)(\d{1,12})(?:\.0+)?$/.exec(text?.trim() ?? '')
  if (!match) return null
  return match[1] === '-' ? 0 : Number.parseInt(match[2] ?? '', 10)
}

/** The date of an answer is in whole seconds. */
const DATE_STEP_MS = 1_000

/** What an answer's date says about the clocks, asked between two times of ours. null: they agree. */
export function skewOf(date: string | undefined, sentMs: number, receivedMs: number, maxMs: number): OddsFailure | null {
  const theirsMs = date === undefined ? NaN : Date.parse(date)
  if (Number.isNaN(theirsMs)) {
    const told = date === undefined ? 'has no date' : `has the date ${shown(date)}, which is none`
    return {
      kind: 'clock skew',
      detail: `its answer ${told}: without a common time no line has an age. See what stands between it and this machine`,
    }
  }
  const behindMs = sentMs - (theirsMs + DATE_STEP_MS)
  const aheadMs = theirsMs - receivedMs
  const offMs = Math.max(behindMs, aheadMs)
  if (offMs <= maxMs) return null
  const direction = behindMs > aheadMs ? 'behind' : 'ahead of'
  return {
    kind: 'clock skew',
    detail: `its clock is ${Math.round(offMs / DATE_STEP_MS)} s ${direction} that of this machine, and at most ${maxMs} ms is allowed: without a common time no line has an age. Set this machine's clock`,
  }
}

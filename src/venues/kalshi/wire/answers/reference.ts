import { z } from 'zod'
import { cursor, time } from '../fields'
import type { Page } from '../portfolio'

/** What events are about: milestones (when a game begins), targets, texts. */

const milestone = z
  .object({
    id: z.string().min(1),
    category: z.string().nullish(),
    type: z.string(),
    title: z.string().nullish(),
    start_date: time,
    end_date: time.nullish(),
    related_event_tickers: z.array(z.string()).nullish(),
    primary_event_tickers: z.array(z.string()).nullish(),
    last_updated_ts: time.nullish(),
  })
  .transform((raw) => ({
    id: raw.id,
    category: raw.category ?? '',
    /** "football_game", "basketball_game", …; others are kept as they came. */
    kind: raw.type,
    title: raw.title ?? '',
    startMs: raw.start_date,
    endMs: raw.end_date ?? null,
    events: raw.related_event_tickers ?? [],
    primaryEvents: raw.primary_event_tickers ?? [],
    updatedMs: raw.last_updated_ts ?? null,
  }))
export type KalshiMilestone = z.output<typeof milestone>
const milestonePage = z.object({ milestones: z.array(milestone).nullish(), cursor })
/** @throws z.ZodError */
export function readMilestonePage(body: unknown): Page<KalshiMilestone> {
  const page = milestonePage.parse(body)
  return { items: page.milestones ?? [], cursor: page.cursor }
}
const oneMilestone = z.object({ milestone }).transform((raw) => raw.milestone)
/** @throws z.ZodError */
export const readMilestone = (body: unknown): KalshiMilestone => oneMilestone.parse(body)

const target = z
  .object({ id: z.string().min(1), name: z.string().nullish(), type: z.string().nullish() })
  .transform((raw) => ({ id: raw.id, name: raw.name ?? '', kind: raw.type ?? '' }))
/** A team, a player, a candidate: what a structured strike means. */
export type KalshiTarget = z.output<typeof target>
const oneTarget = z.object({ structured_target: target }).transform((raw) => raw.structured_target)
/** @throws z.ZodError */
export const readTarget = (body: unknown): KalshiTarget => oneTarget.parse(body)

const source = z.object({ name: z.string().nullish(), url: z.string().nullish() })
const metadata = z
  .object({
    settlement_sources: z.array(source).nullish(),
    competition: z.string().nullish(),
    competition_scope: z.string().nullish(),
  })
  .transform((raw) => ({
    competition: raw.competition ?? '',
    scope: raw.competition_scope ?? '',
    settlementSources: (raw.settlement_sources ?? []).map(({ name, url }) => ({ name: name ?? '', url: url ?? '' })),
  }))
/** Who decides an event, and where that can be read. */
export type KalshiEventMetadata = z.output<typeof metadata>
/** @throws z.ZodError */
export const readEventMetadata = (body: unknown): KalshiEventMetadata => metadata.parse(body)

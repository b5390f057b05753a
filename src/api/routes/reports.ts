import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { oneOf } from '../../core/choice'
import { REPORT_KINDS, type ReportKind } from '../../core/report/document'
import { GROUPINGS } from '../../core/report/pnl'
import { SHADOW_GROUPS } from '../../core/report/shadows/compare'
import { parseSpan } from '../../core/report/span'
import { CALIBRATION_GROUPS } from '../../core/stats/calibration'
import { createRecordReader } from '../../operator/reports/record'
import { jsonOf } from '../../operator/reports/render/json'
import { makeReport, REPORT_TITLES, type Sources, type Wish } from '../../operator/reports/reports'
import type { Desk } from '../desk'
import { atMs, list } from '../shape'

const MOMENT_MAX = 30
const tags = ['reports']

/** What reports are grouped by; the first one unless told otherwise. Those that are not named have no groups. */
const GROUPS: Readonly<Partial<Record<ReportKind, readonly string[]>>> = {
  pnl: GROUPINGS,
  calibration: CALIBRATION_GROUPS,
  'paper-live': SHADOW_GROUPS,
}

const entry = z.object({ kind: z.enum(REPORT_KINDS), title: z.string(), groups: list(z.string()) })
const report = z
  .looseObject({
    kind: z.enum(REPORT_KINDS),
    fromMs: atMs,
    toMs: atMs,
    madeAtMs: atMs,
    figures: z.record(z.string(), z.union([z.string(), z.number(), z.null()])),
    notes: z.array(z.string()),
    violations: z.array(z.string()).describe('sums that do not tie out: defects'),
  })
  .describe('and each table of the report under its name, a list of rows (docs/reports.md)')
const moment = z.string().max(MOMENT_MAX).optional()

/** What trades came to (docs/reports.md). */
export async function describeReports(server: FastifyInstance, { desk }: { readonly desk: Desk }): Promise<void> {
  const routes = server.withTypeProvider<ZodTypeProvider>()
  routes.get(
    '/v1/reports',
    { schema: { tags, summary: 'which reports there are', response: { 200: z.object({ items: list(entry) }) } } },
    () => ({
      items: REPORT_KINDS.map((kind) => ({ kind, title: REPORT_TITLES[kind], groups: GROUPS[kind] ?? [] })),
    }),
  )
  routes.get(
    '/v1/reports/:kind',
    {
      schema: {
        tags,
        summary: 'make a report now',
        params: z.strictObject({ kind: z.enum(REPORT_KINDS) }),
        querystring: z.strictObject({
          from: moment.describe('a trading day (2026-11-22) or a moment in UTC; session: today, the others: the beginning'),
          to: moment.describe('to the end of that day, or up to that moment; now'),
          by: z.string().max(MOMENT_MAX).optional().describe('one of the groups that /v1/reports lists'),
        }),
        response: { 200: report },
      },
    },
    async ({ params: { kind }, query: { from, to, by } }) => {
      const nowMs = desk.clock.nowMs()
      const span = parseSpan({ from, to }, nowMs, kind === 'session' ? 'day' : 'all')
      const wish = { kind, span, ...groupingsOf(kind, by) }
      return jsonOf(await makeReport(sourcesOf(desk, wish), wish, nowMs)) as z.output<typeof report>
    },
  )
}

function sourcesOf({ database, endpoints, venues, claims }: Desk, { calibratedBy }: Wish): Sources {
  const { preset, model } = venues.paper
  const record = createRecordReader(endpoints.questdb?.httpUrl ?? null)
  return { database, record, claims: claims(calibratedBy === 'book'), assumed: { preset, way: model.way } }
}

/** @throws RangeError naming the groups there are. */
function groupingsOf(kind: ReportKind, by: string | undefined): Pick<Wish, 'by' | 'calibratedBy' | 'comparedBy'> {
  const groups = { by: 'trade', calibratedBy: 'profile', comparedBy: 'venue' } as const
  if (by === undefined) return groups
  if (kind === 'pnl') return { ...groups, by: oneOf('by', GROUPINGS, by) }
  if (kind === 'calibration') return { ...groups, calibratedBy: oneOf('by', CALIBRATION_GROUPS, by) }
  if (kind === 'paper-live') return { ...groups, comparedBy: oneOf('by', SHADOW_GROUPS, by) }
  throw new RangeError(`by is of the reports pnl, calibration and paper-live; report ${kind} has no groups`)
}

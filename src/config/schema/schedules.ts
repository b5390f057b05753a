import { z } from 'zod'

export const schedulesSchema = z.strictObject({
  schedules: z.array(
    z.strictObject({
      id: z.string().regex(/^[A-Za-z][A-Za-z0-9-]*$/),
      cron: z.string().min(9),
      workflow: z.enum([
        'backup',
        'calibrate',
        'ingestContracts',
        'ingestMarkets',
        'ingestOdds',
        'killDrill',
        'nightlyReplay',
        'reconcileSweep',
        'settle',
        'superviseSchedules',
        'sweepOwners',
        'tieOut',
      ]),
      queue: z.enum(['ingest', 'backoffice']),
      catch_up_window: z.string().regex(/^\d+(s|m|h)$/),
      time_zone: z.string().optional(),
      /** Failed runs in a row after which it is paused, with an alarm. The server remembers ten, of which one may be running. Absent: it goes on, whatever happens. */
      pause_after_failures: z.int().min(2).max(9).optional(),
      note: z.string(),
    }),
  ),
})
export type SchedulesFile = z.infer<typeof schedulesSchema>

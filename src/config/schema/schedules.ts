import { z } from 'zod'

export const schedulesSchema = z.strictObject({
  schedules: z.array(
    z.strictObject({
      id: z.string().regex(/^[A-Za-z][A-Za-z0-9-]*$/),
      cron: z.string().min(9),
      workflow: z.enum(['ingestContracts', 'ingestMarkets', 'killDrill', 'reconcileSweep', 'settle', 'sweepOwners', 'tieOut']),
      queue: z.enum(['ingest', 'backoffice']),
      catch_up_window: z.string().regex(/^\d+(s|m|h)$/),
      time_zone: z.string().optional(),
      note: z.string(),
    }),
  ),
})
export type SchedulesFile = z.infer<typeof schedulesSchema>

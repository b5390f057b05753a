import { z } from 'zod'

/** What the stack tells its children and the command line: where everything answers. Written to `<data>/run/endpoints.json`, without secrets. */
export const endpointsSchema = z.strictObject({
  databaseUrl: z.string(),
  redisUrl: z.string().nullable(),
  questdb: z.strictObject({ httpUrl: z.string() }).nullable(),
  temporal: z.strictObject({ address: z.string(), uiUrl: z.string().nullable() }),
  kalshi: z.strictObject({ restUrl: z.string(), wsUrl: z.string(), keyId: z.string(), privateKeyFile: z.string(), account: z.string() }),
  forecastex: z.strictObject({ host: z.string(), port: z.int(), account: z.string() }),
  /** Of a simulated source of odds: only with a scenario that has one. Its key is no secret, and no other source ever hears it. */
  odds: z.strictObject({ url: z.string(), apiKey: z.string() }).optional(),
  /** Only with simulated venues. */
  simControlUrl: z.string().nullable(),
  /** Only with simulated venues whose clock can be moved (docs/decisions/simulated-clock.md). */
  clockFile: z.string().optional(),
  /** Of the first shard. */
  streamingHealthPort: z.int(),
  /** The shards that run side by side, and where a standby tells of itself. Absent: one, whose standby takes any port. */
  shards: z
    .array(z.strictObject({ name: z.string(), healthPort: z.int(), standbyPort: z.int().optional() }))
    .min(1)
    .optional(),
  workerHealthPort: z.int(),
  /** Absent: no API runs. */
  apiPort: z.int().optional(),
})
export type Endpoints = z.infer<typeof endpointsSchema>

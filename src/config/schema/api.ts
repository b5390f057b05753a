import { z } from 'zod'

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost'])
export const isLoopback = (host: string): boolean => LOOPBACK.has(host)

/** A person clicks, a script polls: what is beyond this is a loop that went wrong. */
const REQUESTS_PER_MINUTE = 600
const REQUESTS_PER_MINUTE_MAX = 60_000

/** `config/api.yaml`: where the API answers, and whom. */
export const apiSchema = z.strictObject({
  /** The address it listens on. Anything but loopback wants tokens. */
  host: z.string().default('127.0.0.1'),
  /** `loopback`: who asks on this machine needs no token and acts as the operating system's user; `always`: nobody is heard without one. */
  tokens: z.enum(['loopback', 'always']).default('loopback'),
  /** Names under which a browser reaches it (a reverse proxy's), besides loopback: any other Host or Origin is refused. */
  hosts: z.array(z.string()).default([]),
  /** Addresses of reverse proxies whose X-Forwarded-For is believed. */
  proxies: z.array(z.string()).default([]),
  requests_per_minute: z.int().min(1).max(REQUESTS_PER_MINUTE_MAX).default(REQUESTS_PER_MINUTE),
})
export type ApiFile = z.infer<typeof apiSchema>

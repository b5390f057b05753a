import { z } from 'zod'

/** Kalshi's demo venue by its two published names (OpenAPI 3.25.0, `servers`), and this machine: a simulated one. An order is placed there, and nowhere else. */
const DEMO_HOSTS: readonly string[] = ['external-api.demo.kalshi.co', 'demo-api.kalshi.co', '127.0.0.1', 'localhost']
const DEMO_URL = 'https://external-api.demo.kalshi.co/trade-api/v2'

const isDemo = (url: string): boolean => {
  const { hostname, protocol } = new URL(url)
  return DEMO_HOSTS.includes(hostname) && (protocol === 'https:' || !hostname.endsWith('.co'))
}

/** The account at Kalshi's demo venue that `crossbook doctor demo` looks at: mock funds, credentials of its own. */
export const demoSchema = z
  .strictObject({
    rest_url: z
      .url()
      .default(DEMO_URL)
      .refine(isDemo, {
        message: `is not Kalshi's demo venue: doctor demo places an order, and only at ${DEMO_HOSTS.slice(0, 2).join(' or ')}`,
      }),
    key_id: z.string().min(1),
    private_key_file: z.string().min(1),
  })
  .transform(({ rest_url, key_id, private_key_file }) => ({ restUrl: rest_url, keyId: key_id, privateKeyFile: private_key_file }))
export type DemoAccount = z.output<typeof demoSchema>

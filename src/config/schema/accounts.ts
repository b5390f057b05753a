import { z } from 'zod'

/** Kalshi's two environments by their published names (OpenAPI 3.25.0 and AsyncAPI, `servers`). A key belongs to one of them. */
const LIVE_HOSTS: readonly string[] = ['external-api.kalshi.com', 'external-api-ws.kalshi.com', 'api.elections.kalshi.com']
const DEMO_HOSTS: readonly string[] = ['external-api.demo.kalshi.co', 'external-api-ws.demo.kalshi.co', 'demo-api.kalshi.co']
/** A simulated venue is on this machine. */
export const LOOPBACK: readonly string[] = ['127.0.0.1', 'localhost', '[::1]', '::1']

const isAt =
  (hosts: readonly string[]) =>
  (url: string): boolean => {
    const { hostname, protocol } = new URL(url)
    return LOOPBACK.includes(hostname) || (hosts.includes(hostname) && ['https:', 'wss:'].includes(protocol))
  }
export const isLive = isAt(LIVE_HOSTS)
export const isDemo = isAt(DEMO_HOSTS)

/** `account` is a name of our own: Kalshi's interface tells none. The ledger bears it. */
const key = { key_id: z.string().min(1), private_key_file: z.string().min(1) }
const NOT_LIVE = {
  message: `is not Kalshi's: its addresses are https://${LIVE_HOSTS[0]} and wss://${LIVE_HOSTS[1]}, or both at ${LIVE_HOSTS[2]}`,
}
const NOT_DEMO = {
  message: `is not Kalshi's demo venue: doctor demo places an order, and only at ${DEMO_HOSTS[0]} or ${DEMO_HOSTS[2]}`,
}

/** An account at Kalshi, with its addresses and its key. */
export interface KalshiAccountFile {
  readonly account: string
  readonly restUrl: string
  readonly wsUrl: string
  readonly keyId: string
  /** Relative to the folder of the configuration. */
  readonly privateKeyFile: string
}
interface Written {
  readonly account: string
  readonly rest_url: string
  readonly ws_url: string
  readonly key_id: string
  readonly private_key_file: string
}
const read = ({ account, rest_url, ws_url, key_id, private_key_file }: Written): KalshiAccountFile => ({
  ...{ account, restUrl: rest_url, wsUrl: ws_url, keyId: key_id, privateKeyFile: private_key_file },
})

/** What modes paper, observe and live see and trade. */
export const liveSchema = z
  .strictObject({
    account: z.string().min(1).default('live'),
    rest_url: z.url().default('https://external-api.kalshi.com/trade-api/v2').refine(isLive, NOT_LIVE),
    ws_url: z.url().default('wss://external-api-ws.kalshi.com/trade-api/ws/v2').refine(isLive, NOT_LIVE),
    ...key,
  })
  .transform(read)

/** Mock funds and credentials of its own: for mode demo, and for `crossbook doctor demo`. */
export const demoSchema = z
  .strictObject({
    account: z.string().min(1).default('demo'),
    rest_url: z.url().default('https://external-api.demo.kalshi.co/trade-api/v2').refine(isDemo, NOT_DEMO),
    ws_url: z.url().default('wss://external-api-ws.demo.kalshi.co/trade-api/ws/v2').refine(isDemo, NOT_DEMO),
    ...key,
  })
  .transform(read)

/** The IB Gateway, and the account that is logged in there. */
export const gatewaySchema = z.strictObject({
  host: z.string().min(1).default('127.0.0.1'),
  port: z.int().min(1).max(65_535),
  account: z.string().regex(/^[A-Z]+\d+$/, 'is the account as IBKR shows it, like DU1234567 (paper) or U1234567'),
})

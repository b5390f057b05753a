import path from 'node:path'
import { loginOf } from '../core/login'
import { armLiveRefusal } from '../core/risk/arming'
import { isOnPaper } from '../core/trade/paper'
import { ConfigurationError, type Environment } from './environment'
import type { Config } from './load'
import { isDemo, isLive, LOOPBACK, type KalshiAccountFile } from './schema/accounts'
import type { Endpoints } from './schema/stack'
import type { VenuesFile } from './schema/venues'

/** Where both venues are, and as whom they are asked. */
export type Places = Pick<Endpoints, 'kalshi' | 'forecastex'>

/**
 * The venues that the configuration names for its mode; null: simulated ones, which `npm start` brings. Modes `paper` and `observe` rehearse on
 * simulated feeds where none is named.
 * @throws ConfigurationError naming the section that is missing
 */
export function placesOf({ mode, kalshi, forecastex }: VenuesFile, configDir: string): Places | null {
  if (mode === 'sim') return null
  const section = mode === 'demo' ? 'demo' : 'live'
  const account = kalshi[section]
  const { gateway } = forecastex
  if (isOnPaper(mode) && account === undefined && gateway === undefined) return null
  if (account === undefined)
    throw missing(mode, `kalshi.${section}: { key_id, private_key_file }`, 'create an API key in the account settings of Kalshi')
  if (gateway === undefined)
    throw missing(mode, 'forecastex.gateway: { host, port, account }', 'start an IB Gateway and let it accept connections')
  return { kalshi: { ...account, privateKeyFile: keyFileOf(account, configDir) }, forecastex: gateway }
}

const missing = (mode: string, section: string, remedy: string): ConfigurationError =>
  new ConfigurationError(
    `mode ${mode} needs ${section} in config/venues.yaml, and it is missing: ${remedy}, and write it there (docs/modes.md)`,
  )

export const keyFileOf = ({ privateKeyFile }: Pick<KalshiAccountFile, 'privateKeyFile'>, configDir: string): string =>
  path.resolve(configDir, privateKeyFile)

/** What a process that may send orders has to know of itself. */
type Placed = Pick<Config, 'mode' | 'endpoints' | 'venues' | 'namespace'>

/**
 * For a process that sends orders: the addresses file may name only venues that the mode trades at, whoever wrote it (design.md §8). Inspecting
 * another one is permitted.
 * @throws ConfigurationError with one sentence that says what to change
 */
export function refuseMisplaced(config: Placed, env: Environment): void {
  const why = misplaced(config, env)
  if (why !== null) throw new ConfigurationError(why)
}

function misplaced(config: Placed, env: Environment): string | null {
  const { mode, endpoints } = config
  const { kalshi, forecastex } = endpoints
  const urls = [kalshi.restUrl, kalshi.wsUrl]
  const foreign = [...urls.map((url) => new URL(url).hostname), forecastex.host].find((host) => !LOOPBACK.includes(host))
  switch (mode) {
    case 'sim':
      return foreign === undefined
        ? otherLogin('sim', forecastex.account)
        : `mode sim trades simulated venues on this machine only, and run/endpoints.json names ${foreign}: start with npm start, which writes that file`
    case 'paper':
    case 'observe':
      return openCalendar(config, urls)
    case 'demo':
      return (
        unlike(urls, isDemo, "mode demo trades at Kalshi's demo venue only") ??
        otherLogin('demo', forecastex.account) ??
        openCalendar(config, urls)
      )
    case 'live':
      return (
        unlike(urls, (url) => isLive(url) && !isLocal(url), "mode live trades at Kalshi's own addresses only") ??
        otherLogin('live', forecastex.account) ??
        openCalendar(config, urls) ??
        unarmed(config, env)
      )
  }
}

/**
 * Whether the venues of these addresses are simulated, whoever started them: Kalshi itself is never on this machine, while a real gateway usually is. What
 * is seen there proves nothing of a venue.
 */
export const isSimulated = ({ simControlUrl, kalshi }: Pick<Endpoints, 'simControlUrl' | 'kalshi'>): boolean =>
  simControlUrl !== null || isLocal(kalshi.restUrl)

const isLocal = (url: string): boolean => LOOPBACK.includes(new URL(url).hostname)

function unlike(urls: readonly string[], fits: (url: string) => boolean, sentence: string): string | null {
  const other = urls.find((url) => !fits(url))
  return other === undefined ? null : `${sentence}, and run/endpoints.json names ${other}: start with npm start, which writes that file`
}

/** A gateway with money is on this machine as often as not: its account tells. */
function otherLogin(mode: 'sim' | 'demo' | 'live', account: string): string | null {
  if (loginOf(account) === (mode === 'live' ? 'live' : 'paper')) return null
  return `mode ${mode} needs ${mode === 'live' ? 'an account with money at IBKR, which does not begin with D' : 'an account without money at IBKR, which begins with D'}: that of the gateway is ${account}`
}

/** A real venue has a week of its own (E28): an open calendar would let trades open into its pauses. */
function openCalendar({ venues, mode }: Placed, urls: readonly string[]): string | null {
  if (urls.every(isLocal)) return null
  const open = (['kalshi', 'forecastex'] as const).find((venue) => venues[venue].calendar === 'open')
  if (open === undefined) return null
  return `${open}.calendar is open, which is for simulated venues: mode ${mode} needs calendar: venue in config/venues.yaml`
}

/**
 * `live` needs two flags that agree, and a namespace that was named for it (design.md §8): trades of real money are not found among those of a start that
 * named none. What is not proven of the venues refuses openings, not the start: what is held must be brought to its end (E4).
 */
function unarmed({ endpoints, namespace }: Placed, env: Environment): string | null {
  const refusal = armLiveRefusal(endpoints.kalshi.account, env['CROSSBOOK_ARM_LIVE'])
  if (refusal !== null) return refusal
  return namespace === 'default'
    ? 'mode live needs a Temporal namespace of its own: set TEMPORAL_NAMESPACE, for example to crossbook-live'
    : null
}

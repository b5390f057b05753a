import { assertNever } from '../../../core/assert'
import { loginOf, type Login } from '../../../core/login'

/** Why there is no session with the gateway, or one that cannot do all of its work. Each says what was found; {@link describe} says what to do. */
export type Trouble =
  | { readonly kind: 'nothing-listens'; readonly host: string; readonly port: number; readonly account: string }
  | { readonly kind: 'unreachable'; readonly host: string; readonly port: number; readonly cause: string }
  /** `saw`: the beginning of what it said, printable; null: it says nothing to a client's hello. */
  | { readonly kind: 'not-a-gateway'; readonly host: string; readonly port: number; readonly saw: string | null }
  | { readonly kind: 'closed-at-once'; readonly host: string; readonly port: number }
  | { readonly kind: 'version'; readonly message: string }
  | { readonly kind: 'client-id-taken'; readonly clientId: number }
  | { readonly kind: 'login-expired'; readonly host: string; readonly port: number }
  | { readonly kind: 'wrong-account'; readonly account: string; readonly managed: readonly string[] }
  /** A session, or the beginning of one, that ended without a word. */
  | { readonly kind: 'lost'; readonly cause: string }
  | { readonly kind: 'silent'; readonly cause: string }
  /** The client library threw while it read. */
  | { readonly kind: 'unreadable'; readonly cause: string }
  /** 1300. */
  | { readonly kind: 'port-changed'; readonly message: string }
  | { readonly kind: 'broker-lost'; readonly code: number }
  | { readonly kind: 'read-only' }
  /** `code` null: contracts were looked for, none was found, and the product itself is known. */
  | { readonly kind: 'no-permission'; readonly code: number | null; readonly message: string }
  | { readonly kind: 'throttled' }
  | { readonly kind: 'competing-session' }
  /** Contracts without live quotes. `code` null: quotes come, and are delayed. */
  | { readonly kind: 'not-quoted'; readonly code: number | null; readonly conIds: readonly number[] }

/** The usual ports, as IBKR documents them. */
const PORTS: Readonly<Record<Login, string>> = { paper: '4002 (TWS 7497)', live: '4001 (TWS 7496)' }
/** Contracts named in a sentence; all are in the trouble itself. */
const NAMED_MAX = 5

/** What was found, and what to do about it. */
export interface Description {
  readonly found: string
  readonly remedy: string
}

/** The trouble in one sentence. */
export function sentence(trouble: Trouble): string {
  const { found, remedy } = describe(trouble)
  return `${found}: ${remedy}`
}

export function describe(trouble: Trouble): Description {
  switch (trouble.kind) {
    case 'nothing-listens':
    case 'unreachable':
    case 'not-a-gateway':
    case 'closed-at-once':
    case 'version':
      return noGateway(trouble)
    case 'client-id-taken':
    case 'login-expired':
    case 'wrong-account':
    case 'lost':
    case 'silent':
    case 'unreadable':
    case 'port-changed':
      return noSession(trouble)
    case 'broker-lost':
    case 'read-only':
    case 'no-permission':
    case 'throttled':
    case 'competing-session':
    case 'not-quoted':
      return halfSession(trouble)
    default:
      return assertNever(trouble, 'trouble')
  }
}

type Of<Kind extends Trouble['kind']> = Extract<Trouble, { readonly kind: Kind }>

function noGateway(trouble: Of<'nothing-listens' | 'unreachable' | 'not-a-gateway' | 'closed-at-once' | 'version'>): Description {
  switch (trouble.kind) {
    case 'nothing-listens': {
      const { host, port, account } = trouble
      const login = loginOf(account)
      return {
        found: `nothing listens at ${host}:${port}`,
        remedy: `start IB Gateway, or correct the port: usual are 4001 for a live and 4002 for a paper Gateway, 7496 and 7497 for TWS; ${account} is a ${login} account, so ${PORTS[login]}`,
      }
    }
    case 'unreachable':
      return {
        found: `${trouble.host}:${trouble.port} cannot be reached (${trouble.cause})`,
        remedy: 'correct the host, or the network and firewall between here and the gateway',
      }
    case 'not-a-gateway': {
      const said = trouble.saw === null ? 'says nothing to the hello of a client' : `answered "${trouble.saw}"`
      return {
        found: `what listens at ${trouble.host}:${trouble.port} ${said}: it is no IB Gateway, or one that hangs`,
        remedy: 'correct the port, or look whether the gateway waits in a dialogue of its window',
      }
    }
    case 'closed-at-once':
      return {
        found: `${trouble.host}:${trouble.port} closes every connection at once`,
        remedy: "add this host to the gateway's Trusted IPs and enable its API (Configure, Settings, API), or correct the port",
      }
    case 'version':
      return {
        found: `the gateway's version does not fit (${trouble.message})`,
        remedy: 'install a current stable, offline build of IB Gateway',
      }
    default:
      return assertNever(trouble, 'trouble')
  }
}

function noSession(
  trouble: Of<'client-id-taken' | 'login-expired' | 'wrong-account' | 'lost' | 'silent' | 'unreadable' | 'port-changed'>,
): Description {
  switch (trouble.kind) {
    case 'client-id-taken':
      return {
        found: `client id ${trouble.clientId} is in use`,
        remedy: 'its holder still lives: wait for its end, or stop whatever else uses that id (forecastex.client_id)',
      }
    case 'login-expired':
      return {
        found: `the gateway at ${trouble.host}:${trouble.port} accepts clients and gives none a session`,
        remedy: 'log in to it by hand: its login has expired, as it does every week',
      }
    case 'wrong-account':
      return wrongAccount(trouble)
    case 'lost':
      return { found: `the connection to the gateway was lost (${trouble.cause})`, remedy: 'nothing to do, it is opened again by itself' }
    case 'silent':
      return { found: `the gateway is silent (${trouble.cause})`, remedy: 'if it stays so, start the gateway again' }
    case 'unreadable':
      return {
        found: `the client library threw over what the gateway sent (${trouble.cause})`,
        remedy: 'the session begins anew by itself; keep the capture of this moment',
      }
    case 'port-changed':
      return {
        found: `the gateway's port was changed (${trouble.message})`,
        remedy: 'write the new port into the configuration and start again',
      }
    default:
      return assertNever(trouble, 'trouble')
  }
}

function wrongAccount({ account, managed }: Of<'wrong-account'>): Description {
  const there = managed.map((name) => `${name} (${loginOf(name)})`).join(', ') || 'no account'
  const login = loginOf(account)
  const mixedUp = managed.length > 0 && managed.every((name) => loginOf(name) !== login)
  return {
    found: `the gateway is logged in to ${there}, not to ${account} (${login})`,
    remedy: mixedUp
      ? `connect to the ${login} Gateway, usually port ${PORTS[login]}, or correct the account`
      : 'log in as a user of that account, or correct the account',
  }
}

function halfSession(
  trouble: Of<'broker-lost' | 'read-only' | 'no-permission' | 'throttled' | 'competing-session' | 'not-quoted'>,
): Description {
  switch (trouble.kind) {
    case 'broker-lost':
      return {
        found: `the gateway does not reach IBKR (${trouble.code})`,
        remedy: 'it connects again by itself; if it stays so, see the status page of IBKR and the network of the gateway',
      }
    case 'read-only':
      return {
        found: "the gateway's API is read-only",
        remedy: 'untick "Read-Only API" in its settings (Configure, Settings, API)',
      }
    case 'no-permission':
      return {
        found: `the account seems to lack the permission for event contracts (${trouble.code === null ? trouble.message : `${trouble.code}: ${trouble.message}`})`,
        remedy: 'ask for "Event Contracts / ForecastEx" under Trading Permissions in the Client Portal',
      }
    case 'throttled':
      return {
        found: 'the gateway refuses messages because they come too fast (100)',
        remedy:
          'we send less until it is content; set forecastex.messages_per_second to half of the market data lines, and see what else uses this gateway',
      }
    case 'competing-session':
      return {
        found: 'another session of this login takes the market data (10197)',
        remedy: 'log the other one out (live and paper together, TWS, phone), or share the data subscription',
      }
    case 'not-quoted': {
      const { code, conIds } = trouble
      const more = conIds.length > NAMED_MAX ? ` and ${conIds.length - NAMED_MAX} more` : ''
      return {
        found: `no live quotes of ${conIds.slice(0, NAMED_MAX).join(', ')}${more} (${code ?? 'delayed data'})`,
        remedy:
          'subscribe to the market data of event contracts in the Client Portal and share it with a paper account; nothing trades on delayed data',
      }
    }
    default:
      return assertNever(trouble, 'trouble')
  }
}

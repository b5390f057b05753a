import { requestId, requestTokens } from './protocol/lengths'
import { reply } from './protocol/replies'
import { REQUEST } from './protocol/requests'
import { AccountReads } from './reads/accounts'
import { ContractReads } from './reads/contracts'
import type { Handler, ReadOptions } from './reads/options'
import { OrderReads } from './reads/orders'
import type { Session } from './session'

/** The requests that change nothing at the exchange. */
export class Reads {
  readonly accounts: AccountReads
  readonly #handlers: ReadonlyMap<number, Handler>

  constructor(options: ReadOptions) {
    const nothing: Handler = () => undefined
    this.accounts = new AccountReads(options)
    this.#handlers = new Map<number, Handler>([
      ...new OrderReads(options).handlers(),
      ...new ContractReads(options).handlers(),
      ...this.accounts.handlers(),
      [REQUEST.currentTime, (session) => session.send(...reply.currentTime(options.clock.nowMs()))],
      [REQUEST.newsProviders, (session) => session.send(...reply.newsProviders())],
      [REQUEST.smartComponents, (session, [, reqId = '']) => session.send(...reply.smartComponents(reqId))],
      // Accepted without an answer, as by a real gateway: there is no news, and which data flow is what the venue entitles to.
      [REQUEST.serverLogLevel, nothing],
      [REQUEST.marketDataType, nothing],
      [REQUEST.newsBulletins, nothing],
      [REQUEST.cancelNewsBulletins, nothing],
    ])
  }

  serve(session: Session, tokens: readonly string[]): void {
    this.#handlers.get(Number(tokens[0]))?.(session, tokens)
  }
}

/** What the gateway refuses while its API is read-only: orders, and the reads that bind them (§6 "host"). */
const NOT_READ_ONLY: ReadonlyMap<number, string> = new Map([
  [REQUEST.placeOrder, 'bO'],
  [REQUEST.cancelOrder, 'b3'],
  [REQUEST.globalCancel, 'b_'],
  [REQUEST.openOrders, 'bJ'],
  [REQUEST.autoOpenOrders, 'bM'],
  [REQUEST.allOpenOrders, 'bK'],
  [REQUEST.completedOrders, 'cX'],
])

/** Why a request is not served at all: its length is not its layout's, or the API is read-only. @returns null when it may be. */
export function obstacleTo(
  session: Session,
  tokens: readonly string[],
  isReadOnly: boolean,
): readonly [id: string, code: number, text: string] | null {
  const message = Number(tokens[0])
  const expected = requestTokens(message, session.version)
  if (expected === null) return ['-1', 320, `Error reading request. Message id ${tokens[0]} is not served here`]
  if (tokens.length !== expected) {
    const text = `Error reading request. Message id ${tokens[0]}: ${tokens.length} tokens where ${expected} are expected`
    return [requestIdOf(session, tokens), 320, text]
  }
  const kind = NOT_READ_ONLY.get(message)
  if (!isReadOnly || kind === undefined) return null
  const text = `Error validating request.-'${kind}' : cause - The API interface is currently in Read-Only mode.`
  return [requestIdOf(session, tokens), 321, text]
}

/** cancelOrder has its order id where the version says. */
function requestIdOf(session: Session, tokens: readonly string[]): string {
  if (Number(tokens[0]) !== REQUEST.cancelOrder) return requestId(tokens)
  return tokens[session.version >= 192 ? 1 : 2] || '-1'
}

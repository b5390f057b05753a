import { constants, generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import WebSocket from 'ws'

/** A client of the exchange that shares no code with the product: plain fetch, ws, and node's own signing. */

export interface KeyPair {
  readonly publicPem: string
  readonly privateKey: KeyObject
}

export function makeKey(kind: 'rsa' | 'ed25519'): KeyPair {
  const { publicKey, privateKey } = kind === 'rsa' ? generateKeyPairSync('rsa', { modulusLength: 2048 }) : generateKeyPairSync('ed25519')
  return { publicPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(), privateKey }
}

export interface Signer {
  readonly keyId: string
  readonly privateKey: KeyObject
}

/** The three headers; `atMs` and `path` may be made wrong on purpose. */
export function signedHeaders(signer: Signer, method: string, path: string, atMs: number = Date.now()): Record<string, string> {
  const text = Buffer.from(`${atMs}${method}${path.split('?')[0]}`)
  const signature =
    signer.privateKey.asymmetricKeyType === 'ed25519'
      ? sign(null, text, signer.privateKey)
      : sign('sha256', text, { key: signer.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 })
  return {
    'KALSHI-ACCESS-KEY': signer.keyId,
    'KALSHI-ACCESS-TIMESTAMP': String(atMs),
    'KALSHI-ACCESS-SIGNATURE': signature.toString('base64'),
  }
}

export interface Reply {
  readonly status: number
  readonly body: Record<string, unknown>
}

/** A client call has a limit, so that a fault that never answers ends a test. */
const CALL_MS_MAX = 5_000

export class RestClient {
  constructor(
    readonly restUrl: string,
    readonly signer: Signer | null,
  ) {}

  async call(method: string, path: string, body?: unknown, limitMs: number = CALL_MS_MAX): Promise<Reply> {
    const url = new URL(`${this.restUrl}${path}`)
    const headers = this.signer ? signedHeaders(this.signer, method, url.pathname) : {}
    return this.raw(method, path, headers, body, limitMs)
  }

  async raw(method: string, path: string, headers: Record<string, string>, body?: unknown, limitMs: number = CALL_MS_MAX): Promise<Reply> {
    const response = await fetch(`${this.restUrl}${path}`, {
      method,
      headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
      signal: AbortSignal.timeout(limitMs),
    })
    const text = await response.text()
    return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) }
  }

  get = (path: string): Promise<Reply> => this.call('GET', path)

  order(fields: Record<string, unknown>, limitMs?: number): Promise<Reply> {
    return this.call('POST', '/portfolio/events/orders', { ...ORDER, ...fields }, limitMs)
  }

  cancel = (orderId: unknown, query = ''): Promise<Reply> => this.call('DELETE', `/portfolio/events/orders/${String(orderId)}${query}`)
}

const ORDER = {
  side: 'bid',
  count: '1.00',
  price: '0.5000',
  time_in_force: 'immediate_or_cancel',
  self_trade_prevention_type: 'taker_at_cross',
}

export type Message = Record<string, unknown> & {
  readonly type: string
  readonly msg: Record<string, unknown>
  readonly seq?: number
  readonly sid?: number
}

/** A WebSocket that keeps what it received and can wait for more, with a limit. */
export class StreamClient {
  readonly messages: Message[] = []
  closed = false
  pings: string[] = []
  readonly #waiting = new Set<() => void>()
  #read = 0

  private constructor(readonly socket: WebSocket) {
    socket.on('message', (data: Buffer) => {
      this.messages.push(JSON.parse(data.toString()) as Message)
      this.#wake()
    })
    socket.on('ping', (data: Buffer) => {
      this.pings.push(data.toString())
      this.#wake()
    })
    socket.on('close', () => {
      this.closed = true
      this.#wake()
    })
    socket.on('error', () => undefined)
  }

  static async open(url: string, signer: Signer): Promise<StreamClient> {
    const client = new StreamClient(new WebSocket(url, { headers: signedHeaders(signer, 'GET', new URL(url).pathname) }))
    await new Promise<void>((resolve, reject) => {
      client.socket.once('open', resolve)
      client.socket.once('error', reject)
    })
    return client
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake()
  }

  send(command: unknown): void {
    this.socket.send(typeof command === 'string' ? command : JSON.stringify(command))
  }

  /** The next message not yet taken that fits; others before it are passed over. */
  next(fits: (message: Message) => boolean = () => true): Promise<Message> {
    return this.until(() => {
      while (this.#read < this.messages.length) {
        const message = this.messages[this.#read++]
        if (message && fits(message)) return message
      }
      return null
    })
  }

  ofType = (type: string): Promise<Message> => this.next((message) => message.type === type)

  /** Waits until `look` finds something. */
  until<T>(look: () => T | null, limitMs = 20_000): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(check)
        reject(new Error(`nothing within ${limitMs} ms; received ${JSON.stringify(this.messages.slice(-5))}`))
      }, limitMs)
      const check = (): void => {
        const found = look()
        if (found === null) return
        clearTimeout(timer)
        this.#waiting.delete(check)
        resolve(found)
      }
      this.#waiting.add(check)
      check()
    })
  }

  async subscribe(channels: readonly string[], tickers?: readonly string[], extra: Record<string, unknown> = {}): Promise<void> {
    this.send({ id: 1, cmd: 'subscribe', params: { channels, ...(tickers ? { market_tickers: tickers } : {}), ...extra } })
    for (const _ of channels) await this.ofType('subscribed')
  }

  close(): void {
    this.socket.terminate()
  }
}

import type { Clock } from '../../../ports/clock'
import type { HttpMethod } from '../../http'
import type { AccountLimits, BucketLimits, EndpointCosts } from '../wire/limits'

const NS_PER_SECOND = 1e9
const MS_PER_SECOND = 1_000
/** Longer than an empty bucket of any tier takes to fill (3 s): a read that has no tokens by then stands behind too many others. */
const READ_WAIT_MS_MAX = 10_000
/** Two orders are resolved with what long lists leave: freshness, orders and fills of each, at ten tokens. */
const ORDER_READ_TOKENS = 60
/** After a 429 the bucket is empty, and up to this part of a second later for each process of the account, lest all come back at once. */
const JITTER_SECONDS = 0.2
/** Shard 0 and whatever names no shard is billed to the unscoped bucket (kalshi §8). */
const UNSCOPED = 0

/** Before the venue has told: Basic tier and the prices of October 2026 (kalshi §8). */
const FIRST_LIMITS: AccountLimits = {
  tier: 'basic',
  read: { perSecond: 200, capacity: 200 },
  write: { perSecond: 100, capacity: 100 },
}
const FIRST_COSTS: EndpointCosts = {
  standard: 10,
  special: [
    { method: 'DELETE', path: '/trade-api/v2/portfolio/events/orders', cost: 2 },
    { method: 'DELETE', path: '/trade-api/v2/portfolio/events/orders/:order_id', cost: 2 },
    { method: 'DELETE', path: '/trade-api/v2/portfolio/events/orders/batched', cost: 2 },
    { method: 'GET', path: '/trade-api/v2/portfolio/orders/:order_id', cost: 2 },
  ],
}

/** 'order': resolves an order or answers an operator. 'list': a further page, or one read of very many, which leaves room for the former. */
export type ReadUrgency = 'order' | 'list'
export interface BucketState {
  /** "read", "write", "write 2" for shard 2. */
  readonly bucket: string
  readonly level: number
  readonly capacity: number
}

/** The account's request budget as this process sees it: one bucket of reads, one of writes for each shard (E18, kalshi §8). */
export class Pacing {
  readonly #clock: Clock
  readonly #random: () => number
  readonly #read: Bucket
  readonly #writes = new Map<number, Bucket>()
  #limits = FIRST_LIMITS
  #costs = new CostTable(FIRST_COSTS)

  /** @param random 0 ≤ x < 1: spreads the processes of one account after a 429 */
  constructor(clock: Clock, random: () => number) {
    this.#clock = clock
    this.#random = random
    this.#read = new Bucket(FIRST_LIMITS.read, clock)
  }

  /** What was spent stays spent. */
  tell(limits: AccountLimits, costs: EndpointCosts): void {
    this.#limits = limits
    this.#costs = new CostTable(costs)
    this.#read.tell(limits.read)
    for (const bucket of this.#writes.values()) bucket.tell(limits.write)
  }

  /** @param path full path from the root, without query */
  costOf = (method: HttpMethod, path: string): number => this.#costs.of(method, path)

  /**
   * Takes the tokens of a read, as soon as they are there.
   * @throws Error when it can never fit or stays without tokens for READ_WAIT_MS_MAX; the signal's reason when it aborts
   */
  async read(path: string, urgency: ReadUrgency, signal: AbortSignal): Promise<void> {
    const cost = this.costOf('GET', path)
    const { capacity } = this.#limits.read
    if (cost > capacity)
      throw new Error(`GET ${path} costs ${cost} tokens and the account's bucket holds ${capacity}: no wait lets it through`)
    // a small bucket leaves half of itself
    const reserve = urgency === 'list' ? Math.min(ORDER_READ_TOKENS, (capacity - cost) / 2) : 0
    for (let waitedMs = 0; ;) {
      const missing = this.#read.missing(cost + reserve)
      if (missing <= 0) break
      const waitMs = Math.max(1, Math.ceil((missing / this.#limits.read.perSecond) * MS_PER_SECOND))
      if (waitedMs + waitMs > READ_WAIT_MS_MAX)
        throw new Error(`GET ${path} found no tokens within ${READ_WAIT_MS_MAX} ms: this account asks Kalshi for more than its ${capacity}`)
      await this.#clock.sleep(waitMs, signal)
      waitedMs += waitMs
    }
    this.#read.spend(cost)
  }

  /** Accounts for a read that does not wait: the few that keep connections warm. */
  spendRead(path: string): void {
    this.#read.spend(this.costOf('GET', path))
  }

  /**
   * Accounts for a write. It never waits: the token desk admits trades, and a cure must go (E4).
   * @param shard that is billed; a batch is billed to the unscoped bucket whatever it contains
   * @returns a sentence when it can never fit (batches are all or nothing), and then takes nothing
   */
  write(method: HttpMethod, path: string, shard: number, items: number): string | null {
    const each = this.costOf(method, path)
    const { capacity } = this.#limits.write
    if (each * items > capacity)
      return `${items} orders cost ${each * items} tokens and the account's bucket holds ${capacity}: send at most ${Math.floor(capacity / each)} in one batch`
    this.#bucketOf(shard).spend(each * items)
    return null
  }

  /** The venue answered 429: whatever we believed, there is nothing left. */
  exhausted(method: HttpMethod, shard: number): void {
    const bucket = method === 'GET' ? this.#read : this.#bucketOf(shard)
    bucket.drain(this.#random() * JITTER_SECONDS)
  }

  state(): readonly BucketState[] {
    const writes = [...this.#writes].map(([shard, bucket]) => bucket.state(shard === UNSCOPED ? 'write' : `write ${shard}`))
    return [this.#read.state('read'), ...writes]
  }

  /** What the venue routes itself is billed to every shard: the bucket that all share stands for them. */
  #bucketOf(asked: number): Bucket {
    const shard = Math.max(asked, UNSCOPED)
    const known = this.#writes.get(shard)
    if (known) return known
    const bucket = new Bucket(this.#limits.write, this.#clock)
    this.#writes.set(shard, bucket)
    return bucket
  }
}

/** Refills evenly; may be below zero, since a write is never refused. */
class Bucket {
  readonly #clock: Clock
  #limits: BucketLimits
  #level: number
  #atNs: bigint

  constructor(limits: BucketLimits, clock: Clock) {
    this.#limits = limits
    this.#level = limits.capacity
    this.#clock = clock
    this.#atNs = clock.monoNs()
  }
  tell(limits: BucketLimits): void {
    this.#refill()
    this.#level += limits.capacity - this.#limits.capacity
    this.#limits = limits
  }
  missing(tokens: number): number {
    this.#refill()
    return tokens - this.#level
  }
  spend(tokens: number): void {
    this.#refill()
    this.#level -= tokens
  }
  /** @param seconds of refill that are missing as well */
  drain(seconds: number): void {
    this.#refill()
    this.#level = Math.min(this.#level, -seconds * this.#limits.perSecond)
  }
  state(bucket: string): BucketState {
    this.#refill()
    return { bucket, level: Math.floor(this.#level), capacity: this.#limits.capacity }
  }
  #refill(): void {
    const nowNs = this.#clock.monoNs()
    const refill = (Number(nowNs - this.#atNs) / NS_PER_SECOND) * this.#limits.perSecond
    this.#level = Math.min(this.#limits.capacity, this.#level + refill)
    this.#atNs = nowNs
  }
}

/** Paths with ":name" and "*name". A literal path wins over a pattern, and a pattern over the standard. */
/** What a call costs by the venue's list, whose paths have ":name" for one segment and "*name" for the rest. */
export class CostTable {
  readonly #standard: number
  readonly #literal = new Map<string, number>()
  readonly #patterns: { readonly method: string; readonly path: RegExp; readonly cost: number }[] = []

  constructor({ standard, special }: EndpointCosts) {
    this.#standard = standard
    for (const { method, path, cost } of special) {
      if (!/[:*]/.test(path)) this.#literal.set(`${method} ${path}`, cost)
      else this.#patterns.push({ method, path: patternOf(path), cost })
    }
  }
  of(method: HttpMethod, path: string): number {
    const literal = this.#literal.get(`${method} ${path}`)
    if (literal !== undefined) return literal
    return this.#patterns.find((pattern) => pattern.method === method && pattern.path.test(path))?.cost ?? this.#standard
  }
}

function patternOf(path: string): RegExp {
  const segments = path.split('/').map((segment) => {
    if (segment.startsWith(':')) return '[^/]+'
    return segment.startsWith('*') ? '.+' : segment.replace(/[.+?^${}()|[\]\\]/g, '\\$&')
  })
  return new RegExp(`^${segments.join('/')}$`)
}

import { z } from 'zod'
import type { BoxPair } from '../core/box/detect'
import type { BoxDecided } from '../core/box/finding'
import type { EdgeDecided } from '../core/edge/decided'
import type { GameMapping } from '../core/edge/games/game'
import { LEAGUES, type League } from '../core/edge/games/series'
import { marketId, subjectId, tradeId, VENUES, type MarketId, type Venue } from '../core/ids'
import type { BarChange } from '../core/market/bars'
import type { Frame } from '../core/market/event'
import type { Limits } from '../core/risk/limits'
import { millis, money, ONE_DOLLAR, price, quantity } from '../core/units'
import type { Listing } from '../ports/catalog'
import type { Decided } from '../ports/frame-log'
import type { ToldEdgeMarket } from '../streaming/edges/edge-desk'

/** What else decides besides the venues' frames (design.md §7). */
export type House =
  | { readonly kind: 'pairs'; readonly pairs: readonly BoxPair[] }
  | { readonly kind: 'listing'; readonly listing: Listing }
  | { readonly kind: 'limits'; readonly limits: Limits }
  /** Nothing opens there; reason null: it may again. */
  | { readonly kind: 'bar'; readonly bar: BarChange }
  /** Markets on games, and what they are. */
  | { readonly kind: 'edges'; readonly markets: readonly ToldEdgeMarket[] }
  /** What the auditor did not believe. */
  | { readonly kind: 'forget'; readonly venue: Venue; readonly markets: readonly MarketId[] }
  /** Stops launches, not finds: a replay launches nothing. */
  | { readonly kind: 'halts' }
  /** A find that became a trade: a replay must find the same. `epoch`: of the lease under which its orders may be sent. */
  | { readonly kind: 'decided'; readonly decided: Decided; readonly epoch: number | null }
  /** What stands is told again, for whoever begins to read here: `readAgain` reads it. */
  | { readonly kind: 'again'; readonly body: unknown }
  /** From here on this process may send orders (E19). */
  | { readonly kind: 'lease'; readonly epoch: number | null }

export const integer = z.int()
const dollars = integer.transform((units) => money(units))
export const contracts = integer.transform((units) => quantity(units))
export const time = integer.transform((ms) => millis(ms))
export const bandPrice = integer
  .min(0)
  .max(ONE_DOLLAR)
  .transform((units) => price(units))
export const market = z.string().transform((text) => marketId(text))

const payout = z.strictObject({ least: dollars, most: dollars })
const jointState = z.strictObject({
  name: z.enum(['tie', 'void', 'scalar', 'gap', 'hazard']),
  kalshiYes: payout,
  forecastexYes: payout,
  together: z.boolean(),
})

export const pairsSchema: z.ZodType<readonly BoxPair[]> = z.array(
  z.strictObject({
    id: z.string().transform((text) => subjectId(text)),
    kalshi: market,
    forecastex: market,
    certificate: z.strictObject({
      id: z.string(),
      class: z.enum(['S0', 'S1', 'S1h', 'S2', 'S3']),
      polarity: z.enum(['same', 'opposite']),
      approvedFor: z.enum(['sim', 'all']),
      version: z.string(),
      states: z.array(jointState).exactOptional(),
      rules: z.strictObject({ kalshi: z.string(), forecastex: z.string() }).exactOptional(),
      expiresMs: time.exactOptional(),
    }),
  }),
)

const hours = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('told'),
    fromMs: time,
    untilMs: time,
    sessions: z.array(z.strictObject({ fromMs: time, untilMs: time })),
  }),
  z.strictObject({ kind: z.literal('unreadable'), text: z.string() }),
])
export const listingSchema: z.ZodType<Listing> = z.strictObject({
  venue: z.enum(VENUES),
  market,
  event: z.string(),
  series: z.string(),
  title: z.string(),
  status: z.enum(['open', 'paused', 'closed', 'determined', 'settled']),
  bands: z.array(z.strictObject({ start: bandPrice, end: bandPrice, step: bandPrice })),
  openMs: time.exactOptional(),
  closeMs: time,
  canCloseEarly: z.boolean().exactOptional(),
  fees: z.strictObject({ feeType: z.string(), multiplier: integer, fetchedAtMs: time, changesMs: time.exactOptional() }),
  shard: integer.nullable(),
  contracts: z.strictObject({ yes: integer, no: integer }).nullable(),
  hours: hours.exactOptional(),
  rulesSha256: z.string().exactOptional(),
  payoutMs: time.exactOptional(),
  yesPays: dollars.nullable(),
})

export const limitsSchema: z.ZodType<Limits> = z.strictObject({
  version: z.string(),
  maxContractsPerTrade: contracts,
  firstContracts: contracts,
  firstCleanTrades: integer,
  nextContracts: contracts,
  nextCleanTrades: integer,
  maxPremiumPerTrade: dollars,
  maxContractsPerMarket: contracts,
  maxContractsPerEvent: contracts,
  maxContractsPerDay: contracts,
  maxOpeningsPerMinute: integer,
  minOpeningGapMs: integer,
  maxOpeningsPerDay: integer,
  maxOpenTrades: integer,
  maxDailyLoss: dollars,
  maxWeeklyLoss: dollars,
  maxConsecutiveLosses: integer,
  breakerCoolDownMs: integer,
  lossBudgetPerTrade: dollars,
  maxUnpairedPremium: dollars,
  maxUnpairedPremiumTotal: dollars,
  maxUnpairedAgeMs: integer,
  maxUnpairedFirstLegs: integer,
  moreFirstLegsCleanTrades: integer,
  maxDustPerMarket: contracts,
  minCashPerVenue: dollars,
  coolDownMs: integer,
  minNetEdgePerContract: dollars,
  minExpectedValue: dollars,
  edgeMinPrice: dollars,
  edgeMaxPrice: dollars,
  maxSportShareBps: integer,
  entryLifeMs: integer,
  closeMarginMs: integer,
})

const barSchema: z.ZodType<BarChange> = z.strictObject({
  venue: z.enum(VENUES),
  market: market.nullable(),
  by: z.string(),
  reason: z.string().nullable(),
})
const quote = z.strictObject({ price: bandPrice, quantity: contracts.nullable(), changedMs: time.nullable() }).nullable()
const seenBook = z.strictObject({
  ...{ venue: z.enum(VENUES), market, outcome: z.enum(['yes', 'no']) },
  ...{ n: integer.nullable(), confirmedMs: time.nullable(), bid: quote, ask: quote },
})
const leaseSchema = z.strictObject({ epoch: integer.nullable() })
const decidedFind = leaseSchema.extend({
  tradeId: z.string().transform((text) => tradeId(text)),
  seenMs: time,
  figures: z.array(integer),
  books: z.array(seenBook),
})
type InForce<D extends Decided> = D & { readonly epoch: number | null }
/** Those of before edges were told have no strategy: they are boxes. */
const boxDecidedSchema: z.ZodType<InForce<BoxDecided>> = decidedFind.extend({
  strategy: z.literal('box').default('box'),
  pair: z.string().transform((text) => subjectId(text)),
})
const edgeDecidedSchema: z.ZodType<InForce<EdgeDecided>> = decidedFind.extend({
  strategy: z.literal('edge'),
  market,
  odds: z.strictObject({
    ...{ eventId: z.string(), n: integer.nullable(), fetchedMs: time, thoughtMs: time, fair: dollars, lower: dollars, upper: dollars },
    lines: z.array(z.strictObject({ book: z.string(), family: z.string(), probability: dollars, weight: integer, updatedMs: time })),
  }),
  movedMs: time.nullable(),
  bornMs: time.nullable(),
  given: z.strictObject({
    ...{ equity: dollars.nullable(), cash: dollars.nullable(), spent: z.strictObject({ event: dollars, day: dollars }) },
    ...{ share: z.number().gt(0).max(1), maxContracts: contracts },
  }),
  profile: z.string(),
  rulesSha256: z.string(),
})
const mappingSchema: z.ZodType<GameMapping> = z.strictObject({
  kalshiEvent: z.string(),
  oddsEventId: z.string().nullable(),
  status: z.enum(['confirmed', 'review', 'none']),
  sport: z.string().nullable(),
  league: z.enum(Object.keys(LEAGUES) as League[]).nullable(),
  startMs: time.nullable(),
  yesTeams: z.record(z.string(), z.string()),
  tie: z.union([
    z.literal('none'),
    z.strictObject({ value: z.union([z.number().min(0).max(1), z.literal('unknown')]), why: z.string().exactOptional() }),
  ]),
  reasons: z.array(z.string()),
})
export const edgesSchema: z.ZodType<readonly ToldEdgeMarket[]> = z.array(
  z.strictObject({
    id: z.string().transform((text) => subjectId(text)),
    kalshi: market,
    title: z.string(),
    mapping: mappingSchema,
    volume: contracts.nullable(),
  }),
)
const forgetSchema = z.strictObject({ venue: z.enum(VENUES), markets: z.array(market) })

/**
 * Reads a `house` frame, `[what, body]`. An unknown kind or field is refused: what was decided by it would be decided otherwise now.
 * @throws RangeError naming the frame and what is wrong.
 */
export function readHouse({ n, payload }: Frame): House {
  const [what, body] = payload instanceof Uint8Array ? [] : payload
  switch (what) {
    case 'pairs':
      return { kind: what, pairs: read(pairsSchema, what, body, n) }
    case 'listing':
      return { kind: what, listing: read(listingSchema, what, body, n) }
    case 'limits':
      return { kind: what, limits: read(limitsSchema, what, body, n) }
    case 'bar':
      return { kind: what, bar: read(barSchema, what, body, n) }
    case 'edges':
      return { kind: what, markets: read(edgesSchema, what, body, n) }
    case 'forget':
      return { kind: what, ...read(forgetSchema, what, body, n) }
    case 'halts':
      return { kind: what }
    case 'again':
      return { kind: what, body }
    case 'decided': {
      const schema: z.ZodType<InForce<Decided>> = isOfEdge(body) ? edgeDecidedSchema : boxDecidedSchema
      const { epoch, ...decided } = read(schema, what, body, n)
      return { kind: what, decided, epoch }
    }
    case 'lease':
      return { kind: what, ...read(leaseSchema, what, body, n) }
    default:
      throw new RangeError(
        `frame ${n} is of the house and tells ${JSON.stringify(what)}, which is unknown here: replay it with the version that wrote it`,
      )
  }
}

const isOfEdge = (body: unknown): boolean =>
  typeof body === 'object' && body !== null && (body as { readonly strategy?: unknown }).strategy === 'edge'

export function read<T>(schema: z.ZodType<T>, what: string, body: unknown, n: number): T {
  const result = schema.safeParse(body)
  if (result.success) return result.data
  const [issue] = result.error.issues
  const place = [what, ...(issue?.path ?? [])].join('.')
  throw new RangeError(`frame ${n} is of the house and cannot be used: ${place}: ${issue?.message ?? 'not readable'}`)
}

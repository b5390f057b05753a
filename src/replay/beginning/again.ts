import { z } from 'zod'
import { VENUES } from '../../core/ids'
import type { KnownLife } from '../../core/market/lifecycle'
import type { StandingBook, StandingSide } from '../../streaming/beginning/standing'
import type { StandingLinks } from '../../streaming/books'
import type { Again } from '../../streaming/beginning/told'
import type { StandingListing } from '../../streaming/beginning/listing'
import type { StandingDepth } from '../../venues/forecastex/wire/depths'
import type { StandingGateway, Subscription } from '../../venues/forecastex/wire/probe'
import type { StandingLine } from '../../venues/kalshi/wire/line'
import type { ToldBook } from '../../venues/kalshi/wire/ownership'
import { bandPrice, contracts, edgesSchema, integer, limitsSchema, listingSchema, market, pairsSchema, read, time } from '../house'

/** What was told at no time is `-Infinity`, which a capture keeps. */
const toldMs = z.union([integer, z.literal(-Infinity)])
const life: z.ZodType<KnownLife> = z.strictObject({
  status: z.enum(['open', 'paused', 'closed', 'determined', 'settled']),
  ...{ opensMs: time.nullable(), closesMs: time.nullable(), statusToldMs: toldMs, closeToldMs: toldMs },
})
const bands = z.array(z.strictObject({ start: bandPrice, end: bandPrice, step: bandPrice }))
const overtaken = z.strictObject({ closeMs: time.nullable(), bands: bands.nullable(), readFromMs: time })
const listing: z.ZodType<StandingListing> = z.strictObject({
  ...{ listing: listingSchema, doubtedMs: time.nullable(), changedMs: time.nullable(), overtaken: overtaken.nullable() },
})

const side: z.ZodType<StandingSide> = z.strictObject({
  levels: z.array(z.tuple([bandPrice, contracts])),
  ...{ untold: bandPrice.nullable(), changedMs: time.nullable() },
})
const book: z.ZodType<StandingBook> = z.strictObject({
  ...{ n: integer.nullable(), isLive: z.boolean(), isOffGrid: z.boolean(), bid: side, ask: side },
})
const links: z.ZodType<StandingLinks> = z.strictObject({
  conns: z.array(z.strictObject({ conn: integer, isUp: z.boolean(), confirmedAtMs: time.nullable() })),
  ...{ highest: integer, lost: z.array(integer) },
})
const bar = z.strictObject({ venue: z.enum(VENUES), market: market.nullable(), by: z.string(), reason: z.string() })

const againSchema: z.ZodType<Again> = z.discriminatedUnion('part', [
  z.strictObject({
    part: z.literal('begin'),
    ...{ limits: limitsSchema.nullable(), bars: z.array(bar) },
    links: z.strictObject({ kalshi: links, forecastex: links }),
    sessions: z.strictObject({ kalshi: z.unknown(), forecastex: z.unknown() }),
  }),
  z.strictObject({
    ...{ part: z.literal('market'), venue: z.enum(VENUES), market, listing: listing.nullable(), life: life.nullable() },
    books: z.array(z.strictObject({ outcome: z.enum(['yes', 'no']), conn: integer.nullable(), book, session: z.unknown() })),
  }),
  z.strictObject({ part: z.literal('end'), pairs: pairsSchema, edges: edgesSchema }),
])

const subscriptionOfKalshi = z.strictObject({
  ...{ sid: integer, channel: z.string().nullable(), lastSeq: integer.nullable(), yesPrices: z.boolean().nullable() },
})
const line: z.ZodType<StandingLine> = z.strictObject({
  ...{ conn: integer, isCommanded: z.boolean(), subscriptions: z.array(subscriptionOfKalshi) },
  subscribes: z.array(z.tuple([integer, z.strictObject({ channel: z.string().nullable(), yesPrices: z.boolean() })])),
  sidOf: z.array(z.tuple([integer, integer])),
  listed: z.array(z.tuple([integer, z.array(integer)])),
})
const kalshi = z.strictObject({ highestConn: integer, lines: z.array(line) }).nullable()
const kalshiBook: z.ZodType<Omit<ToldBook, 'index'> | null> = z
  .strictObject({ conn: integer, sid: integer.nullable(), isKnown: z.boolean() })
  .nullable()

const gateway: z.ZodType<StandingGateway | null> = z
  .strictObject({
    connected: integer.nullable(),
    reach: z.strictObject({
      ...{ broker: z.enum(['connected', 'lost']), restoredMs: time.nullable(), brokenFarms: z.array(z.string()) },
    }),
    probing: z.strictObject({ unansweredInARow: integer, isSuspect: z.boolean(), isIgnored: z.boolean() }),
  })
  .nullable()
const top = z.strictObject({ price: bandPrice.nullable(), quantity: contracts.nullable() })
const withheld = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.enum(['competing', 'unreadable']) }),
  z.strictObject({ kind: z.literal('refused'), code: integer, message: z.string() }),
])
const subscription: z.ZodType<Omit<Subscription, 'book'>> = z.object({
  ...{
    reqId: integer,
    type: integer.nullable(),
    withheld: withheld.nullable(),
    stale: z.boolean(),
    trial: z.boolean(),
    bid: top,
    ask: top,
  },
})
const rows = z.array(z.strictObject({ price: bandPrice, quantity: contracts, maker: z.string() }))
const depth: z.ZodType<StandingDepth> = z.strictObject({
  ...{ reqId: integer, limit: integer, state: z.enum(['open', 'lost', 'refused']), bid: rows, ask: rows },
})
const forecastexBook = z.strictObject({ subscription: subscription.nullable(), depth: depth.nullable() }).nullable()

/** Reads what an `again` frame tells. @throws RangeError naming the frame and what is wrong */
export const readAgain = (body: unknown, n: number): Again => read(againSchema, 'again', body, n)

type Read<T> = (told: unknown, n: number) => T
/** What is in the venues' own words: connections, and whose book it is. @throws as above */
export const readKalshi: Read<z.infer<typeof kalshi>> = (told, n) => read(kalshi, 'again.sessions.kalshi', told, n)
export const readKalshiBook: Read<z.infer<typeof kalshiBook>> = (told, n) => read(kalshiBook, 'again.session', told, n)
export const readGateway: Read<StandingGateway | null> = (told, n) => read(gateway, 'again.sessions.forecastex', told, n)
export const readForecastexBook: Read<z.infer<typeof forecastexBook>> = (told, n) => read(forecastexBook, 'again.session', told, n)

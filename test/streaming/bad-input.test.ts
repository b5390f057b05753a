import type { Certificate } from '../../src/core/box/certificate'
import type { BoxPolicy } from '../../src/core/box/policy'
import { BOX_CHECKS, type BoxCheck } from '../../src/core/box/refusals'
import type { Venue } from '../../src/core/ids'
import { FORECASTEX_REGIMES } from '../../src/core/market/fees-forecastex'
import type { FeedEvent, MarketStatus } from '../../src/core/market/event'
import type { Limits } from '../../src/core/risk/limits'
import type { Mode } from '../../src/core/trade/plan'
import { millis, money, price, quantity } from '../../src/core/units'
import type { Listing } from '../../src/ports/catalog'
import { Terms } from '../../src/streaming/terms'
import { CENTS, level, NOW, PAIR, POLICY } from '../core/box/fixture'
import { ASKS, BIDS, Desk } from './feed'

const DAY_MS = 86_400_000
const RULES = { kalshi: 'a1', forecastex: 'b2' }
const PAYOUT = millis(NOW + 10 * DAY_MS)
const LIMITS = {
  ...{ version: 'l1', maxContractsPerTrade: quantity('50'), maxPremiumPerTrade: money('1000') },
  ...{ minNetEdgePerContract: money('0.01'), minExpectedValue: money(0) },
  ...{ lossBudgetPerTrade: money('25'), maxUnpairedPremium: money('1000') },
} as Limits

type Told = Parameters<Desk['stamped']>[0]
interface Bad {
  readonly mode?: Mode
  readonly policy?: Partial<BoxPolicy>
  readonly certificate?: Partial<Certificate>
  readonly kalshi?: Partial<Listing>
  readonly forecastex?: Partial<Listing>
  /** Said before the box is quoted. */
  readonly before?: readonly Told[]
  /** Said of the books before the frame that shows the box. */
  readonly books?: (desk: Desk) => readonly Told[]
  /** The frame that shows it. */
  readonly shown?: (desk: Desk) => Told
  readonly bars?: boolean
}

const fees = { feeType: 'quadratic', multiplier: 10_000, fetchedAtMs: NOW }
const listing = (venue: Venue, change: Partial<Listing>): Listing => ({
  ...{ venue, market: venue === 'kalshi' ? PAIR.kalshi : PAIR.forecastex, event: 'KXU3-25MAR', series: '', title: '', status: 'open' },
  ...{ bands: CENTS, closeMs: millis(NOW + DAY_MS), fees, shard: null, contracts: null, yesPays: null },
  ...{ rulesSha256: RULES[venue], payoutMs: PAYOUT },
  ...change,
})

/** Engine and terms as the streaming process has them: six cents of a box, and what is wrong with it. */
function judged({ mode = 'live', policy, certificate, kalshi = {}, forecastex = {}, ...bad }: Bad): Desk {
  const desk = new Desk([])
  const terms = new Terms({
    ...{ mode, balancePrecision: 'direct', regimes: FORECASTEX_REGIMES, policy: { ...POLICY, ...policy } },
    nowMs: () => millis(desk.nowMs),
  })
  const tell = (told: Told): void => {
    const event: FeedEvent = desk.stamped(told)
    terms.hear(event)
    desk.engine.accept(event)
  }
  const pair = { ...PAIR, certificate: { ...PAIR.certificate, rules: RULES, ...certificate } }
  if (certificate && 'rules' in certificate && certificate.rules === undefined) delete (pair.certificate as { rules?: unknown }).rules
  desk.engine.watch([{ pair, terms: () => terms.of(pair) }])
  terms.tellLimits(LIMITS)
  for (const each of [listing('kalshi', kalshi), listing('forecastex', forecastex)]) {
    terms.tellListing(each)
    desk.engine.list(each, each.fees.fetchedAtMs)
  }
  if (bad.bars) desk.engine.bar({ venue: 'kalshi', market: null, by: 'exchange', reason: 'it stands still' })
  const [shows, ...quotes] = [...desk.box()].reverse()
  for (const told of [...(bad.before ?? []), ...quotes.reverse(), ...(bad.books?.(desk) ?? [])]) tell(told)
  if (shows) tell(bad.shown?.(desk) ?? shows)
  return desk
}

const status = (told: MarketStatus): Bad => ({ before: [{ kind: 'market', venue: 'kalshi', market: PAIR.kalshi, status: told }] })
const top = (desk: Desk, outcome: 'yes' | 'no', side: 'bid' | 'ask', at: string): Told => {
  const change = { book: desk.book('forecastex', outcome), op: 'top', side, price: price(at), quantity: quantity('80') } as const
  return { kind: 'book', venue: 'forecastex', change, venueMs: null }
}
const kalshiWith = (desk: Desk, bids = BIDS, asks = ASKS): Told => {
  const change = { book: desk.book('kalshi', 'yes'), op: 'replace', bids, asks } as const
  return { kind: 'book', venue: 'kalshi', change, venueMs: null }
}
const relisted: Told = { kind: 'listing', venue: 'kalshi', market: PAIR.kalshi, closeMs: null, bands: null }
const gap = { name: 'gap', kalshiYes: { least: money(0), most: money(0) }, together: true } as const
/** Without the texts that were judged. */
const noTexts = { rules: undefined } as never

const BAD: readonly (readonly [string, BoxCheck, Bad])[] = [
  ...(['paused', 'closed', 'determined', 'settled'] as const).map(
    (told) => [`a market that is ${told}`, BOX_CHECKS.marketOpen, status(told)] as const,
  ),
  ['a market whose time is over', BOX_CHECKS.marketOpen, { kalshi: { closeMs: NOW } }],
  ['a venue that is barred', BOX_CHECKS.notBarred, { bars: true }],
  ['a crossed book of Kalshi', BOX_CHECKS.crossed, { shown: (desk) => kalshiWith(desk, [level('0.43', '200')]) }],
  ['a locked book of Kalshi', BOX_CHECKS.crossed, { shown: (desk) => kalshiWith(desk, [level('0.42', '200')]) }],
  ['a crossed book of ForecastEx', BOX_CHECKS.crossed, { books: (desk) => [top(desk, 'no', 'bid', '0.50')] }],
  ['a crossed book of the outcome that nobody buys', BOX_CHECKS.crossed, { books: (desk) => [top(desk, 'yes', 'bid', '0.62')] }],
  ['a margin in both directions', BOX_CHECKS.bothDirections, { books: (desk) => [top(desk, 'yes', 'ask', '0.30')] }],
  ...(['S1', 'S1h', 'S2', 'S3'] as const).map((of) => [`class ${of}`, BOX_CHECKS.certificate, { certificate: { class: of } }] as const),
  ['class S1 in mode sim', BOX_CHECKS.certificate, { mode: 'sim', certificate: { class: 'S1' } }],
  ['a certificate for sim alone', BOX_CHECKS.certificate, { certificate: { approvedFor: 'sim' } }],
  ['an expired certificate', BOX_CHECKS.certificateAge, { certificate: { expiresMs: NOW } }],
  ['a certificate without texts outside sim', BOX_CHECKS.rules, { certificate: noTexts }],
  ['a text that is another one', BOX_CHECKS.rules, { forecastex: { rulesSha256: 'c3' } }],
  ['a text that is another one in mode sim', BOX_CHECKS.rules, { mode: 'sim', kalshi: { rulesSha256: 'c3' } }],
  ['a flat fee', BOX_CHECKS.feeTerms, { kalshi: { fees: { ...fees, feeType: 'flat' } } }],
  ['a fee type that nobody knows', BOX_CHECKS.feeTerms, { kalshi: { fees: { ...fees, feeType: 'cubic' } } }],
  ['a fee record of more than a day', BOX_CHECKS.feeTerms, { kalshi: { fees: { ...fees, fetchedAtMs: millis(NOW - DAY_MS) } } }],
  [
    'fees that the venue has just changed',
    BOX_CHECKS.feeTerms,
    { before: [{ kind: 'fees', venue: 'kalshi', event: 'KXU3-25MAR', feeType: 'quadratic', multiplier: 20_000 }] },
  ],
  ['a listing that the venue has just changed', BOX_CHECKS.grid, { before: [relisted] }],
  ['a price that the grid does not have', BOX_CHECKS.grid, { shown: (desk) => kalshiWith(desk, [level('0.405', '9'), ...BIDS]) }],
  [
    'books that Kalshi has not confirmed',
    BOX_CHECKS.kalshiAlive,
    {
      books: (desk) => [top(desk, 'no', 'ask', '0.60'), kalshiWith(desk), { kind: 'unconfirmed', venue: 'kalshi' }],
      shown: (desk) => top(desk, 'no', 'ask', '0.49'),
    },
  ],
  [
    'a gateway that does not vouch for its quotes',
    BOX_CHECKS.forecastexAlive,
    { books: () => [{ kind: 'unconfirmed', venue: 'forecastex' }] },
  ],
  [
    'a gap in which neither leg pays',
    BOX_CHECKS.locked,
    { certificate: { states: [{ ...gap, forecastexYes: { least: money('1'), most: money('1') } }] } },
  ],
  [
    'payouts of which nobody knows when, with a return to be met',
    BOX_CHECKS.annualReturn,
    { kalshi: untold(), policy: { minAnnualReturn: 1 } },
  ],
  [
    'payouts of which nobody knows when, with a hurdle for the cash',
    BOX_CHECKS.annualReturn,
    { kalshi: untold(), policy: { carry: { kalshi: 0, forecastex: 0, opportunity: 40_000 } } },
  ],
]
function untold(): Partial<Listing> {
  return { payoutMs: undefined } as never
}

describe('bad input', () => {
  it('with nothing wrong it is a box', () => {
    for (const mode of ['sim', 'paper', 'live'] as const) {
      const { found, refused } = judged({ mode })
      expect([found.length, refused]).toEqual([1, []])
    }
  })

  it.each(BAD)('%s is no trade, for one named reason: %s', (_what, reason, bad) => {
    const { found, refused } = judged(bad)
    expect(found).toEqual([])
    expect(refused.map(({ reason: named, failed }) => [named, failed])).toEqual([[reason, [reason]]])
  })
})

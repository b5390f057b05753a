import { marketId, type Outcome, type Venue } from '../../core/ids'
import { arbSize, type SizingInput } from '../../core/box/size'
import { balancesOf } from '../../core/ledger/balances'
import { netPnl } from '../../core/ledger/pnl'
import * as postings from '../../core/ledger/postings'
import { forecastexCost } from '../../core/market/fees-forecastex'
import {
  kalshiCostUpperBound,
  kalshiOrderFees,
  kalshiProceedsLowerBound,
  kalshiTradeFee,
  MAKER_COEFFICIENT,
  NEWEST_ROUNDING,
  perContractCeilFee,
  simplifiedProfitFee,
  TAKER_COEFFICIENT,
  type KalshiBound,
} from '../../core/market/fees-kalshi'
import { mulberry32, streamSeed } from '../../core/random'
import { breakEvenFail, returns } from '../../core/stats/returns'
import {
  complement,
  formatPrice,
  millis,
  money,
  ONE_CONTRACT,
  parseFixed,
  price,
  quantity,
  type Money,
  type Quantity,
} from '../../core/units'
import { EDGE_FUNCTIONS } from './vector-edge'
import { Fields, isRecord, type VectorFunction } from './vector-fields'
import { LEG_FUNCTIONS } from './vector-legs'
import { TICKER_FUNCTIONS } from './vector-tickers'

/** What a file of golden vectors came to. `skipped` names each function that nothing here computes, once. */
export interface VectorReport {
  readonly passed: number
  readonly skipped: readonly string[]
  readonly failed: readonly { readonly id: string; readonly expected: unknown; readonly actual: unknown }[]
}

/** Non-integers of a vector are compared within this. */
const TOLERANCE = 1e-9
const RATE_DECIMALS = 4
const HURDLE_DECIMALS = 6

const rate = (coefficient: number, multiplier: string): number => coefficient * parseFixed(multiplier, RATE_DECIMALS)
const ROLES = ['taker', 'maker'] as const
const COEFFICIENTS = { taker: TAKER_COEFFICIENT, maker: MAKER_COEFFICIENT } as const

function bound(input: Fields): KalshiBound {
  const slack = input.micros('slackMicrosPerContract')
  return {
    rates: { taker: rate(TAKER_COEFFICIENT, input.text('takerMultiplier')), maker: 0 },
    balanceGrid: input.micros('precisionMicros'),
    slackPerContract: slack,
  }
}

function orderFees(input: Fields): unknown {
  const rates = {
    taker: rate(TAKER_COEFFICIENT, input.text('takerMultiplier')),
    maker: rate(MAKER_COEFFICIENT, input.text('makerMultiplier')),
  }
  const fills = kalshiOrderFees(
    { action: input.oneOf('side', ['buy', 'sell']), rates, balanceGrid: input.micros('precisionMicros'), rounding: NEWEST_ROUNDING },
    input
      .records('fills')
      .map((fill) => ({ price: price(fill.text('price')), quantity: quantity(fill.text('contracts')), role: fill.oneOf('role', ROLES) })),
  )
  const total = (of: (fill: (typeof fills)[number]) => Money): number => fills.reduce((sum, fill) => sum + of(fill), 0)
  return { fills, totalNetFee: total(({ netFee }) => netFee), totalBalanceChange: total(({ balanceChange }) => balanceChange) }
}

function sizing(input: Fields): SizingInput {
  const micros = (name: string): Money | null => (input.has(name) ? input.micros(name) : null)
  const contracts = (name: string): Quantity | null => (input.has(name) ? quantity(input.text(name)) : null)
  const hurdle = (name: string): number => (input.has(name) ? parseFixed(input.text(name), HURDLE_DECIMALS) : 0)
  return {
    kalshiAsks: input.levels('kalshiOppositeBids').map((bid) => ({ price: complement(bid.price), quantity: bid.quantity })),
    forecastexAsks: input.levels('fxAsks'),
    kalshiFees: bound(input),
    forecastexFeePerContract: input.micros('fxFeeMicrosPerContract'),
    kalshiHurdle: hurdle('hurdleKalshi'),
    forecastexHurdle: hurdle('hurdleFx'),
    kalshiCash: micros('kalshiBalanceMicros'),
    forecastexCash: micros('fxBalanceMicros'),
    maxCapital: micros('maxCapitalMicros'),
    minProfit: micros('minProfitMicros'),
    maxContracts: contracts('maxContracts'),
    minLot: contracts('minLot'),
  }
}

function size(input: Fields): unknown {
  const sized = arbSize(sizing(input))
  if (sized.kind === 'nothing') return { contracts: 0 }
  return {
    contracts: sized.quantity / ONE_CONTRACT,
    kalshiLimit: formatPrice(sized.kalshiLimit),
    fxLimit: formatPrice(sized.forecastexLimit),
    kalshiCostUpperBoundMicros: sized.kalshiCostUpperBound,
    fxCostMicros: sized.forecastexCost,
    snapshotProfitLowerBoundMicros: sized.snapshotProfitLowerBound,
    expectedKalshiDebitMicros: sized.expectedKalshiDebit,
    expectedProfitMicros: sized.expectedProfit,
    worstCaseProfitMicros: sized.worstCaseProfit,
  }
}

/** The vectors' ledger has one market per venue, and letters for venues. */
const VECTOR_MARKET = marketId('M')
const VENUE_OF_LETTER = { K: 'kalshi', F: 'forecastex' } as const
const EVENTS = ['deposit', 'reserve', 'release', 'fillBuy', 'fillSell', 'netPair', 'settle', 'couponAccrue', 'couponPay'] as const
const vectorAccount = (account: string): string =>
  account
    .replace(/kalshi/, 'K')
    .replace(/forecastex/, 'F')
    .replace(`:${VECTOR_MARKET}:`, ':')

function posting(event: Fields, n: number): postings.Transfer {
  const venue: Venue = VENUE_OF_LETTER[event.oneOf('venue', ['K', 'F'])]
  const entry = { id: String(n), tradeId: null, atMs: millis(0), venue, purse: venue, market: VECTOR_MARKET }
  const micros = (name: string): Money => event.micros(name)
  const amount = (): typeof entry & { readonly amount: Money } => ({ ...entry, amount: micros('amount') })
  const held = (): typeof entry & { readonly side: Outcome } => ({ ...entry, side: event.oneOf('side', ['yes', 'no']) })
  const traded = (): Parameters<typeof postings.fillBuy>[0] => ({ ...held(), notional: micros('notional'), fee: micros('fee') })
  const post: Readonly<Record<(typeof EVENTS)[number], () => postings.Transfer>> = {
    deposit: () => postings.deposit({ ...entry, purses: [{ purse: venue, cash: micros('amount') }] }),
    reserve: () => postings.reserve(amount()),
    release: () => postings.release(amount()),
    fillBuy: () => postings.fillBuy(traded()),
    fillSell: () => postings.fillSell({ ...traded(), costBasis: micros('costBasis') }),
    netPair: () => postings.netPair({ ...entry, proceeds: micros('proceeds'), yesCost: micros('yesCost'), noCost: micros('noCost') }),
    settle: () => postings.settle({ ...held(), payout: micros('payout'), costBasis: micros('costBasis') }),
    couponAccrue: () => postings.couponAccrue(amount()),
    couponPay: () => postings.couponPay(amount()),
  }
  return post[event.oneOf('type', EVENTS)]()
}

function ledger(input: Fields): unknown {
  const balances = balancesOf(input.records('events').map(posting))
  return {
    balances: Object.fromEntries([...balances].map(([account, amount]) => [vectorAccount(account), amount])),
    netPnlMicros: netPnl(balances),
  }
}

/** The functions of market-math that the core has, by their names there. */
export const VECTOR_FUNCTIONS: Readonly<Record<string, VectorFunction>> = {
  parseFixed: (input) => ({ units: parseFixed(input.text('value'), input.number('decimals')) }),
  kalshiTradeFee: (input) => {
    const traded = rate(COEFFICIENTS[input.oneOf('role', ROLES)], input.text('multiplier'))
    return { tradeFeeMicros: kalshiTradeFee(traded, price(input.text('price')), quantity(input.text('contracts'))) }
  },
  kalshiOrderFees: orderFees,
  kalshiCostUpperBound: (input) => ({ costUpperBoundMicros: kalshiCostUpperBound(input.levels('levels'), bound(input)) }),
  kalshiProceedsLowerBound: (input) => ({ proceedsLowerBoundMicros: kalshiProceedsLowerBound(input.levels('levels'), bound(input)) }),
  perContractCeilFee: (input) => {
    const taker = rate(TAKER_COEFFICIENT, input.text('takerMultiplier'))
    return { feeMicros: perContractCeilFee(taker, price(input.text('price')), quantity(input.text('contracts'))) }
  },
  simplifiedProfitFee: (input) => {
    const [at, of] = [price(input.text('price')), quantity(input.text('contracts'))]
    return { feeIfWinMicros: simplifiedProfitFee(at, of), trueTradeFeeMicros: kalshiTradeFee(rate(TAKER_COEFFICIENT, '1'), at, of) }
  },
  forecastexCost: (input) => ({ costMicros: forecastexCost(input.levels('levels'), input.micros('feeMicrosPerContract')) }),
  arbSize: size,
  returns: (input) => returns(input.micros('profitMicros'), input.micros('capitalMicros'), input.number('days')),
  breakEvenFail: (input) => ({ pFailStar: breakEvenFail(money(input.text('edge')), money(input.text('hedgeCost'))) }),
  ...LEG_FUNCTIONS,
  ...TICKER_FUNCTIONS,
  ...EDGE_FUNCTIONS,
  rngStream: (input) => {
    const seed = streamSeed(input.text('key'))
    const next = mulberry32(seed)
    return { seed, u32: Array.from({ length: input.number('n') }, () => next()) }
  },
  ledger,
}

/**
 * Runs a file of golden vectors: `{vectors: [{id, fn, in, out}]}`.
 * @throws RangeError when the document is not of that form.
 */
export function runVectors(document: unknown, functions: Readonly<Record<string, VectorFunction>> = VECTOR_FUNCTIONS): VectorReport {
  const skipped = new Set<string>()
  const failed: { id: string; expected: unknown; actual: unknown }[] = []
  let passed = 0
  for (const { id, fn, input, expected } of vectorsOf(document)) {
    const compute = Object.hasOwn(functions, fn) ? functions[fn] : undefined
    if (!compute) {
      skipped.add(fn)
      continue
    }
    const actual = answer(compute, input)
    if (agrees(expected, actual)) passed++
    else failed.push({ id, expected, actual })
  }
  return { passed, skipped: [...skipped], failed }
}

interface Vector {
  readonly id: string
  readonly fn: string
  readonly input: unknown
  readonly expected: unknown
}
function vectorsOf(document: unknown): readonly Vector[] {
  const vectors = isRecord(document) ? document['vectors'] : undefined
  if (!Array.isArray(vectors)) throw new RangeError('not a file of golden vectors: it must be an object with a list "vectors"')
  return vectors.map((value: unknown, n) => {
    if (!isRecord(value) || typeof value['id'] !== 'string' || typeof value['fn'] !== 'string' || !('in' in value) || !('out' in value))
      throw new RangeError(`vector ${n} must have a text "id", a text "fn", an "in" and an "out"`)
    return { id: value['id'], fn: value['fn'], input: value['in'], expected: value['out'] }
  })
}

/** A refusal of the function under test is an answer; any other error is shown as what it says. */
function answer(compute: VectorFunction, input: unknown): unknown {
  try {
    return compute(new Fields(input))
  } catch (error) {
    return error instanceof RangeError ? { error: true } : { error: String(error) }
  }
}

function agrees(expected: unknown, actual: unknown): boolean {
  if (typeof expected === 'number' && typeof actual === 'number')
    return expected === actual || (!(Number.isInteger(expected) && Number.isInteger(actual)) && Math.abs(expected - actual) <= TOLERANCE)
  if (Array.isArray(expected))
    return Array.isArray(actual) && actual.length === expected.length && expected.every((value, i) => agrees(value, actual[i]))
  if (!isRecord(expected) || !isRecord(actual)) return expected === actual
  const names = Object.keys(expected)
  return (
    names.length === Object.keys(actual).length &&
    names.every((name) => Object.hasOwn(actual, name) && agrees(expected[name], actual[name]))
  )
}

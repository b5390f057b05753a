import type { Certificate } from '../../../src/core/box/certificate'
import type { BoxInput, BoxPair } from '../../../src/core/box/detect'
import type { BoxPolicy } from '../../../src/core/box/policy'
import { marketId, subjectId, type BookSide } from '../../../src/core/ids'
import { Book } from '../../../src/core/market/book'
import type { Level } from '../../../src/core/market/event'
import { forecastexFees, kalshiFees } from '../../../src/core/market/fees'
import type { PriceBand } from '../../../src/core/market/grid'
import { DIRECT_GRID } from '../../../src/core/market/fees-kalshi'
import { bookIndex, millis, money, price, quantity } from '../../../src/core/units'

export const NOW = millis(Date.UTC(2026, 10, 21, 15))
export const CERTIFICATE: Certificate = { id: 'u3', class: 'S0', polarity: 'same', approvedFor: 'all', version: '1' }
export const PAIR: BoxPair = {
  id: subjectId('u3-25mar-41'),
  kalshi: marketId('KXU3-25MAR-T4.1'),
  forecastex: marketId('751'),
  certificate: CERTIFICATE,
}
export const POLICY: BoxPolicy = {
  legOrder: 'kalshi-first',
  legOrderOf: {},
  fillPrior: { kalshi: 9_500, forecastex: 7_000 },
  completionAllowance: money('0.03'),
  minProfit: money(0),
  minAnnualReturn: 0,
  carry: { kalshi: 0, forecastex: 0, opportunity: 0 },
  persistence: { ms: 0, confirmations: 0 },
}
export const CENTS: readonly PriceBand[] = [{ start: price('0.01'), end: price('0.99'), step: price('0.01') }]
export const level = (at: string, of: string): Level => ({ price: price(at), quantity: quantity(of) })

export function kalshiBook(bids: readonly Level[], asks: readonly Level[], atMs = NOW): Book {
  const book = new Book()
  book.apply({ book: bookIndex(0), op: 'replace', bids, asks }, 1, atMs)
  return book
}
export function quoted(side: BookSide, at: string, of: string | null, atMs = NOW): Book {
  const book = new Book()
  book.apply({ book: bookIndex(1), op: 'top', side, price: price(at), quantity: of === null ? null : quantity(of) }, 1, atMs)
  return book
}

/** Kalshi YES 0.41 / 0.42, ForecastEx NO asked at 0.49: six cents net in direction A. */
export function boxInput(change: Partial<BoxInput> = {}): BoxInput {
  const fees = kalshiFees(
    { feeType: 'quadratic', multiplier: 10_000, fetchedAtMs: NOW },
    { balanceGrid: DIRECT_GRID, slackPerContract: money(100) },
  )
  return {
    pair: PAIR,
    mode: 'sim',
    books: {
      kalshi: kalshiBook([level('0.41', '200')], [level('0.42', '100'), level('0.43', '500')]),
      forecastexYes: quoted('ask', '0.62', '80'),
      forecastexNo: quoted('ask', '0.49', '80'),
    },
    fees: { kalshi: fees, forecastex: forecastexFees(NOW) },
    confirmedAtMs: { kalshi: NOW, forecastex: NOW },
    nowMs: NOW,
    limits: {
      minNetEdge: money('0.01'),
      minExpectedValue: money(0),
      maxContracts: quantity('500'),
      maxCapital: money('10000'),
      capAtExitDepth: true,
      lossBudget: money('25'),
      maxUnpairedPremium: money('1000'),
      livenessMs: { kalshi: 2_000, forecastex: 4_000 },
      quoteAgeMs: 60_000,
    },
    policy: POLICY,
    told: {
      bands: { kalshi: CENTS, forecastex: CENTS },
      rules: { kalshi: null, forecastex: null },
      payoutMs: { kalshi: null, forecastex: null },
    },
    cash: { kalshi: null, forecastex: null },
    statuses: { kalshi: 'open', forecastex: 'open' },
    bars: { kalshi: null, forecastex: null },
    ...change,
  }
}

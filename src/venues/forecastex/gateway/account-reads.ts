import { money, NO_MONEY, type Money } from '../../../core/units'
import { RequestFailed, type Read } from './read'

export interface HeldPosition {
  readonly account: string
  readonly conId: number
  readonly secType: string
  /** As told; negative is short. */
  readonly contracts: number
  /** By its exchange or its local symbol; false where neither tells. */
  readonly isEventContract: boolean
}
/** Of every account of the login. */
export const POSITIONS: Read<HeldPosition> = {
  name: 'reqPositions',
  items: 'position',
  numbered: false,
  payload: () => ['reqPositions'],
  write: (ib) => ib.reqPositions(),
  cancel: (ib) => ib.cancelPositions(),
  take: (callback) => (callback.kind === 'positionEnd' ? 'end' : callback.kind === 'position' ? [callback] : null),
}

/** All cash, in the account's base currency: fills count from their trade on, settled or not. */
const CASH_TAG = 'TotalCashValue'
/** Interest earned and not yet paid: what a coupon leaves when it is paid (ibkr-forecastex §3). */
const ACCRUED_TAG = 'AccruedCash'
const TAGS = `${CASH_TAG},${ACCRUED_TAG}`

export interface SummaryRow {
  readonly account: string
  readonly tag: string
  readonly value: string
  readonly currency: string
}
/** Of every account of the login. */
export const SUMMARY: Read<SummaryRow> = {
  name: 'reqAccountSummary',
  items: 'accountSummary',
  numbered: true,
  payload: (reqId) => ['reqAccountSummary', reqId, 'All', TAGS],
  write: (ib, reqId) => ib.reqAccountSummary(reqId, 'All', TAGS),
  cancel: (ib, reqId) => ib.cancelAccountSummary(reqId),
  take: (callback, reqId) => {
    if (callback.kind === 'accountSummaryEnd' && callback.reqId === reqId) return 'end'
    return callback.kind === 'accountSummary' && callback.reqId === reqId ? [callback] : null
  },
}

/** What one account holds in dollars. */
export interface Funds {
  readonly cash: Money
  /** null: the gateway does not tell it. */
  readonly accrued: Money | null
  /** Cash of other currencies, which nothing here counts: each like "12.30 EUR". */
  readonly otherCash: readonly string[]
}

/** @throws RequestFailed when the summary does not tell the account's cash in dollars. */
export function fundsOf(rows: readonly SummaryRow[], account: string): Funds {
  const own = rows.filter((row) => row.account === account)
  const cash = own.filter(({ tag }) => tag === CASH_TAG)
  const counted = cash.find(isDollars)
  if (!counted) throw new RequestFailed('refused', missing(account, rows, cash))
  const accrued = own.find((row) => row.tag === ACCRUED_TAG && isDollars(row) && row.value !== '')
  return {
    cash: amountOf(counted),
    accrued: accrued ? amountOf(accrued) : null,
    otherCash: cash.filter((row) => !isDollars(row) && amountOf(row) !== NO_MONEY).map(shown),
  }
}

/** The venue trades in dollars only; a gateway that names no currency means the account's own. */
const isDollars = ({ currency }: SummaryRow): boolean => currency === 'USD' || currency === ''
const shown = ({ value, currency }: SummaryRow): string => `${value} ${currency}`

function amountOf({ account, tag, value }: SummaryRow): Money {
  try {
    return money(value)
  } catch {
    throw new RequestFailed('refused', `${tag} of account ${account} is no amount of money: "${value}"`)
  }
}

function missing(account: string, rows: readonly SummaryRow[], cash: readonly SummaryRow[]): string {
  const [other] = cash
  if (other) return `${CASH_TAG} of account ${account} is told as ${shown(other)}: set its base currency to USD, which ForecastEx trades in`
  const told = [...new Set(rows.map((row) => row.account))].sort().join(', ')
  return `The gateway reports no ${CASH_TAG} for account ${account}, but for ${told || 'none'}: check which account it is logged in to`
}

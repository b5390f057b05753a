import type { Holding } from '../exchange/account'
import type { Contract } from '../exchange/listings'
import { dollars } from './amounts'
import { contractTokens } from './contract-replies'
import type { Token } from './frames'

/** Gateway → client: accounts, positions, profit and loss (§10.4). */

/** One row of an account: what it is worth in µ$. */
export interface PortfolioRow {
  readonly contract: Contract
  readonly size: number
  readonly marketPrice: number
  readonly cost: number
}

const averageCost = (holding: { readonly cost: number; readonly size: number } | undefined): string =>
  dollars(holding && holding.size > 0 ? Math.round(holding.cost / holding.size) : 0)

/** The contract of a portfolio row has its primary exchange where others have the exchange. */
const portfolio = (account: string, { contract, size, marketPrice, cost }: PortfolioRow): readonly Token[] => [
  ...[7, 8, ...contractTokens(contract), size, dollars(marketPrice), dollars(marketPrice * size), averageCost({ cost, size })],
  ...[dollars(marketPrice * size - cost), dollars(0), account],
]

export const accountReplies = {
  portfolio,
  position: (account: string, contract: Contract, holding: Holding | undefined): readonly Token[] => [
    ...[61, 3, account, ...contractTokens(contract), holding?.size ?? 0, averageCost(holding)],
  ],
  positionsEnd: (): readonly Token[] => [62, 1],
  positionMulti: (reqId: string, account: string, contract: Contract, holding: Holding): readonly Token[] => [
    ...[71, 1, reqId, account, ...contractTokens(contract), holding.size, averageCost(holding), ''],
  ],
  positionMultiEnd: (reqId: string): readonly Token[] => [72, 1, reqId],
  accountSummary: (reqId: string, account: string, tag: string, value: string, currency: string): readonly Token[] => [
    ...[63, 1, reqId, account, tag, value, currency],
  ],
  accountSummaryEnd: (reqId: string): readonly Token[] => [64, 1, reqId],
  accountValue: (account: string, tag: string, value: string, currency: string): readonly Token[] => [6, 2, tag, value, currency, account],
  /** The gateway's clock, hours and minutes. */
  accountTime: (time: string): readonly Token[] => [8, 1, time],
  accountDownloadEnd: (account: string): readonly Token[] => [54, 1, account],
  accountUpdateMulti: (reqId: string, account: string, tag: string, value: string, currency: string): readonly Token[] => [
    ...[73, 1, reqId, account, '', tag, value, currency],
  ],
  accountUpdateMultiEnd: (reqId: string): readonly Token[] => [74, 1, reqId],
  pnl: (reqId: string, daily: number, unrealized: number): readonly Token[] => [
    ...[94, reqId, dollars(daily), dollars(unrealized), dollars(daily - unrealized)],
  ],
  pnlSingle: (reqId: string, size: number, unrealized: number, value: number): readonly Token[] => [
    ...[95, reqId, size, dollars(unrealized), dollars(unrealized), dollars(0), dollars(value)],
  ],
  familyCodes: (accounts: readonly string[]): readonly Token[] => [78, accounts.length, ...accounts.flatMap((account) => [account, ''])],
  userInfo: (reqId: string): readonly Token[] => [107, reqId, ''],
  newsProviders: (): readonly Token[] => [85, 0],
  smartComponents: (reqId: string): readonly Token[] => [82, reqId, 0],
}

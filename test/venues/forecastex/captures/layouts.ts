/** Tokens of a frame at version 193, its id included (ibkr-forecastex.md §10). What varies with its content is left out. */
export const TOKENS_IN: Readonly<Record<string, number>> = {
  1: 7, // tickPrice
  2: 5, // tickSize
  3: 12, // orderStatus
  4: 6, // error, notice
  5: 141, // openOrder
  9: 3, // nextValidId
  11: 32, // execDetails
  12: 8, // marketDepth
  15: 3, // managedAccounts
  49: 3, // currentTime
  52: 3, // contractDetailsEnd
  53: 2, // openOrderEnd
  55: 3, // execDetailsEnd
  57: 3, // tickSnapshotEnd
  58: 4, // marketDataType
  59: 8, // commissionReport
  61: 16, // position
  62: 2, // positionEnd
  63: 7, // accountSummary
  64: 3, // accountSummaryEnd
  81: 5, // tickReqParams
  101: 102, // completedOrder
  102: 1, // completedOrdersEnd
}

export const TOKENS_OUT: Readonly<Record<string, number>> = {
  3: 118, // placeOrder
  4: 5, // cancelOrder
  7: 10, // reqExecutions
  9: 19, // reqContractDetails
  10: 18, // reqMktDepth
  16: 2, // reqAllOpenOrders
  49: 2, // reqCurrentTime
  61: 2, // reqPositions
  62: 5, // reqAccountSummary
  71: 4, // START_API
  99: 2, // reqCompletedOrders
}

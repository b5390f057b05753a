import { SecType, type Contract } from '@stoqey/ib'
import { EXCHANGE } from '../wire/contracts'
import type { ContractRow, OptionParameters, PriceIncrement } from '../wire/messages'
import type { Read } from './read'

export { EXCHANGE, outcomeOf } from '../wire/contracts'

/** `date`: a last trading day `YYYYMMDD` or a month `YYYYMM`. `index`: what a product hinges on, which nobody trades. */
export type ContractQuery =
  { readonly conId: number } | { readonly symbol: string; readonly date?: string } | { readonly symbol: string; readonly index: true }

function contractOf(query: ContractQuery): Contract {
  if ('conId' in query) return { conId: query.conId, exchange: EXCHANGE }
  const { symbol } = query
  const described = { symbol, exchange: EXCHANGE, currency: 'USD' }
  if ('index' in query) return { ...described, secType: SecType.IND }
  const option = { ...described, secType: SecType.OPT }
  return query.date === undefined ? option : { ...option, lastTradeDateOrContractMonth: query.date }
}
/** Every contract that a description fits; refused with 200 when there is none. */
export function contractsRead(query: ContractQuery): Read<ContractRow> {
  const contract = contractOf(query)
  return {
    name: 'reqContractDetails',
    items: 'contractDetails',
    numbered: true,
    payload: (reqId) => ['reqContractDetails', reqId, contract],
    write: (ib, reqId) => ib.reqContractDetails(reqId, contract),
    take: (callback, reqId) => {
      if (callback.kind === 'contractEnd' && callback.reqId === reqId) return 'end'
      return callback.kind === 'contract' && callback.reqId === reqId ? [callback.contract] : null
    },
  }
}

/** The dates of a product's contracts, without the throttle of contract details; whether it works at FORECASTX is not proven (§2). */
export const optionParametersRead = (symbol: string, underConId: number): Read<OptionParameters> => ({
  name: 'reqSecDefOptParams',
  items: 'securityDefinitionOptionParameter',
  numbered: true,
  payload: (reqId) => ['reqSecDefOptParams', reqId, symbol, '', SecType.IND, underConId],
  write: (ib, reqId) => ib.reqSecDefOptParams(reqId, symbol, '', SecType.IND, underConId),
  take: (callback, reqId) => {
    if (callback.kind === 'optionParametersEnd' && callback.reqId === reqId) return 'end'
    return callback.kind === 'optionParameters' && callback.reqId === reqId ? [callback.parameters] : null
  },
})

/** How the tick depends on the price (tickReqParams cannot tell: trap 16). The answer carries the rule in place of our number, and an unknown rule none. */
export const marketRuleRead = (ruleId: number): Read<PriceIncrement> => ({
  name: 'reqMarketRule',
  items: 'marketRule',
  numbered: true,
  payload: () => ['reqMarketRule', ruleId],
  write: (ib) => ib.reqMarketRule(ruleId),
  take: (callback) => (callback.kind === 'marketRule' && callback.ruleId === ruleId ? { all: callback.increments } : null),
})

import { OptionType, SecType, type Contract } from '@stoqey/ib'
import type { ContractRow } from '../wire/messages'
import type { Read } from './read'

export const EXCHANGE = 'FORECASTX'

export type ContractQuery = { readonly conId: number } | { readonly symbol: string; readonly date?: string }

function contractOf(query: ContractQuery): Contract {
  if ('conId' in query) return { conId: query.conId, exchange: EXCHANGE }
  const { symbol, date } = query
  const option = { symbol, secType: SecType.OPT, exchange: EXCHANGE, currency: 'USD' }
  return date === undefined ? option : { ...option, lastTradeDateOrContractMonth: date }
}
/** Every contract that a description fits; refused with 200 when there is none. */
export function contractsRead(query: ContractQuery): Read<ContractRow> {
  const contract = contractOf(query)
  return {
    name: 'reqContractDetails',
    numbered: true,
    payload: (reqId) => ['reqContractDetails', reqId, contract],
    write: (ib, reqId) => ib.reqContractDetails(reqId, contract),
    take: (callback, reqId) => {
      if (callback.kind === 'contractEnd' && callback.reqId === reqId) return 'end'
      return callback.kind === 'contract' && callback.reqId === reqId ? [callback.contract] : null
    },
  }
}
/** C is YES, P is NO (§2). */
export const outcomeOf = (right: ContractRow['right']): 'yes' | 'no' | null =>
  right === OptionType.Call ? 'yes' : right === OptionType.Put ? 'no' : null

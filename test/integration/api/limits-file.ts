import { limitValue, LIMIT_NAMES } from '../../../src/core/risk/limit-change'
import type { Limits } from '../../../src/core/risk/limits'
import { formatMoney, money } from '../../../src/core/units'

const DOLLARS = /Premium|Loss$|LossBudget|lossBudget|minCash|minNetEdge|minExpected|edgeM/
/** A set of limits as a file writes it. */
export const limitsFile = ({ version, ...limits }: Limits): object => ({
  version,
  ...Object.fromEntries(
    LIMIT_NAMES.map((name) => {
      const value = limitValue(name, limits[name])
      const isMoney = DOLLARS.test(name) && typeof value === 'number'
      return [name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), isMoney ? formatMoney(money(value)) : value]
    }),
  ),
})

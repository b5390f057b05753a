import { formatFixed } from '../../../core/units'

/** How an unset double is written. */
export const UNSET_DOUBLE = '1.7976931348623157E308'
export const UNSET_INTEGER = '2147483647'

/** µ$ as dollars with at least two decimals. */
export const dollars = (micros: number): string => formatFixed(micros, 6, 2)

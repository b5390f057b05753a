import type { Level } from '../../../../core/market/event'
import { ONE_DOLLAR, PRICE_DECIMALS, QUANTITY_DECIMALS, type Price, type Quantity } from '../../../../core/units'
import type { Cursor } from './cursor'

/** A price on the 1e-4 grid within 0 … 1: the cursor's value. */
export const readPrice = (cursor: Cursor): boolean =>
  cursor.fixed(PRICE_DECIMALS) && ((cursor.value >= 0 && cursor.value <= ONE_DOLLAR) || cursor.refuse('number'))

/** A list of pairs of a price and a quantity; null: not written like that. */
export function readLevels(cursor: Cursor): readonly Level[] | null {
  if (!cursor.opensList()) return null
  const levels: Level[] = []
  if (cursor.closesList()) return levels
  for (;;) {
    if (!cursor.opensList() || !readPrice(cursor)) return null
    const price = cursor.value as Price
    if (!cursor.comma() || !cursor.fixed(QUANTITY_DECIMALS) || !cursor.closesList()) return null
    levels.push({ price, quantity: cursor.value as Quantity })
    const next = cursor.nextInList()
    if (next !== 'more') return next === 'end' ? levels : null
  }
}

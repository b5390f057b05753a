import { parseFixed, type Price } from '../../core/units'
import type { PriceStructure } from '../schema'

export interface PriceRange {
  readonly start: string
  readonly end: string
  readonly step: string
}

const everywhere = (step: string): readonly PriceRange[] => [{ start: '0.0000', end: '1.0000', step }]
const tapered = (edge: string, centre: string): readonly PriceRange[] => [
  { start: '0.0000', end: '0.1000', step: edge },
  { start: '0.1000', end: '0.9000', step: centre },
  { start: '0.9000', end: '1.0000', step: edge },
]

/** The price grids of kalshi.md §2.2; `price_ranges` on the wire is the authority for a client, the name is a label. */
export const PRICE_RANGES: Readonly<Record<PriceStructure, readonly PriceRange[]>> = {
  linear_cent: everywhere('0.0100'),
  deci_cent: everywhere('0.0010'),
  tapered_deci_cent: tapered('0.0010', '0.0100'),
  banded_centi_cent: tapered('0.0001', '0.0100'),
  center_deci_edge_centi_cent: tapered('0.0001', '0.0010'),
}

const units = (text: string): number => parseFixed(text, 4)

/** Whether an order may carry this price: strictly inside 0…1 and on the step of a range that holds it. */
export function onGrid(structure: PriceStructure, price: Price): boolean {
  if (price <= 0 || price >= 10_000) return false
  return PRICE_RANGES[structure].some(
    ({ start, end, step }) => price >= units(start) && price <= units(end) && (price - units(start)) % units(step) === 0,
  )
}

import { detectBox, type BoxFound, type BoxRefused } from '../../../src/core/box/detect'
import type { Direction } from '../../../src/core/box/finding'
import { BOX_CHECKS, type BoxCheck } from '../../../src/core/box/refusals'
import { money, quantity, type Money } from '../../../src/core/units'
import { boxInput } from '../../core/box/fixture'

const finding = detectBox(boxInput())
if (finding.kind !== 'found') throw new Error('the fixture is no box')
const FOUND: BoxFound = finding

/** A find like the fixture's, in a direction and with an edge. */
export const found = (direction: Direction = 'A', netEdge: Money = FOUND.netEdge, size = '80'): BoxFound => ({
  ...FOUND,
  direction,
  netEdge,
  quantity: quantity(size),
  verdicts: [],
})

/** A margin that a check refused. `netEdge` null: before it was sized. */
export const refused = (
  direction: Direction | null = 'A',
  reason: BoxCheck = BOX_CHECKS.exitDepth,
  netEdge: Money | null = null,
): BoxRefused => ({
  kind: 'refused',
  direction,
  reason,
  margin: money('0.06'),
  quantity: quantity(netEdge === null ? '0' : '80'),
  netEdge,
  expectedValue: null,
  annualReturn: null,
  worst: netEdge === null ? null : FOUND.worst,
  failed: [reason],
  verdicts: [{ check: reason, passed: false, actual: '0', limit: '≥ 1' }],
})

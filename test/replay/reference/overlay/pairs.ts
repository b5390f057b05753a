import type { Certificate, JointState } from '../../../../src/core/box/certificate'
import { marketId, subjectId } from '../../../../src/core/ids'
import type { BoxPair } from '../../../../src/core/box/detect'
import { millis, money } from '../../../../src/core/units'
import type { Tape } from './tape'

const FIRST_CONTRACT = 710_200_001
/** Short, so that what expires does so while there is a margin. */
const JUDGED_FOR_MS = 40_000
/** What the venues' texts hash to, as far as anybody here judges them. */
export const JUDGED = { kalshi: 'a'.repeat(64), forecastex: 'b'.repeat(64) }

const payout = (least: number, most: number): JointState['kalshiYes'] => ({ least: money(least), most: money(most) })
const HALF = payout(500_000, 500_000)
const ANYTHING = payout(0, 1_000_000)
const STATES: readonly JointState[] = [
  { name: 'tie', kalshiYes: HALF, forecastexYes: HALF, together: true },
  { name: 'void', kalshiYes: payout(480_000, 500_000), forecastexYes: payout(500_000, 510_000), together: false },
  { name: 'scalar', kalshiYes: ANYTHING, forecastexYes: ANYTHING, together: true },
  { name: 'hazard', kalshiYes: payout(900_000, 1_000_000), forecastexYes: payout(880_000, 1_000_000), together: false },
]

/** Every pair has the market's name in common with its neighbours, and a judgement of its own. */
export function somePairs(tape: Tape, kalshi: readonly string[], count: number): readonly BoxPair[] {
  return Array.from({ length: count }, (_, i): BoxPair => {
    const id = subjectId(`pair-${i}`)
    return {
      id,
      kalshi: marketId(kalshi[i % kalshi.length] ?? ''),
      forecastex: marketId(String(FIRST_CONTRACT + 2 * i)),
      certificate: certificate(tape, id, i),
    }
  })
}

/** The first two are plain ones of either polarity; of the others each may be what must not be traded. */
export function certificate(tape: Tape, id: string, i: number): Certificate {
  const polarity = i === 0 ? 'same' : i === 1 ? 'opposite' : tape.pick(['same', 'opposite'] as const)
  const plain: Certificate = { id, class: 'S0', polarity, approvedFor: 'all', version: String(1 + tape.below(9)), rules: JUDGED }
  if (i < 2) return plain
  return {
    ...plain,
    class: tape.pick(['S0', 'S0', 'S0', 'S0', 'S0', 'S1', 'S1h'] as const),
    approvedFor: tape.pick(['all', 'all', 'all', 'sim'] as const),
    ...(tape.once(2) && { states: [tape.pick(STATES), ...(tape.once(3) ? [tape.pick(STATES)] : [])] }),
    ...(tape.once(3) && { expiresMs: millis(tape.nowMs + tape.below(JUDGED_FOR_MS)) }),
    ...(tape.once(4) && { rules: { ...JUDGED, [tape.pick(['kalshi', 'forecastex'] as const)]: 'c'.repeat(64) } }),
  }
}

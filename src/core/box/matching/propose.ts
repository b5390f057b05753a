import type { Branch, Proposition, Reading } from '../../market/proposition'
import { money, NO_MONEY } from '../../units'
import type { IdentityClass, JointState, Payout } from '../certificate'
import { compare, type Comparison, type FieldName, type FieldVerdict } from './compare'
import type { Relation } from './relation'

/** What two texts make of a pair, for a person to judge: a proposal approves nothing. */
export interface PairJudgement {
  readonly class: IdentityClass
  readonly polarity: 'same' | 'opposite'
  readonly states: readonly JointState[]
  readonly fields: readonly FieldVerdict[]
  /** Why it is of this class, a sentence each. */
  readonly because: readonly string[]
}

/** Left open, these may part the two in a state that is not the normal one; all others part them any day (market-math §8, classes). */
const HAZARDS: readonly FieldName[] = ['revision', 'measured', 'fallback', 'branches']
const ANYTHING: Payout = { least: NO_MONEY, most: money('1') }
const NOTHING: Payout = { least: NO_MONEY, most: NO_MONEY }
const ALL: Payout = { least: money('1'), most: money('1') }

/** S0 only where every field of the key is told by both texts and is the same. */
export function propose(kalshi: Reading, forecastex: Reading): PairJudgement {
  const unread = [kalshi, forecastex].flatMap((reading) => (reading.kind === 'not-read' ? [reading.because] : []))
  if (kalshi.kind === 'not-read' || forecastex.kind === 'not-read') {
    return { class: 'S3', polarity: 'same', states: [], fields: [], because: unread }
  }
  const comparison = compare(kalshi.proposition, forecastex.proposition)
  const { fields, relation } = comparison
  const open = fields.filter(({ verdict }) => verdict !== 'same')
  return {
    class: classOf(comparison, open),
    polarity: polarityOf(relation),
    states: [...gapOf(relation), ...branchesOf(kalshi.proposition, forecastex.proposition), ...hazardOf(open)],
    fields,
    because: open.length === 0 ? ['every field of the key is told by both texts and is the same'] : open.map(({ because }) => because),
  }
}

function classOf({ relation, isRelated }: Comparison, open: readonly FieldVerdict[]): IdentityClass {
  if (!isRelated) return 'S3'
  const isNested = relation.kind === 'nested'
  const isOpen = ({ field }: FieldVerdict): boolean => !HAZARDS.includes(field) && !(isNested && field === 'condition')
  if (open.some(isOpen)) return 'S2'
  if (open.some(({ field }) => HAZARDS.includes(field))) return 'S1h'
  return isNested ? 'S1' : 'S0'
}

function polarityOf(relation: Relation): 'same' | 'opposite' {
  if (relation.kind === 'opposite') return 'opposite'
  return relation.kind === 'nested' ? relation.polarity : 'same'
}

/** The values that the wider set has and the narrower has not. */
function gapOf(relation: Relation): readonly JointState[] {
  if (relation.kind !== 'nested') return []
  const kalshiYes = relation.wider === 'first' ? ALL : NOTHING
  const isAlike = relation.polarity === 'opposite'
  return [{ name: 'gap', kalshiYes, forecastexYes: isAlike === (kalshiYes === ALL) ? ALL : NOTHING, together: true }]
}

/** An end that one text knows of and the other does not may pay anything there. */
function branchesOf(kalshi: Proposition, forecastex: Proposition): readonly JointState[] {
  return (['tie', 'void', 'scalar'] as const).flatMap((name): readonly JointState[] => {
    const [ofKalshi, ofForecastex] = [kalshi, forecastex].map(({ branches }) => branches.filter(({ state }) => state === name))
    if (!ofKalshi?.length && !ofForecastex?.length) return []
    return [{ name, kalshiYes: payoutOf(ofKalshi), forecastexYes: payoutOf(ofForecastex), together: false }]
  })
}
function payoutOf(branches: readonly Branch[] = []): Payout {
  if (branches.length === 0) return ANYTHING
  const [least, most] = [branches.map(({ yesPays }) => yesPays.least), branches.map(({ yesPays }) => yesPays.most)]
  return { least: money(Math.min(...least)), most: money(Math.max(...most)) }
}

/** A late release, a revision, another day of measurement: either may pay anything while the other does too. */
const hazardOf = (open: readonly FieldVerdict[]): readonly JointState[] =>
  open.some(({ field }) => HAZARDS.includes(field) && field !== 'branches')
    ? [{ name: 'hazard', kalshiYes: ANYTHING, forecastexYes: ANYTHING, together: false }]
    : []

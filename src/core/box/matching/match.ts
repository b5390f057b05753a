import type { Condition, Reading } from '../../market/proposition'
import { compare, type FieldName, type FieldVerdict } from './compare'
import { similarity } from './similarity'

/** Whether two texts ask the same question, as far as a review has to look at them. It says nothing of what may be traded: that is the class. */
export interface Match {
  /** 'confirmed': by codes and exact aliases alone. 'review': neither the same nor different for certain. */
  readonly verdict: 'confirmed' | 'review' | 'different'
  readonly because: readonly string[]
}

/** Which question it is; the other fields say how it is decided, and differ between venues as a rule. */
const QUESTION: readonly FieldName[] = ['statistic', 'period', 'condition']
/** Names nearer than this may be one name, misspelt by one venue: a person looks. */
const MISSPELT = 8_000

export function match(first: Reading, second: Reading): Match {
  if (first.kind === 'not-read' || second.kind === 'not-read') {
    return { verdict: 'review', because: [first, second].flatMap((reading) => (reading.kind === 'not-read' ? [reading.because] : [])) }
  }
  const { fields, isRelated } = compare(first.proposition, second.proposition)
  const apart = fields.filter(({ field, verdict }) => verdict === 'different' && field !== 'fallback' && field !== 'branches')
  if (apart.length > 0) {
    const maySpellOther = isRelated && apart.every(({ field }) => isSpelling(field, first.proposition, second.proposition))
    return { verdict: maySpellOther ? 'review' : 'different', because: reasons(apart) }
  }
  const open = fields.filter(({ field, verdict }) => QUESTION.includes(field) && verdict !== 'same')
  return open.length === 0
    ? { verdict: 'confirmed', because: reasons(fields.filter(ofQuestion)) }
    : { verdict: 'review', because: reasons(open) }
}

const ofQuestion = ({ field }: FieldVerdict): boolean => QUESTION.includes(field)
const reasons = (fields: readonly FieldVerdict[]): readonly string[] => fields.map(({ because }) => because)

interface Asked {
  readonly statistic: string
  readonly condition: Condition
}
/** Only words differ, and hardly: the name of a person, or what a title says of it. A code, a number and a period have no spelling. */
function isSpelling(field: FieldName, first: Asked, second: Asked): boolean {
  if (first.condition.kind !== 'named' || second.condition.kind !== 'named') return false
  const [mine, theirs] = [first.condition.outcome, second.condition.outcome]
  if (field === 'statistic')
    return isWords(first.statistic) && isWords(second.statistic) && similarity(first.statistic, second.statistic) >= MISSPELT
  return field === 'condition' && !/^(?:party|club):/.test(mine) && similarity(mine, theirs) >= MISSPELT
}
const isWords = (statistic: string): boolean => /^(?:question|qualifier)\//.test(statistic)

import { conditionWords } from '../../market/reading/conditions'
import { statisticOf } from '../../market/statistics'
import type { Branch, Proposition, Source } from '../../market/proposition'
import { relationOf, type Relation } from './relation'

/** The fields of the canonical key (market-math §8). */
export type FieldName =
  'statistic' | 'adjustment' | 'source' | 'period' | 'condition' | 'grid' | 'rounding' | 'revision' | 'measured' | 'fallback' | 'branches'

export interface FieldVerdict {
  readonly field: FieldName
  /** 'not-told': one of the texts, or both, do not say. */
  readonly verdict: 'same' | 'different' | 'not-told'
  /** One sentence. */
  readonly because: string
}
export interface Comparison {
  readonly fields: readonly FieldVerdict[]
  /** Of the first one's YES to the second one's. */
  readonly relation: Relation
  /** The statistics move together, or are one. */
  readonly isRelated: boolean
}

/** Field by field; the swap of both mirrors the relation and leaves the verdicts as they are. */
export function compare(first: Proposition, second: Proposition): Comparison {
  // A grid that only one of them knows is none to compare on: on the real numbers no gap is overlooked.
  const grid = first.grid === second.grid ? first.grid : null
  const relation =
    first.statistic === second.statistic ? relationOf(first.condition, second.condition, grid) : ({ kind: 'different' } as const)
  const fields = [
    statistics(first.statistic, second.statistic),
    told('adjustment', first.adjustment, second.adjustment),
    sources(first.source, second.source),
    told('period', first.period, second.period),
    conditions(first, second, relation),
    statisticOf(first.statistic)?.grid === null ? asOne('grid', first, second) : told('grid', first.grid, second.grid),
    isOutcome(first, second) ? asOne('rounding', first, second) : told('rounding', first.rounding, second.rounding),
    isOutcome(first, second) ? asOne('revision', first, second) : told('revision', first.revision, second.revision),
    measures(first.measured, second.measured),
    fallbacks(first.fallback, second.fallback, relation),
    branches(first.branches, second.branches),
  ]
  return { fields, relation, isRelated: familyOf(first) === familyOf(second) }
}

const familyOf = ({ statistic }: Proposition): string => statisticOf(statistic)?.family ?? statistic

const same = (field: FieldName, what: string): FieldVerdict => ({ field, verdict: 'same', because: `${field}: both say ${what}` })
const different = (field: FieldName, one: string, other: string): FieldVerdict => ({
  field,
  verdict: 'different',
  because: `${field}: one says ${one}, the other ${other}`,
})
const notTold = (field: FieldName, told: string | null): FieldVerdict => ({
  field,
  verdict: 'not-told',
  because: told === null ? `${field}: neither says` : `${field}: one says ${told}, the other nothing`,
})

function told(field: FieldName, one: string | null, other: string | null): FieldVerdict {
  if (one === null || other === null) return notTold(field, one ?? other)
  return one === other ? same(field, one) : different(field, one, other)
}

function statistics(one: string, other: string): FieldVerdict {
  if (one !== other) return different('statistic', one, other)
  return statisticOf(one)?.isDefined === false
    ? { field: 'statistic', verdict: 'not-told', because: `statistic: the words of ${one} leave open which number is meant` }
    : same('statistic', one)
}

/** The agency alone does not say in which document the number is read. */
function sources(one: Source | null, other: Source | null): FieldVerdict {
  if (one === null || other === null) return notTold('source', (one ?? other)?.agency ?? null)
  if (one.agency !== other.agency) return different('source', one.agency, other.agency)
  const [mine, theirs] = [one, other].map(({ agency, document }) => (document === null ? null : `${agency}, ${document}`))
  return told('source', mine ?? null, theirs ?? null)
}

function conditions(first: Proposition, second: Proposition, relation: Relation): FieldVerdict {
  const [one, other] = [conditionWords(first.condition), conditionWords(second.condition)]
  if (first.statistic !== second.statistic) return { field: 'condition', verdict: 'different', because: 'condition: on another statistic' }
  if (relation.kind === 'same') return one === other ? same('condition', one) : same('condition', `one set of values (${one}; ${other})`)
  if (relation.kind === 'opposite') return same('condition', `one set of values and its complement (${one}; ${other})`)
  return different('condition', one, other)
}

/** Who wins is no number: nothing is rounded or revised. */
const isOutcome = (first: Proposition, second: Proposition): boolean =>
  first.condition.kind === 'named' && second.condition.kind === 'named'
/** The statistic has no grid, or no rounding: both know of none, or one knows of what the other does not. */
const asOne = (field: 'grid' | 'rounding' | 'revision', first: Proposition, second: Proposition): FieldVerdict =>
  first[field] === null && second[field] === null
    ? { field, verdict: 'same', because: `${field}: there is none` }
    : told(field, first[field], second[field])

function measures(one: Proposition['measured'], other: Proposition['measured']): FieldVerdict {
  if (one === null || other === null) return notTold('measured', (one ?? other)?.date ?? null)
  if (one.date !== other.date) return different('measured', one.date, other.date)
  return told('measured', clocked(one), clocked(other))
}
const clocked = ({ date, zone }: NonNullable<Proposition['measured']>): string | null => (zone === null ? null : `${date}, ${zone}`)

/** Of two complements one has to resolve yes where the other resolves no, or both legs of a box pay nothing. */
function fallbacks(one: string | null, other: string | null, relation: Relation): FieldVerdict {
  const isAlike = relation.kind !== 'opposite' && !(relation.kind === 'nested' && relation.polarity === 'opposite')
  if (isAlike || one === null || other === null) return told('fallback', one, other)
  const mirrored = other.replace(/\bresolves (yes|no)\b/g, (_, way: string) => `resolves ${way === 'yes' ? 'no' : 'yes'}`)
  return mirrored !== other && mirrored === one ? same('fallback', `${one}, turned round`) : different('fallback', one, other)
}

const ends = (list: readonly Branch[]): string =>
  list
    .map(({ state, yesPays }) => `${state} ${yesPays.least}-${yesPays.most}`)
    .toSorted()
    .join(', ')
function branches(one: readonly Branch[], other: readonly Branch[]): FieldVerdict {
  const [mine, theirs] = [ends(one), ends(other)]
  if (mine === theirs) return same('branches', mine === '' ? 'nothing but yes and no' : mine)
  return different('branches', mine || 'nothing but yes and no', theirs || 'nothing but yes and no')
}

import { assertNever } from '../../assert'
import { statisticOf } from '../../market/statistics'
import type { Reading } from '../../market/proposition'
import type { IdentityClass } from '../certificate'
import { match } from './match'
import { propose, type PairJudgement } from './propose'
import { similarity } from './similarity'

/** A market as a catalogue or the store has it. */
export interface Readable {
  readonly title: string
  readonly reading: Reading
  /** When its venue closes it. */
  readonly closeMs: number
}
export interface Proposed<K extends Readable, F extends Readable> {
  readonly kalshi: K
  readonly forecastex: F
  readonly judgement: PairJudgement
  /** Of the titles, 0 … 10_000: the order of a review, nothing else. */
  readonly similarity: number
}

/** Where a text does not tell the period, its close has to: the venues close one question within a day of each other, and the next release is a week away at the least. */
const SAME_PERIOD_MS = 3 * 86_400_000
const RANK: Readonly<Record<IdentityClass, number>> = { S0: 0, S1: 1, S1h: 2, S2: 3, S3: 4 }

/**
 * The pairs worth a person's look: of one family and period, and of a ladder only the nearest rungs of each market. Best class first, then the most alike.
 * Texts that were not read pair with nothing: they are listed as readings.
 */
export function pairUp<K extends Readable, F extends Readable>(kalshi: readonly K[], forecastex: readonly F[]): readonly Proposed<K, F>[] {
  const byFamily = new Map<string, F[]>()
  for (const each of forecastex) {
    const family = familyOf(each.reading)
    if (family === null) continue
    const all = byFamily.get(family)
    if (all) all.push(each)
    else byFamily.set(family, [each])
  }
  return kalshi
    .flatMap((market) => nearest(market, byFamily.get(familyOf(market.reading) ?? '') ?? []))
    .toSorted((a, b) => RANK[a.judgement.class] - RANK[b.judgement.class] || b.similarity - a.similarity)
}

const familyOf = (reading: Reading): string | null =>
  reading.kind === 'read' ? (statisticOf(reading.proposition.statistic)?.family ?? reading.proposition.statistic) : null

function nearest<K extends Readable, F extends Readable>(kalshi: K, others: readonly F[]): readonly Proposed<K, F>[] {
  const found = others
    .filter(
      (other) => isOfOnePeriod(kalshi, other) && (isRung(kalshi, other) || match(kalshi.reading, other.reading).verdict !== 'different'),
    )
    .map((forecastex) => ({ forecastex, judgement: propose(kalshi.reading, forecastex.reading) }))
    .map((each) => ({ ...each, away: isSameSet(each.judgement) ? SAME_SET : distance(kalshi.reading, each.forecastex.reading) }))
  const closest = Math.min(...found.map(({ away }) => away))
  return found
    .filter(({ away }) => away === closest)
    .map(({ forecastex, judgement }) => ({ kalshi, forecastex, judgement, similarity: similarity(kalshi.title, forecastex.title) }))
}

/** Nearer than any rung beside it. */
const SAME_SET = -1
const isSameSet = ({ fields }: PairJudgement): boolean => fields.some(({ field, verdict }) => field === 'condition' && verdict === 'same')

/** Both ask of one number, or of what may be one where the words leave it open: the nearest thresholds are looked at. */
function isRung({ reading: one }: Readable, { reading: other }: Readable): boolean {
  if (one.kind === 'not-read' || other.kind === 'not-read') return false
  const { statistic, condition } = one.proposition
  if (condition.kind === 'named' || other.proposition.condition.kind === 'named') return false
  return (
    statistic === other.proposition.statistic || [statistic, other.proposition.statistic].some((id) => statisticOf(id)?.isDefined === false)
  )
}

function isOfOnePeriod(one: Readable, other: Readable): boolean {
  const [mine, theirs] = [one.reading, other.reading].map((reading) => (reading.kind === 'read' ? reading.proposition.period : null))
  return mine && theirs ? mine === theirs : Math.abs(one.closeMs - other.closeMs) <= SAME_PERIOD_MS
}

/** Finer than any published step: what a binary fraction adds to a distance is no distance. */
const FINEST = 1e9
/** How far apart two conditions are, for choosing rungs only; 0 for names. */
function distance(one: Reading, other: Reading): number {
  const [mine, theirs] = [middle(one), middle(other)]
  return mine === null || theirs === null ? 0 : Math.round(Math.abs(mine - theirs) * FINEST)
}
function middle(reading: Reading): number | null {
  if (reading.kind === 'not-read') return null
  const { condition } = reading.proposition
  switch (condition.kind) {
    case 'threshold':
      return Number.parseFloat(condition.threshold)
    case 'between':
      return (Number.parseFloat(condition.low) + Number.parseFloat(condition.high)) / 2
    case 'named':
      return null
    default:
      return assertNever(condition, 'condition')
  }
}

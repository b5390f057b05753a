import { assertNever } from '../assert'
import { bands, inCents, type BandInput, type ConfidenceParts, type Scored } from './confidence-bands'
import { continuous, type ContinuousInput } from './confidence-continuous'

export type { ConfidenceParts } from './confidence-bands'

/** Ruling 6: the steps to which profiles and tiers are tuned, or the score without steps. */
export const CONFIDENCE_KINDS = ['bands', 'continuous'] as const
export type ConfidenceKind = (typeof CONFIDENCE_KINDS)[number]

/** An edge above this is more likely a mistake: of the line, of the day, of the team. A person looks first. */
export const SUSPICIOUS_EDGE = 0.12

export interface Gates {
  /** The market and the game are surely the same question. */
  readonly isSameQuestion: boolean
  /** Market and both sources of data are on. */
  readonly isTrading: boolean
}
export interface ConfidenceInput extends BandInput, ContinuousInput, Gates {}
export interface ConfidenceScore {
  /** 0 … 100; 0 where a gate closes. */
  readonly score: number
  /** Of the parts, before the gates: not rounded. */
  readonly total: number
  readonly parts: ConfidenceParts
  /** One for each part; before them one for each gate that closed. */
  readonly reasons: readonly string[]
  readonly gated: boolean
}

/** Sums of doubles that should be whole are whole. */
const NOISE = 1e-9

/** How much is thought of an edge, 0 … 100, with the reasons in words (market-math §6, seed-behaviour §3.5). */
export function confidence(kind: ConfidenceKind, input: ConfidenceInput): ConfidenceScore {
  const closed = gatesOf(input)
  const { parts, reasons } = scored(kind, input)
  const total = parts.edge + parts.consensus + parts.liquidity + parts.timing
  const gated = closed.length > 0
  return { score: gated ? 0 : Math.floor(total + NOISE), total, parts, reasons: [...closed, ...reasons], gated }
}

function scored(kind: ConfidenceKind, input: ConfidenceInput): Scored {
  switch (kind) {
    case 'bands':
      return bands(input)
    case 'continuous':
      return continuous(input)
    default:
      return assertNever(kind, 'kind of confidence')
  }
}

function gatesOf({ edge, hoursToStart, isSameQuestion, isTrading }: ConfidenceInput): readonly string[] {
  const closed: string[] = []
  if (!(edge > 0)) closed.push(`no edge: ${inCents(edge)} net`)
  if (edge > SUSPICIOUS_EDGE) closed.push(`an edge of ${inCents(edge)} is presumed a mistake: a person looks first`)
  if (hoursToStart === null) closed.push('the start is not known')
  else if (!(hoursToStart > 0)) closed.push('the game has started')
  if (!isSameQuestion) closed.push('the question is not surely the same')
  if (!isTrading) closed.push('trading or data is halted')
  return closed
}

export type Tier = 'HIGH' | 'MEDIUM' | 'LOW' | 'SKIP'
/** From which score on; high ≥ medium ≥ low. */
export interface TierBorders {
  readonly high: number
  readonly medium: number
  readonly low: number
}
/** What a profile calls a score: SKIP is not traded. */
export const tierOf = (score: number, { high, medium, low }: TierBorders): Tier =>
  score >= high ? 'HIGH' : score >= medium ? 'MEDIUM' : score >= low ? 'LOW' : 'SKIP'

import type { ClientOrderId } from '../ids'
import type { Quantity } from '../units'
import type { Fill } from './order'

/** 'guard' and 'lots' are the order port's own: by 'lots' a trade asks for more than its orders left it (I3). */
export const REJECT_REASONS = [
  'too-late',
  'guard',
  'lots',
  'halted',
  'lease',
  'never-accepted',
  'funds',
  'price',
  'size',
  'paused',
  'closed',
  'permission',
  'other',
] as const
export type RejectReason = (typeof REJECT_REASONS)[number]

/** An IOC's own answer: sizes leg 2, which can only be too small; a cure is sized by finals (E15). */
export interface Done {
  readonly kind: 'done'
  readonly filled: Quantity
}
/** Proven: nothing traded, nothing rests. */
export interface Rejected {
  readonly kind: 'rejected'
  readonly reason: RejectReason
  readonly detail: string
}
/** May live: find it, never resend (E12). */
export interface Unknown {
  readonly kind: 'unknown'
  readonly cause: 'timeout' | 'disconnected' | 'server-error' | 'echo-differs'
}
export type LegOutcome = Done | Rejected | Unknown

/** E12: the operator's signed word on an order that nobody can find. It stands: the venue is not asked about that order again. */
export interface OrderVerdict {
  readonly order: ClientOrderId
  readonly outcome: Done | Rejected
  readonly by: string
  readonly role: string
  /** What was seen, and where. */
  readonly evidence: string
  /** A second person; needed in mode `live`. */
  readonly secondBy: string | null
}
/** How an unknown order became known: by proof, or by a verdict. */
export type Resolved = Done | Rejected | { readonly kind: 'verdict'; readonly verdict: OrderVerdict }

/** E14: nothing about it can change; Σ fills = quantity, fees told. */
export interface Final {
  readonly quantity: Quantity
  readonly fills: readonly Fill[]
}

/** Reasons that prove no byte left this process: the order was refused before its bytes. */
const NEVER_SENT: readonly RejectReason[] = ['too-late', 'guard', 'lots', 'halted', 'lease']
export const neverSent = (outcome: Done | Rejected | null): boolean => outcome?.kind === 'rejected' && NEVER_SENT.includes(outcome.reason)
/** The same of a trade's result, whose reason begins with that of its first rejection. */
export const nothingSent = (reason: string): boolean => NEVER_SENT.some((each) => reason === each || reason.startsWith(`${each}: `))

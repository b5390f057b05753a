import type { RejectReason } from '../../../core/trade/outcome'

/** What an error that carries an order's id says about the order (ibkr-forecastex §8). */
export type OrderVerdict =
  /** The order lives on; nothing changes. */
  | { readonly kind: 'warning' }
  /** It no longer rests; executions decide what it did. */
  | { readonly kind: 'cancelled' }
  /** The venue has refused it: whitelisted codes only. */
  | { readonly kind: 'refused'; readonly reason: RejectReason }
  /** 10349: a preset rewrote the time in force (E13). */
  | { readonly kind: 'rewritten' }
  /** Any other code: nothing is proven, reconcile. */
  | { readonly kind: 'unproven' }

const WARNINGS: ReadonlySet<number> = new Set([399, 2109, 10311, 10329])
const CANCELLED = 202
const REJECTED = 201
export const TIF_REWRITTEN = 10349

/** 103 (duplicate id) is missing on purpose: it is an alarm (E2) and proves nothing about an order that already has the number. */
const REFUSALS: ReadonlyMap<number, RejectReason> = new Map<number, RejectReason>([
  [110, 'price'],
  [10344, 'price'],
  [434, 'size'],
  [10318, 'size'],
  [203, 'permission'],
  [460, 'permission'],
  [111, 'other'],
  [200, 'other'],
  [320, 'other'],
  [321, 'other'],
  [387, 'other'],
  [10343, 'other'],
])

/** 201 carries its reason as text; the first pattern that fits names it. */
const REASONS: readonly (readonly [RegExp, RejectReason])[] = [
  [/fund|cash|margin|equity|buying power/i, 'funds'],
  [/permission|not allowed|restricted|eligible|not authori[sz]ed/i, 'permission'],
  [/halt|suspend|paused/i, 'paused'],
  [/closed|expired|trading hours|last trad/i, 'closed'],
  [/price/i, 'price'],
  [/size|quantity|position limit/i, 'size'],
]

/** @param code as sent with the order's id. @param message the venue's text: only 201 needs it. */
export function orderVerdict(code: number, message: string): OrderVerdict {
  if (WARNINGS.has(code)) return { kind: 'warning' }
  if (code === CANCELLED) return { kind: 'cancelled' }
  if (code === TIF_REWRITTEN) return { kind: 'rewritten' }
  if (isReadOnly(code, message)) return { kind: 'refused', reason: 'permission' }
  if (code === REJECTED) return { kind: 'refused', reason: REASONS.find(([pattern]) => pattern.test(message))?.[1] ?? 'other' }
  const reason = REFUSALS.get(code)
  return reason === undefined ? { kind: 'unproven' } : { kind: 'refused', reason }
}

/** Answers to a quote subscription after which that contract is not tradable by us: no subscription, delayed only, no such contract. */
export const NOT_QUOTED: ReadonlySet<number> = new Set([200, 354, 10089, 10090, 10167, 10186])
/** Live and paper logged in together: quotes stop until the other session ends. */
export const COMPETING_SESSION = 10197
export const DUPLICATE_ORDER_ID = 103
/** "No security definition has been found." */
export const NO_SUCH_CONTRACT = 200
export const CLIENT_ID_IN_USE = 326
/** Too many messages a second: this one was not served, and the third ends the session. */
export const RATE_EXCEEDED = 100
/** The socket's port was changed in the gateway, which drops this connection. */
export const PORT_CHANGED = 1300
/** The client library's own: the server speaks too old a protocol, one it does not know, or a frame that it could not decode. */
export const TOO_OLD = 503
export const UNSUPPORTED_VERSION = 506
export const UNDECODABLE = 505
/** The same code for messages that the library does not know and for fields that it does not: there nothing of ours is missing. */
const HARMLESS = /^(No parser implementation|Decoding error)/
/** A frame was dropped because the library could not decode it: whatever it told is missing. */
export const isFrameLost = (code: number, message: string): boolean => code === UNDECODABLE && !HARMLESS.test(message)

const NOT_VALID = 321
/** "The API interface is currently in Read-Only mode." comes for an order with its id, for a read of orders often without any. */
export const isReadOnly = (code: number, message: string): boolean => code === NOT_VALID && /read[- ]?only/i.test(message)

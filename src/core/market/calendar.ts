import type { Millis } from '../units'

/** The earliest moment after which a market no longer trades (E28 in its simple form): no opening within `marginMs` before it. */
export const closesTooSoon = (closeMs: Millis, nowMs: Millis, marginMs: number): boolean => nowMs + marginMs >= closeMs

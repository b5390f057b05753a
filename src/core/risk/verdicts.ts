import type { Verdict } from '../trade/plan'
import { formatMoney, formatQuantity, type Money, type Quantity } from '../units'

/** A check that passed or did not, with both figures as an operator reads them. */
export const verdict = (check: string, passed: boolean, actual: string, limit: string): Verdict => ({ check, passed, actual, limit })

type Show = (value: number) => string
export const count: Show = String
export const ms: Show = (value) => `${value} ms`
export const dollars: Show = (value) => `$${formatMoney(value as Money)}`
export const contracts: Show = (value) => formatQuantity(value as Quantity)

export const atMost = (check: string, actual: number, limit: number, show: Show): Verdict =>
  verdict(check, actual <= limit, show(actual), `≤ ${show(limit)}`)
export const atLeast = (check: string, actual: number, limit: number, show: Show): Verdict =>
  verdict(check, actual >= limit, show(actual), `≥ ${show(limit)}`)

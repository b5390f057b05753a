import type { Level } from '../../core/market/event'
import { money, price, quantity, type Money } from '../../core/units'

/** A vector's input; every access names what is missing or of the wrong kind. */
export class Fields {
  readonly #values: Readonly<Record<string, unknown>>

  constructor(value: unknown, what = 'input') {
    if (!isRecord(value)) throw new TypeError(`${what} must be an object`)
    this.#values = value
  }
  has(name: string): boolean {
    return this.#values[name] !== undefined && this.#values[name] !== null
  }
  /** A decimal: text, or a number that prints as one. */
  text(name: string): string {
    const value = this.#values[name]
    if (typeof value === 'string') return value
    if (typeof value === 'number') return String(value)
    throw new TypeError(`"${name}" must be a decimal`)
  }
  number(name: string): number {
    const value = this.#values[name]
    if (typeof value !== 'number') throw new TypeError(`"${name}" must be a number`)
    return value
  }
  /** A decimal in dollars. */
  decimal(name: string): Money {
    return money(this.text(name))
  }
  micros(name: string): Money {
    return money(this.number(name))
  }
  list(name: string): readonly unknown[] {
    const value = this.#values[name]
    if (!Array.isArray(value)) throw new TypeError(`"${name}" must be a list`)
    return value
  }
  record(name: string): Fields {
    return new Fields(this.#values[name], name)
  }
  records(name: string): readonly Fields[] {
    return this.list(name).map((value) => new Fields(value, name))
  }
  /** [[price, contracts], …] */
  levels(name: string): readonly Level[] {
    return this.list(name).map((value) => {
      const [at, size] = Array.isArray(value) ? value : []
      return { price: price(String(at)), quantity: quantity(String(size)) }
    })
  }
  oneOf<T extends string>(name: string, values: readonly T[]): T {
    const found = values.find((value) => value === this.#values[name])
    if (found === undefined) throw new TypeError(`"${name}" must be one of ${values.join(', ')}`)
    return found
  }
}

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Computes one function's output from a vector's input, in the vectors' own spelling. A RangeError is the answer `{error: true}`. */
export type VectorFunction = (input: Fields) => unknown

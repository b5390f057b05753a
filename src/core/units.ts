/** Branded safe integers: the only numbers money, prices and times are made of. Only the constructors here make them. */
declare const unit: unique symbol
type Int<U extends string> = number & { readonly [unit]: U }

/** 1e-4 USD per contract, 0 … 10_000. */
export type Price = Int<'1e-4 USD per contract'>
/** 1e-2 contract: Kalshi fills hundredths, ForecastEx whole contracts. */
export type Quantity = Int<'1e-2 contract'>
/** 1e-6 USD. price × quantity is Money exactly, without rounding. */
export type Money = Int<'1e-6 USD'>
/** Milliseconds since 1970, UTC. */
export type Millis = Int<'ms since 1970'>
/** Dense number of a book in this process: never stored, sent or hashed. */
export type BookIndex = Int<'dense book number'>

export const PRICE_DECIMALS = 4
export const QUANTITY_DECIMALS = 2
export const MONEY_DECIMALS = 6
/** One dollar as a price: what a winning contract pays. */
export const ONE_DOLLAR = 10_000 as Price
/** One whole contract. */
export const ONE_CONTRACT = 100 as Quantity
/** µ$ in one step of a price, for one contract. */
export const MICROS_PER_PRICE = 100
export const NO_MONEY = 0 as Money
export const NO_QUANTITY = 0 as Quantity

const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/

/** @returns `value` itself; @throws RangeError when it is not a safe integer, so that a silent loss of precision is impossible. */
export function exact(value: number): number {
  if (!Number.isSafeInteger(value)) throw new RangeError(`not a safe integer: ${value}`)
  return value
}

/**
 * Parses a decimal string by its digits (never through a float): market-math §1.
 * @throws RangeError on exponents, a bare ".5", more than `decimals` significant decimals, or an unsafe result.
 */
export function parseFixed(value: string, decimals: number): number {
  const match = DECIMAL.exec(value)
  if (!match) throw new RangeError(`not a plain decimal: "${value}"`)
  const [, sign, whole = '', fraction = ''] = match
  const digits = fraction.replace(/0+$/, '')
  if (digits.length > decimals) throw new RangeError(`more than ${decimals} decimals: "${value}"`)
  const units = exact(Number.parseInt(whole + digits.padEnd(decimals, '0'), 10))
  return sign === '-' && units !== 0 ? -units : units
}

/** The decimal string of an integer with `decimals` implied decimals, with at least `minimumDecimals` shown. */
export function formatFixed(units: number, decimals: number, minimumDecimals: number = decimals): string {
  const digits = String(Math.abs(exact(units))).padStart(decimals + 1, '0')
  const whole = digits.slice(0, digits.length - decimals)
  const fraction = digits
    .slice(digits.length - decimals)
    .replace(/0+$/, '')
    .padEnd(minimumDecimals, '0')
  return `${units < 0 ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`
}

/** @throws RangeError outside 0 … 1.0000 dollars or off the 1e-4 grid. */
export function price(value: string | number): Price {
  const units = typeof value === 'string' ? parseFixed(value, PRICE_DECIMALS) : exact(value)
  if (units < 0 || units > ONE_DOLLAR) throw new RangeError(`price outside 0…1: ${value}`)
  return units as Price
}
/** Signed where a delta is meant. @throws RangeError when finer than 0.01 contract. */
export const quantity = (value: string | number): Quantity =>
  (typeof value === 'string' ? parseFixed(value, QUANTITY_DECIMALS) : exact(value)) as Quantity
export const money = (value: string | number): Money =>
  (typeof value === 'string' ? parseFixed(value, MONEY_DECIMALS) : exact(value)) as Money
export const millis = (value: number): Millis => exact(value) as Millis
export const bookIndex = (value: number): BookIndex => exact(value) as BookIndex

export const formatPrice = (value: Price): string => formatFixed(value, PRICE_DECIMALS)
export const formatQuantity = (value: Quantity): string => formatFixed(value, QUANTITY_DECIMALS)
/** Dollars with at least two decimals: "12.30", "0.017325". */
export const formatMoney = (value: Money): string => formatFixed(value, MONEY_DECIMALS, 2)

/** price × quantity, exactly. */
export const notional = (at: Price, of: Quantity): Money => money(at * of)
/** The price of the other outcome: 1 − p. */
export const complement = (of: Price): Price => (ONE_DOLLAR - of) as Price
/** Whole contracts in a quantity, rounded down (E15). */
export const wholeContracts = (of: Quantity): Quantity => (of - (of % ONE_CONTRACT)) as Quantity

/** Integer division toward minus infinity (BigInt's own truncates toward zero). */
export function floorDiv(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator
  return numerator % denominator !== 0n && numerator < 0n !== denominator < 0n ? quotient - 1n : quotient
}
/** Integer division toward plus infinity. */
export const ceilDiv = (numerator: bigint, denominator: bigint): bigint => -floorDiv(-numerator, denominator)
/** A BigInt result back as Money. @throws RangeError beyond ±9.007e9 USD. */
export const moneyOf = (value: bigint): Money => money(Number(value))
/** ⌊a · b ÷ divisor⌋ for a divisor above zero, whatever the product. @throws RangeError when the result is no safe integer. */
export function floorMulDiv(a: number, b: number, divisor: number): number {
  const product = a * b
  if (!Number.isSafeInteger(product)) return exact(Number(floorDiv(BigInt(a) * BigInt(b), BigInt(divisor))))
  const rest = product % divisor
  return (product - rest) / divisor - (rest < 0 ? 1 : 0)
}
/** ⌈a · b ÷ divisor⌉, as {@link floorMulDiv}. */
export const ceilMulDiv = (a: number, b: number, divisor: number): number => 0 - floorMulDiv(-a, b, divisor)

/** One of the words that an option takes. @throws RangeError naming them. */
export function oneOf<T extends string>(what: string, values: readonly T[], value: string): T {
  const found = values.find((each) => each === value)
  if (found === undefined) throw new RangeError(`${what} is one of ${values.join(', ')}, not "${value}"`)
  return found
}

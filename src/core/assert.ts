/** Ends a switch over a union: a new member becomes a compile error, and an impossible value a loud bug. */
export function assertNever(value: never, what = 'value'): never {
  throw new Error(`unhandled ${what}: ${JSON.stringify(value)}`)
}

/** States what must be true. A violation is a bug and throws: it is never a venue's or a user's mistake. */
export function invariant(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`invariant violated: ${message}`)
}

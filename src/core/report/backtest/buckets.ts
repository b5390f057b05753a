/** A class of values: up to and with `most`, and above that of the class before it. */
export interface Bucket {
  readonly label: string
  readonly most: number
}

/** Above everything that is finite: for the last class. */
export const WITHOUT_BOUND = Number.POSITIVE_INFINITY

/** Each class with what belongs to it, empty ones too, in their order. What is above the last bound belongs to none. */
export const inBuckets = <T>(
  buckets: readonly Bucket[],
  all: readonly T[],
  of: (one: T) => number,
): readonly { readonly label: string; readonly own: readonly T[] }[] =>
  buckets.map(({ label, most }, at) => {
    const above = buckets[at - 1]?.most ?? Number.NEGATIVE_INFINITY
    return { label, own: all.filter((one) => of(one) > above && of(one) <= most) }
  })

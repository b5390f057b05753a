/** A bounded queue for taps: when full the oldest item goes and is counted, so that a slow reader never holds up the writer. */
export class Ring<T> {
  readonly #slots: (T | undefined)[]
  #head = 0
  #length = 0
  #dropped = 0

  /** @throws RangeError unless `capacity` is a positive integer. */
  constructor(readonly capacity: number) {
    if (!Number.isSafeInteger(capacity) || capacity < 1) throw new RangeError(`a ring needs a capacity of at least 1, not ${capacity}`)
    this.#slots = Array.from({ length: capacity })
  }

  get length(): number {
    return this.#length
  }

  /** Items that made room for newer ones, since the start. */
  get dropped(): number {
    return this.#dropped
  }

  push(item: T): void {
    if (this.#length === this.capacity) {
      this.shift()
      this.#dropped += 1
    }
    this.#slots[(this.#head + this.#length) % this.capacity] = item
    this.#length += 1
  }

  /** The oldest item, removed; undefined when empty. */
  shift(): T | undefined {
    if (this.#length === 0) return undefined
    const item = this.#slots[this.#head]
    this.#slots[this.#head] = undefined
    this.#head = (this.#head + 1) % this.capacity
    this.#length -= 1
    return item
  }

  /** Removes up to `max` items, oldest first. */
  take(max: number): T[] {
    const count = Math.min(max, this.#length)
    const taken: T[] = []
    for (let i = 0; i < count; i += 1) taken.push(this.shift() as T)
    return taken
  }
}

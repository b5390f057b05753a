/**
 * What is remembered of an order beyond its own state: two minutes at the most that the order port lets out (240 a minute), and an order is final
 * within seconds. The oldest is forgotten first; at the worst something is said twice, or a position is read once more.
 */
export const REMEMBERED_MAX = 500

/** Drops the oldest of what a map or a set has above `most`. */
export function forgetOldest<K>(known: Map<K, unknown> | Set<K>, most: number): void {
  for (const oldest of known.keys()) {
    if (known.size <= most) return
    known.delete(oldest)
  }
}

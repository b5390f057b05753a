/**
 * Runs `work` with a signal that aborts with the first of `signals`, or after `limitMs` (null: no time limit), and lets go of both afterwards.
 * It stands in for `AbortSignal.any`, whose result Node 20 forgets in a garbage collection when it holds an `AbortSignal.timeout`
 * (docs/decisions/limits.md): a wait would then never end.
 */
export async function withLimit<T>(
  signals: readonly AbortSignal[],
  limitMs: number | null,
  work: (limit: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController()
  const stop = (event: Event): void => controller.abort((event.target as AbortSignal).reason)
  const late = (): void => controller.abort(new DOMException(`no end after ${limitMs} ms`, 'TimeoutError'))
  const timer = limitMs === null ? null : setTimeout(late, limitMs)
  for (const signal of signals) {
    if (signal.aborted) controller.abort(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
  }
  try {
    return await work(controller.signal)
  } finally {
    if (timer !== null) clearTimeout(timer)
    for (const signal of signals) signal.removeEventListener('abort', stop)
  }
}

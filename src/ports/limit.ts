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

/** The answer, or the signal's reason when that comes first: what goes on then is its own business, and its late answer is nobody's. */
export function unlessAborted<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

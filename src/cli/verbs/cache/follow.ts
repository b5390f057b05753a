import { environment } from '../../../config/environment'
import { loadConfig } from '../../../config/load'
import { withLimit } from '../../../ports/limit'
import { followCache } from '../../../wiring/cache/reader'
import { followClock } from '../../../wiring/clock'
import { print } from '../../render'

const MS = 1_000
/** A day: a longer look belongs into a program. */
const SECONDS_MAX = 86_400

/** Prints what is pushed until Ctrl-C, or for as long as was asked. */
export async function follow(stream: string, options: { readonly for?: string; readonly json?: boolean }): Promise<void> {
  const limitMs = limitOf(options.for)
  const config = followClock(loadConfig(environment()))
  const stopped = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopped.abort()) // a second one ends the command
  let begun = false
  const lines = { ...SILENT, warn: (_: object, message: string) => tell(message) }
  await withLimit([stopped.signal], limitMs, (ended) =>
    followCache(
      config,
      stream,
      lines,
      ({ entries, missed }) => {
        if (missed && begun) tell('entries were missed: they were too many, or the cache was wiped')
        begun = true
        for (const { id, n, body } of entries)
          print(options.json ? JSON.stringify({ id, n, body: JSON.parse(body) as unknown }) : `${id}  ${body}`)
      },
      ended,
    ),
  )
}

const tell = (message: string): void => void process.stderr.write(`crossbook: ${message}\n`)
const SILENT = { debug: () => undefined, info: () => undefined, error: () => undefined }

/** @throws RangeError for what is no number of seconds. */
function limitOf(text: string | undefined): number | null {
  if (text === undefined) return null
  if (!/^[1-9]\d{0,4}$/.test(text) || Number(text) > SECONDS_MAX)
    throw new RangeError(`--for takes seconds, ${SECONDS_MAX} at most, not "${text}"`)
  return Number(text) * MS
}

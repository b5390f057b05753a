import { z } from 'zod'
import { millis } from '../../../core/units'
import { DamagedFile, linesOf } from '../../../stores/files/lines'
import { sentenceOf } from '../table'

/** Kalshi's and the odds source's own; finer than a millisecond is cut off. */
export const timeSchema = z.iso.datetime({ offset: true }).transform((text) => millis(Date.parse(text)))

/** A line of a recording, and where it stands. */
export interface JsonLine {
  /** `file:line`. */
  readonly place: string
  readonly value: unknown
}

/**
 * The lines of a plain or gzipped file, unpacked as they are asked for.
 * @throws RangeError naming the file, and the line where one is no JSON; after every line before its damage, or before the end that it lacks
 */
export async function* jsonLinesOf(file: string): AsyncGenerator<JsonLine, void, undefined> {
  let line = 0
  for await (const text of textsOf(file)) {
    const place = `${file}:${(line += 1)}`
    yield { place, value: parsed(text, place) }
  }
}

function parsed(text: string, place: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new RangeError(`${place} is not JSON: ${(error as Error).message}`, { cause: error })
  }
}

async function* textsOf(file: string): AsyncGenerator<string, void, undefined> {
  const tail = { torn: false }
  try {
    yield* linesOf(file, tail)
  } catch (error) {
    const sentence = error instanceof DamagedFile ? error.message : sentenceOf(file, error as NodeJS.ErrnoException)
    throw new RangeError(sentence, { cause: error })
  }
  if (tail.torn) throw new RangeError(`${file} cannot be read: it breaks off`)
}

/** @throws RangeError naming the place and the first field that is not as it should be */
export function read<T>(schema: z.ZodType<T>, { place, value }: JsonLine): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const [issue] = result.error.issues
  return damaged(place, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not readable'}`)
}

/** @throws RangeError */
export function damaged(place: string, what: string): never {
  throw new RangeError(`${place} is damaged: ${what}`)
}

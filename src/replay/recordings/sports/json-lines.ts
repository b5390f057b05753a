import { createReadStream } from 'node:fs'
import { createGunzip } from 'node:zlib'
import { z } from 'zod'
import { millis } from '../../../core/units'

const NEWLINE = 0x0a
/** Kalshi's and the odds source's own; finer than a millisecond is cut off. */
export const timeSchema = z.iso.datetime({ offset: true }).transform((text) => millis(Date.parse(text)))

/** A line of a recording, and where it stands. */
export interface JsonLine {
  /** `file:line`. */
  readonly place: string
  readonly value: unknown
}

/**
 * The lines of a gzipped file, unpacked as they are asked for.
 * @throws RangeError naming the file, and the line where one is no JSON
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
  const source = createReadStream(file)
  const unpacked = createGunzip()
  source.on('error', (error) => unpacked.destroy(error))
  let rest: Buffer = Buffer.alloc(0)
  try {
    for await (const chunk of source.pipe(unpacked) as AsyncIterable<Buffer>) {
      let data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
      for (let end = data.indexOf(NEWLINE); end >= 0; end = data.indexOf(NEWLINE)) {
        yield data.toString('utf8', 0, end)
        data = data.subarray(end + 1)
      }
      rest = data
    }
  } catch (error) {
    throw new RangeError(sentenceOf(file, error as NodeJS.ErrnoException), { cause: error })
  } finally {
    source.destroy()
    unpacked.destroy()
  }
  if (rest.length > 0) yield rest.toString('utf8')
}

export const sentenceOf = (file: string, { code, message }: NodeJS.ErrnoException): string =>
  code === 'ENOENT' ? `${file} does not exist: name the folder that holds the recorded market data` : `${file} cannot be read: ${message}`

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

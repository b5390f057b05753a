import { readFileSync } from 'node:fs'
import { constants, gunzipSync } from 'node:zlib'

/**
 * The complete lines of a gzipped file whose writer may have been killed, or still writes: what stands before the missing end counts, the line that
 * was cut off does not.
 */
export function gzipLines(file: string): readonly string[] {
  const text = gunzipSync(readFileSync(file), { finishFlush: constants.Z_SYNC_FLUSH }).toString('utf8')
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '')
}

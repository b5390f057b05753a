import { environment } from '../../../config/environment'
import { loadConfig } from '../../../config/load'
import { assertNever } from '../../../core/assert'
import { CACHE_VERSION, withCache, type KeyState } from '../../../wiring/cache/reader'
import { print, printJson, table } from '../../render'

const MS = 1_000

export async function families(json: boolean): Promise<void> {
  const { schema, families: all } = await withCache(loadConfig(environment()), (cache) => cache.families())
  if (json) return printJson({ schema, expected: CACHE_VERSION, families: all })
  const rows = all.flatMap(({ name, keys, count, lastUpdate, ttlS, writer }) =>
    keys.map(({ pattern, type }, i) => [
      ...(i === 0 ? [name, count === null ? '' : String(count), lastUpdate ?? ''] : ['', '', '']),
      ...[pattern, type],
      ...(i === 0 ? [ttlS === null ? 'none' : `${ttlS} s`, writer] : ['', '']),
    ]),
  )
  print(
    [
      table(['family', 'count', 'last update', 'keys', 'type', 'ends after', 'written by'], rows, [1]),
      `schema version ${schemaText(schema)}`,
    ].join('\n\n'),
  )
}

const schemaText = (schema: string | null): string =>
  schema === null
    ? `${CACHE_VERSION}: nothing is written yet`
    : schema === CACHE_VERSION
      ? schema
      : `${schema}, and this build writes ${CACHE_VERSION}: its first writer empties the cache`

export async function list(family: string, limitText: string, json: boolean): Promise<void> {
  if (!/^[1-9]\d{0,6}$/.test(limitText)) throw new RangeError(`--limit takes a number from 1, not "${limitText}"`)
  const keys = await withCache(loadConfig(environment()), (cache) => cache.keys(family))
  const shown = keys.slice(0, Number(limitText))
  if (json) return printJson({ family, count: keys.length, keys: shown })
  print([...shown, shown.length < keys.length ? `… ${keys.length - shown.length} more: --limit` : `${keys.length} keys`].join('\n'))
}

/** @returns 1 when there is no such key now */
export async function show(key: string, json: boolean): Promise<number> {
  const found = await withCache(loadConfig(environment()), (cache) => cache.show(key))
  if (json) printJson(found)
  else if (found === null) process.stderr.write(`crossbook: ${key} is not in the cache: nobody has written it, or it has ended\n`)
  else print([`${found.key}, ${found.type}, ${endText(found.ttlMs)}`, ...contentLines(found)].join('\n'))
  return found === null ? 1 : 0
}

const endText = (ttlMs: number | null): string => (ttlMs === null ? 'does not end by itself' : `ends in ${Math.ceil(ttlMs / MS)} s`)

function contentLines(content: KeyState): readonly string[] {
  switch (content.type) {
    case 'string':
      return [content.value]
    case 'set':
      return content.value
    case 'hash':
      return [table(['field', 'value'], Object.entries(content.value))]
    case 'stream':
      return content.value.map(({ id, fields }) => `${id}  ${JSON.stringify(fields)}`)
    default:
      return assertNever(content)
  }
}

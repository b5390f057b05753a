import { readFileSync } from 'node:fs'
import path from 'node:path'
import { FAMILIES } from '../../../src/stores/redis/inspect'
import { OURS } from '../../../src/stores/redis/schema'

const PAGE = readFileSync(path.join(__dirname, '../../../docs/redis.md'), 'utf8')
const patterns = FAMILIES.flatMap(({ keys }) => keys.map(({ pattern }) => pattern))
/** A glob of the server's that has a star at its end. */
const fits = (pattern: string, glob: string): boolean => pattern.startsWith(glob.slice(0, -1))

describe('the families of keys', () => {
  it.each(patterns.filter((pattern) => pattern !== 'crossbook:schema'))('a change of the schema version empties %s', (pattern) =>
    expect(OURS.some((glob) => fits(pattern, glob))).toBe(true),
  )
  it.each(OURS)('%s is of a family', (glob) => expect(patterns.some((pattern) => fits(pattern, glob))).toBe(true))
  it.each(patterns)('docs/redis.md tells of %s', (pattern) => expect(PAGE).toContain(`\`${pattern}\``))
})

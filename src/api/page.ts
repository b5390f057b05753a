import { z } from 'zod'
import { Problem } from './problem'
import { list } from './shape'

const PAGE_DEFAULT = 50
/** More than anybody reads at once; who wants all follows `next`. */
const PAGE_MAX = 500
/** A cursor holds a name or two. */
const CURSOR_MAX = 600

/** What a list takes. */
export const pageQuery = z.strictObject({
  limit: z
    .string()
    .regex(/^[1-9]\d{0,2}$/)
    .optional()
    .transform((text) => (text === undefined ? PAGE_DEFAULT : Number(text)))
    .pipe(z.int().max(PAGE_MAX))
    .describe(`at most ${PAGE_MAX}; ${PAGE_DEFAULT} unless told otherwise`),
  cursor: z.string().max(CURSOR_MAX).optional().describe('`next` of the page before'),
})
export type PageQuery = z.output<typeof pageQuery>

/** What a list answers. */
export const pageOf = <T extends z.ZodType>(item: T): z.ZodType<{ readonly items: readonly z.output<T>[]; readonly next: string | null }> =>
  z.object({ items: list(item), next: z.string().nullable().describe('the cursor of the next page; null: this is the last') })

/** Where a page of one list ends, as text that means nothing to anybody else. */
export interface Cursor<Place> {
  encode(place: Place): string
  /** @throws Problem for a text that is none of ours, or of another list. */
  decode(text: string | undefined): Place | null
}

export function createCursor<Place>(name: string, place: z.ZodType<Place>): Cursor<Place> {
  const shape = z.tuple([z.literal(name), place])
  return {
    encode: (at) => Buffer.from(JSON.stringify([name, at])).toString('base64url'),
    decode(text) {
      if (text === undefined) return null
      const found = shape.safeParse(parsed(text))
      if (!found.success) throw new Problem('invalid-request', `this cursor is none of ${name}: begin again without one`)
      return found.data[1]
    },
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString())
  } catch {
    return null // no cursor has this inside
  }
}

/** One row more than asked for says that there is another page. */
export function cut<Row, Place>(
  rows: readonly Row[],
  limit: number,
  cursor: Cursor<Place>,
  placeOf: (row: Row) => Place,
): { readonly items: readonly Row[]; readonly next: string | null } {
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return { items, next: rows.length > limit && last !== undefined ? cursor.encode(placeOf(last)) : null }
}

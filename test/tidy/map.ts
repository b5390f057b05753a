import type { ImportTable } from './import-table'

const ROW = /^\| `([^`]+)` \| [^|]+ \| ([^|]+) \|$/gm
const BRACES = /^(.*)\{(.+)\}(.*)$/
/** Commas between places, not those within braces. */
const BETWEEN = /, (?![^{]*\})/

/** The house as ARCHITECTURE.md draws it: a folder, what it holds, what it may import. `a/{b,c}` stands for two places. */
export const mapOf = (markdown: string): ImportTable =>
  Object.fromEntries(
    [...markdown.matchAll(ROW)]
      .filter(([, , places = '']) => places !== '---')
      .map(([, room = '', places = '']) => [room, places === 'nothing' ? [] : places.split(BETWEEN).flatMap(unfold)]),
  )

function unfold(place: string): readonly string[] {
  const [, before = '', inner, after = ''] = BRACES.exec(place) ?? []
  return inner === undefined ? [place] : inner.split(',').map((each) => `${before}${each}${after}`)
}

/** Without Node's own modules and what goes without saying, in one order. */
export const shownOf = (table: ImportTable): ImportTable =>
  Object.fromEntries(
    Object.entries(table).map(([room, places]) => [
      room,
      [...new Set(places)].filter((place) => place !== 'node' && place !== room).toSorted(),
    ]),
  )

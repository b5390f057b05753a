import { builtinModules } from 'node:module'
import path from 'node:path'
import { DRIVER_HOMES } from './driver-homes'
import { IMPORT_TABLE, type ImportTable } from './import-table'
import { memberName, nameOf, walk, type Law, type Node, type Source, type Violation } from './source'

export interface Import {
  readonly from: Source
  readonly line: number
  /** As written; null where it is not a literal. */
  readonly specifier: string | null
  /** path: a file named by `join(__dirname, …)` or `require.resolve`, which is how processes and bundles are started. */
  readonly form: 'static' | 'dynamic' | 'path'
}

const BUILTIN = new Set(builtinModules)

/** Imports of every form: declarations, types, re-exports, import(), require, and paths made of `__dirname`. */
export function importsOf(source: Source): Import[] {
  const found: Import[] = []
  walk(source.tree, (node) => {
    const target = targetOf(node)
    if (target) found.push({ from: source, line: source.lines(node)[0], ...target })
  })
  return found
}

function targetOf(node: Node): Pick<Import, 'specifier' | 'form'> | null {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportAllDeclaration':
      return { specifier: nameOf(node['source']), form: 'static' }
    case 'ExportNamedDeclaration':
      return node['source'] ? { specifier: nameOf(node['source']), form: 'static' } : null
    case 'TsExternalModuleReference':
      return { specifier: nameOf(node['expression']), form: 'static' }
    case 'TsImportType':
      return { specifier: nameOf(node['argument']), form: 'static' }
    case 'TsModuleDeclaration':
      return (node['id'] as Node).type === 'StringLiteral' ? { specifier: nameOf(node['id']), form: 'static' } : null
    case 'CallExpression':
      return calledTarget(node)
    default:
      return null
  }
}

function calledTarget(node: Node): Pick<Import, 'specifier' | 'form'> | null {
  const callee = node['callee'] as Node
  const names = (node['arguments'] as { readonly expression: Node }[]).map(({ expression }) => nameOf(expression))
  if (callee.type === 'Import') return { specifier: names[0] ?? null, form: 'dynamic' }
  if (nameOf(callee) === 'require') return { specifier: names[0] ?? null, form: 'dynamic' }
  if (memberName(callee) === 'require.resolve') return { specifier: names[0] ?? null, form: 'path' }
  const [first, ...rest] = names
  if (first !== '__dirname' || rest.length === 0 || rest.includes(null)) return null
  return { specifier: `./${rest.join('/')}`, form: 'path' }
}

/** The module an import means, from `src`, without extension ("core/units"); null for a package. */
export function moduleOf({ from, specifier }: Import): string | null {
  if (specifier === null || !specifier.startsWith('.')) return null
  const target = path.posix.normalize(path.posix.join(path.posix.dirname(from.path), specifier))
  return target.replace(/^src\//, '').replace(/\.(js|ts)$/, '')
}

/** "@scope/name" or "name" of a package; "node" for Node's own modules. */
export function packageOf(specifier: string): string {
  if (specifier.startsWith('node:') || BUILTIN.has(specifier)) return 'node'
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

/** Whether a module belongs to a place written as in the table. */
export function isIn(place: string, module: string): boolean {
  if (place.endsWith('/**')) return module.startsWith(place.slice(0, -2)) || module === place.slice(0, -3)
  return module === place || path.posix.dirname(module) === place || module === `${place}/index`
}

const moduleName = (source: Source): string => source.path.replace(/^src\//, '').replace(/\.ts$/, '')
const inSrc = (sources: readonly Source[]): Source[] => sources.filter((source) => source.path.startsWith('src/'))

/** The room of a module: the file itself if the table names it, else its folder, else the nearest folder above. */
export function roomOf(module: string, table: ImportTable): string | null {
  for (let room = module; room !== '.' && room !== ''; room = path.posix.dirname(room)) if (room in table) return room
  return null
}

export const followsTable =
  (table: ImportTable = IMPORT_TABLE): Law =>
  (sources) =>
    inSrc(sources).flatMap((source) => {
      const room = roomOf(moduleName(source), table)
      if (room === null) return [{ path: source.path, line: 1, message: 'stands in a folder that the import table does not know' }]
      return importsOf(source)
        .filter(({ form }) => form !== 'path')
        .flatMap((found) => judge(found, room, table))
    })

function judge(found: Import, room: string, table: ImportTable): Violation[] {
  const { from, line, specifier } = found
  if (specifier === null) return [{ path: from.path, line, message: 'imports something that is not written as a literal' }]
  const module = moduleOf(found)
  const allowed = table[room] ?? []
  const home = roomOf(moduleName(from), table)
  const fits =
    module === null
      ? allowed.includes(packageOf(specifier))
      : sameRoom(moduleName(from), module, home) || allowed.some((place) => isIn(place, module))
  return fits ? [] : [{ path: from.path, line, message: `${room} may not import ${module ?? specifier}` }]
}

/** A file may import its neighbours; a room that is one file has none, so its folder counts. */
function sameRoom(importer: string, imported: string, room: string | null): boolean {
  const folder = room === importer ? path.posix.dirname(importer) : room
  return path.posix.dirname(imported) === folder
}

const forbid =
  (where: (module: string) => boolean, target: (module: string | null, name: string) => boolean, message: string): Law =>
  (sources) =>
    inSrc(sources)
      .filter((source) => where(moduleName(source)))
      .flatMap((source) => importsOf(source).filter(({ form }) => form !== 'path'))
      .filter((found) => target(moduleOf(found), found.specifier ?? ''))
      .map(({ from, line, specifier }) => ({ path: from.path, line, message: `${message} (${specifier})` }))

export const nothingImportsSim: Law = (sources) =>
  ['sim', 'chaos'].flatMap((apart) =>
    forbid(
      (module) => !module.startsWith(`${apart}/`),
      (module) => module?.startsWith(`${apart}/`) ?? false,
      `nothing imports ${apart}`,
    )(sources),
  )

const mayWire = (module: string): boolean => module.startsWith('wiring/') || module.startsWith('cli/verbs/') || /(^|\/)main$/.test(module)
export const wiringOnlyFromMains: Law = forbid(
  (module) => !mayWire(module),
  (module) => module?.startsWith('wiring/') ?? false,
  'only a main and the verbs wire',
)

export const verbsOnlyByDynamicImport: Law = (sources) =>
  inSrc(sources)
    .filter((source) => !source.path.startsWith('src/cli/verbs/'))
    .flatMap((source) => importsOf(source))
    .filter((found) => found.form === 'static' && (moduleOf(found)?.startsWith('cli/verbs/') ?? false))
    .map(({ from, line, specifier }) => ({
      path: from.path,
      line,
      message: `a verb is loaded when it is asked for, by import() (${specifier})`,
    }))

export const driversAtHome: Law = (sources) =>
  inSrc(sources)
    .flatMap((source) => importsOf(source))
    .filter(({ specifier }) => specifier !== null && !specifier.startsWith('.'))
    .filter(({ from, specifier }) => {
      const homes = DRIVER_HOMES[packageOf(specifier ?? '')]
      return homes !== undefined && !homes.some((home) => isIn(home, moduleName(from)))
    })
    .map(({ from, line, specifier }) => ({ path: from.path, line, message: `the driver ${specifier} belongs elsewhere` }))

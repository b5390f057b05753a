import path from 'node:path'
import { nameOf, walk, type Law, type Node, type Source, type Violation } from './source'

/** What a person takes in at a glance. */
const FILES_PER_FOLDER_MAX = 15
const LINES_PER_FILE_MAX = 300
const LINES_PER_FUNCTION_MAX = 70
const DRAWER = /(^|-)(utils?|helpers?|managers?|common|misc)(-|$)/
const FUNCTIONS = [
  'FunctionDeclaration',
  'FunctionExpression',
  'ArrowFunctionExpression',
  'ClassMethod',
  'PrivateMethod',
  'Constructor',
  'MethodProperty',
  'GetterProperty',
  'SetterProperty',
]

export const noDrawers = (files: readonly string[]): Violation[] =>
  files
    .filter((file) => file.split('/').some((part) => DRAWER.test(part.replace(/\..*$/, ''))))
    .map((file) => ({ path: file, line: 1, message: 'is a drawer: name what it does' }))

export function smallFolders(files: readonly string[]): Violation[] {
  const counts = new Map<string, number>()
  for (const file of files) counts.set(path.posix.dirname(file), (counts.get(path.posix.dirname(file)) ?? 0) + 1)
  return [...counts]
    .filter(([, count]) => count > FILES_PER_FOLDER_MAX)
    .map(([folder, count]) => ({ path: folder, line: 0, message: `has ${count} files, more than ${FILES_PER_FOLDER_MAX}` }))
}

export const smallFiles: Law = (sources) =>
  sources
    .filter(({ lineCount }) => lineCount > LINES_PER_FILE_MAX)
    .map(({ path: file, lineCount }) => ({
      path: file,
      line: lineCount,
      message: `has ${lineCount} lines, more than ${LINES_PER_FILE_MAX}`,
    }))

/** The callback of a `describe` is a list of tests, not a function a reader must hold in his head. */
export const smallFunctions: Law = (sources) => sources.flatMap(longFunctions)

function longFunctions(source: Source): Violation[] {
  const found: Violation[] = []
  walk(source.tree, (node, parents) => {
    if (!FUNCTIONS.includes(node.type) || isDescribed(parents)) return
    const [first, last] = source.lines(node)
    const length = last - first + 1
    if (length > LINES_PER_FUNCTION_MAX)
      found.push({ path: source.path, line: first, message: `a function of ${length} lines, more than ${LINES_PER_FUNCTION_MAX}` })
  })
  return found
}

/** Only the callback itself: what it contains is judged again. */
function isDescribed(parents: readonly Node[]): boolean {
  const parent = parents.at(-1)
  return parent?.type === 'CallExpression' && rootName(parent['callee'] as Node) === 'describe'
}

/** `describe.each(table)` is still `describe`. */
function rootName(node: Node): string | null {
  if (node.type === 'CallExpression') return rootName(node['callee'] as Node)
  if (node.type === 'MemberExpression') return rootName(node['object'] as Node)
  return nameOf(node)
}

import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parseSync } from '@swc/core'

export const ROOT = path.join(__dirname, '..', '..')

/** A node of the syntax tree: its type, where it stands, and what hangs below it. */
export interface Node {
  readonly type: string
  readonly span?: { readonly start: number; readonly end: number }
  readonly [field: string]: unknown
}
export interface Source {
  /** From the root of the repository, with slashes. */
  readonly path: string
  readonly text: string
  readonly lineCount: number
  readonly tree: Node
  /** First and last line of a node, counted from 1. */
  lines(node: Node): readonly [number, number]
}
export interface Violation {
  readonly path: string
  readonly line: number
  readonly message: string
}
export type Law = (sources: readonly Source[]) => Violation[]

/** The parser counts bytes from an offset of its own: a first statement of known length tells where the file begins. */
const ANCHOR = '0;'

/** @throws Error naming the file that the parser does not understand. */
export function parseSource(filePath: string, text: string): Source {
  const tree = parse(filePath, ANCHOR + text.replace(/^#!/, '//'))
  const starts = lineStarts(text)
  const base = (tree.span?.start ?? 0) + ANCHOR.length
  const lineOf = (offset: number): number => lineAt(starts, offset - base)
  const lines = ({ span }: Node): readonly [number, number] => (span ? [lineOf(span.start), lineOf(span.end)] : [1, 1])
  return { path: filePath, text, lineCount: starts.length - (text.endsWith('\n') ? 1 : 0), tree, lines }
}

function parse(filePath: string, text: string): Node {
  try {
    return parseSync(text, { syntax: 'typescript', target: 'es2022' }) as unknown as Node
  } catch (error) {
    throw new Error(`${filePath} cannot be parsed: ${String(error)}`, { cause: error })
  }
}

function lineStarts(text: string): number[] {
  const starts = [0]
  const bytes = Buffer.from(text)
  for (let at = bytes.indexOf('\n'); at >= 0; at = bytes.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

function lineAt(starts: readonly number[], offset: number): number {
  let low = 0
  let high = starts.length
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if ((starts[middle] ?? 0) <= offset) low = middle
    else high = middle
  }
  return low + 1
}

/** All TypeScript files below the folders, in order of their paths. */
export function loadSources(...folders: readonly string[]): Source[] {
  return folders
    .flatMap((folder) => filesBelow(folder))
    .filter((file) => file.endsWith('.ts'))
    .map((file) => parseSource(file, readFileSync(path.join(ROOT, file), 'utf8')))
}

/** From the root of the repository, with slashes, sorted. */
export function filesBelow(folder: string): string[] {
  return readdirSync(path.join(ROOT, folder), { recursive: true, withFileTypes: true, encoding: 'utf8' })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(ROOT, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .toSorted()
}

/** Visits every node below `node`, parents first; `parents` ends with the nearest. */
export function walk(node: unknown, visit: (node: Node, parents: readonly Node[]) => void, parents: readonly Node[] = []): void {
  if (Array.isArray(node)) {
    for (const item of node) walk(item, visit, parents)
    return
  }
  if (node === null || typeof node !== 'object') return
  const inner = isNode(node) ? [...parents, node] : parents
  if (isNode(node)) visit(node, parents)
  for (const value of Object.values(node)) if (typeof value === 'object') walk(value, visit, inner)
}

const isNode = (value: object): value is Node => typeof (value as Partial<Node>).type === 'string'

/** A law over every node of every file: `judge` says what is wrong with a node, or null. */
export const everyNode =
  (where: (path: string) => boolean, judge: (node: Node, parents: readonly Node[], path: string) => string | null): Law =>
  (sources) => {
    const found: Violation[] = []
    for (const source of sources.filter(({ path: name }) => where(name))) {
      walk(source.tree, (node, parents) => {
        const message = judge(node, parents, source.path)
        if (message !== null) found.push({ path: source.path, line: source.lines(node)[0], message })
      })
    }
    return found
  }

/** The name of an identifier, or the text of a string literal. */
export function nameOf(value: unknown): string | null {
  const node = value as Partial<Node> | null | undefined
  return (node?.type === 'Identifier' || node?.type === 'StringLiteral') && typeof node['value'] === 'string' ? node['value'] : null
}

/** `a.b` or `a['b']` as "a.b"; null for anything else. */
export function memberName(node: Node): string | null {
  if (node.type !== 'MemberExpression') return null
  const property = node['property'] as Node
  const name = nameOf(property.type === 'Computed' ? property['expression'] : property)
  const object = nameOf(node['object'])
  return name !== null && object !== null ? `${object}.${name}` : null
}

export const format = (found: readonly Violation[]): string[] => found.map(({ path: file, line, message }) => `${file}:${line} ${message}`)

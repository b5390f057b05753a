import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { ROOT, walk, type Law, type Source, type Violation } from './source'

/** Folders that exist on one machine only. */
const MACHINE_PATH = /(?<![\w.~$}/-])\/(?:root|home|Users|work)\/[\w.-]+/
const SUPPRESSION = /@ts-(?:ignore|nocheck|expect-error)/
const UNFINISHED = /\b(?:TODO|FIXME|XXX)\b/
const LITERALS = ['StringLiteral', 'TemplateElement', 'RegExpLiteral']

/** What git has, or would take: generated and installed files are nobody's style. */
export function trackedFiles(): string[] {
  const list = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: ROOT, encoding: 'utf8' })
  return list.split('\n').filter((file) => file !== '')
}

export function readText(file: string): string {
  try {
    const content = readFileSync(path.join(ROOT, file))
    return content.includes(0) ? '' : content.toString('utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '' // deleted, and git does not know it yet
    throw error
  }
}

export const noMachinePaths = (file: string, text: string): Violation[] =>
  text.split('\n').flatMap((line, index) => {
    const found = MACHINE_PATH.exec(line)
    return found ? [{ path: file, line: index + 1, message: `names a folder of one machine: ${found[0]}` }] : []
  })

export const noSuppressions: Law = (sources) =>
  sources.flatMap((source) => inComments(source, SUPPRESSION, 'switches the type checker off'))
export const nothingUnfinished: Law = (sources) =>
  sources.flatMap((source) => inComments(source, UNFINISHED, 'is unfinished: do it, or say what is missing'))

/** Lines where the pattern stands outside every literal. */
function inComments(source: Source, pattern: RegExp, message: string): Violation[] {
  if (!pattern.test(source.text)) return []
  const literal = new Set<number>()
  walk(source.tree, (node) => {
    if (!LITERALS.includes(node.type)) return
    const [first, last] = source.lines(node)
    for (let line = first; line <= last; line += 1) literal.add(line)
  })
  return source.text.split('\n').flatMap((line, index) => {
    const comment = /(^|\s)(\/\/|\/?\*).*/.exec(line)?.[0] ?? ''
    return pattern.test(comment) && !literal.has(index + 1) ? [{ path: source.path, line: index + 1, message }] : []
  })
}

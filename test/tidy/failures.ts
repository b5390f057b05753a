import { nameOf, walk, type Node, type Source, type Violation } from './source'

/** The numbered rules of a trade, its invariants, and the defects of the first systems that this product must not have again. */
const WANTED: readonly string[] = [
  ...Array.from({ length: 29 }, (_, i) => `E${i + 1}`),
  ...Array.from({ length: 13 }, (_, i) => `I${i + 1}`),
  ...['A2', 'A3', 'A4', 'A5', 'A6', 'A7', 'A8', 'A10', 'A11', 'A12', 'A13', 'A14'],
  ...['B1', 'B2', 'B3', 'B4', 'B5', 'B6', 'B7', 'B9', 'B10', 'B11', 'B12', 'B13', 'B14', 'B15', 'B16', 'B17', 'B18', 'B19', 'B20'],
]

export interface Title {
  readonly path: string
  readonly text: string
}

/** What every `describe`, `it` and `test` is called, in the order of the files. */
export function titlesOf(sources: readonly Source[]): readonly Title[] {
  const titles: Title[] = []
  for (const { path, tree } of sources.filter((source) => source.path.startsWith('test/'))) {
    walk(tree, (node) => {
      const text = titleOf(node)
      if (text !== null) titles.push({ path, text })
    })
  }
  return titles
}

function titleOf(node: Node): string | null {
  if (node.type !== 'CallExpression') return null
  let callee = node['callee'] as Node
  while (callee.type === 'MemberExpression' || callee.type === 'CallExpression') callee = (callee['object'] ?? callee['callee']) as Node
  if (!['it', 'test', 'describe'].includes(nameOf(callee) ?? '')) return null
  const [first] = node['arguments'] as { readonly expression: Node }[]
  if (!first) return null
  if (first.expression.type !== 'TemplateLiteral') return nameOf(first.expression)
  return (first.expression['quasis'] as { readonly raw: string }[]).map(({ raw }) => raw).join('…')
}

/** Rules that no test is named after. */
export const rulesWithoutTest = (titles: readonly Title[]): readonly string[] =>
  WANTED.filter((rule) => !titles.some(({ text }) => new RegExp(`\\b${rule}\\b`).test(text)))

/** Traps of ForecastEx and its gateway (docs/decisions/ibkr-traps.md). */
const TRAPS = 28
const TRAP = /\btraps? (\d+(?:, \d+)*)/g

/** Traps that no test is named after, as "trap 9" or "traps 11, 12". */
export function trapsWithoutTest(titles: readonly Title[]): readonly number[] {
  const named = titles.flatMap(({ text }) => [...text.matchAll(TRAP)].flatMap(([, numbers = '']) => numbers.split(', ').map(Number)))
  return Array.from({ length: TRAPS }, (_, n) => n + 1).filter((trap) => !named.includes(trap))
}

const ROW = /^\|(?! ---)(.+)\|$/
const PROOF = /`(test\/[^`]+\.ts)` ([^<|]+)/g

/** The rows of docs/failures.md whose test is not there: a file that is gone, or no title that holds the words. The last column names file and title. */
export function failuresWithoutTest(path: string, markdown: string, titles: readonly Title[]): Violation[] {
  return markdown.split('\n').flatMap((text, index): Violation[] => {
    const row = ROW.exec(text)?.[1]
      ?.split('|')
      .map((cell) => cell.trim())
    const last = row?.at(-1) ?? ''
    if (!row || last === 'Test') return []
    const proofs = [...last.matchAll(PROOF)].map(([, file, title]) => ({ file, title: (title ?? '').trim() }))
    const missing = proofs.filter(({ file, title }) => !titles.some((each) => each.path === file && each.text.includes(title)))
    const messages = missing.map(({ file, title }) => `no test in ${file} is called "${title}"`)
    if (proofs.length === 0) messages.push('names no test')
    return messages.map((message) => ({ path, line: index + 1, message }))
  })
}

const CHECK = /\b(?:verdict|atMost|atLeast)\(\s*(?:'([^']+)'|`([^`]+)`)/g
const NAMED = /^ {2}\w+: '([^']+)',$/gm
const HEADING = /^### (.+)$/gm
/** Names of checks and gates are the values of these. */
const NAMES = ['src/core/risk/gates.ts', 'src/core/box/refusals.ts', 'src/core/edge/refusals.ts']
/** What refuses without a check: the reserve by what it remembers, a saga whose ledger is away. */
const REFUSALS: readonly (readonly [string, RegExp])[] = [
  ['src/stores/postgres/reserve.ts', /\brefusal\('([^']+)'/g],
  ['src/workflows/steps.ts', /\bcheck: '([^']+)'/g],
]
/** Of the section on failures: what is seen when many of them may be the reason. */
const SYMPTOMS = ['nothing opens']

const namesIn = (sources: readonly Source[], at: string, pattern: RegExp): readonly string[] => {
  const text = sources.find(({ path }) => path === at)?.text ?? ''
  return [...text.matchAll(pattern)].map(([, name]) => name ?? '')
}

/** Every reason for which nothing is done. `${plan.sport}` is SPORT in the runbook. */
function reasonsOf(sources: readonly Source[]): ReadonlySet<string> {
  const core = sources.filter(({ path }) => /^src\/core\/(?:risk|box|market)\//.test(path))
  const checks = core.flatMap(({ text }) => [...text.matchAll(CHECK)].map(([, plain, template]) => plain ?? inCapitals(template ?? '')))
  const named = NAMES.flatMap((at) => namesIn(sources, at, NAMED))
  return new Set([...checks, ...named, ...REFUSALS.flatMap(([at, pattern]) => namesIn(sources, at, pattern))])
}
const failuresOf = (sources: readonly Source[]): readonly string[] => namesIn(sources, 'src/core/failures.ts', NAMED)
/** What people are told of beside failures. */
const eventsOf = (sources: readonly Source[]): readonly string[] => namesIn(sources, 'src/core/alerts/alert.ts', NAMED)

/** Failures that the runbook explains and the alerts would tell, and that no line of the product ever says. */
export function failuresNeverTold(sources: readonly Source[]): readonly string[] {
  const names = sources.find(({ path }) => path === 'src/core/failures.ts')?.text ?? ''
  const elsewhere = sources.filter(({ path }) => !path.startsWith('src/core/alerts/') && path !== 'src/core/failures.ts')
  return [...names.matchAll(/^ {2}(\w+): '([^']+)',$/gm)].flatMap(([, key = '', name = '']) => {
    const said = new RegExp(`\\bFAILURES\\.${key}\\b|['\`]${name}(?:['\`]|: )`)
    return elsewhere.some(({ text }) => said.test(text)) ? [] : [name]
  })
}

/** Names of reasons and failures that the runbook has no heading for: whoever reads one on a screen looks there. */
export function missingFromRunbook(runbook: string, sources: readonly Source[]): readonly string[] {
  const headings = new Set([...runbook.matchAll(HEADING)].map(([, heading]) => heading))
  return [...reasonsOf(sources), ...failuresOf(sources), ...eventsOf(sources)].filter((name) => !headings.has(name))
}

/** Headings of the runbook that are no name any more. */
export function strayInRunbook(runbook: string, sources: readonly Source[]): readonly string[] {
  const reasons = reasonsOf(sources)
  const failures = new Set([...failuresOf(sources), ...SYMPTOMS])
  return runbook.split(/^## /m).flatMap((section) => {
    const headings = [...section.matchAll(HEADING)].map(([, heading]) => heading ?? '')
    if (section.startsWith('Events\n')) return headings.filter((heading) => !eventsOf(sources).includes(heading))
    if (section.startsWith('Failures\n')) return headings.filter((heading) => !failures.has(heading))
    return section.startsWith('Why ') ? headings.filter((heading) => !reasons.has(heading)) : []
  })
}

const inCapitals = (template: string): string => template.replace(/\$\{(?:\w+\.)?(\w+)\}/g, (_, name: string) => name.toUpperCase())

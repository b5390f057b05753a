import { everyNode, nameOf, walk, type Law, type Node, type Violation } from './source'

/** Port methods that wait for nobody else: each with the reason why it needs no signal. */
export const WITHOUT_SIGNAL: { readonly [method: string]: string } = {
  'Journal.append': 'a local write that cannot be taken back once it was asked for',
  'ExecutionLog.append': 'a local write that cannot be taken back once it was asked for',
  'Tap.close': 'takes its limit as a number, for it is the last thing a process does',
}

/** A wait that crosses the house can be cut short by the one who waits. */
export const portsTakeSignals: Law = everyNode(
  (file) => file.startsWith('src/ports/'),
  (node, parents) => {
    const method = promisingMethod(node)
    if (method === null) return null
    const name = `${interfaceName(parents)}.${method.name}`
    return method.lastParameter === 'signal: AbortSignal' || name in WITHOUT_SIGNAL
      ? null
      : `${name} returns a promise and does not end in signal: AbortSignal`
  },
)

function promisingMethod(node: Node): { readonly name: string; readonly lastParameter: string } | null {
  const name = nameOf(node['key']) ?? '?'
  if (node.type === 'TsMethodSignature') {
    return isPromise(node['typeAnn']) ? { name, lastParameter: lastParameter(node['params'] as Node[]) } : null
  }
  const type = node.type === 'TsPropertySignature' ? annotated(node['typeAnnotation']) : null
  if (type?.type !== 'TsFunctionType' || !isPromise(type['typeAnnotation'])) return null
  return { name, lastParameter: lastParameter(type['params'] as Node[]) }
}

const annotated = (annotation: unknown): Node | null => ((annotation as Node | null)?.['typeAnnotation'] as Node | undefined) ?? null
const typeName = (type: Node | null): string => nameOf(type?.['typeName']) ?? ''
const isPromise = (annotation: unknown): boolean => typeName(annotated(annotation)) === 'Promise'
const lastParameter = (params: readonly Node[]): string => {
  const last = params.at(-1)
  return last ? `${nameOf(last)}: ${typeName(annotated(last['typeAnnotation']))}` : 'nothing'
}
const interfaceName = (parents: readonly Node[]): string =>
  nameOf(parents.findLast(({ type }) => type === 'TsInterfaceDeclaration' || type === 'TsTypeAliasDeclaration')?.['id']) ?? '?'

/** The numbered rules of a trade (E) and its invariants (I). */
const RULES = { E: 29, I: 13 } as const
const RULE = /\b([EI])(\d+)\b/g

/** A test that claims a rule claims one that exists. */
export const testNamesNameRules: Law = (sources) => {
  const found: Violation[] = []
  for (const source of sources.filter(({ path }) => path.endsWith('.test.ts'))) {
    walk(source.tree, (node) => {
      for (const rule of unknownRules(testName(node)))
        found.push({ path: source.path, line: source.lines(node)[0], message: `names ${rule}, which is no rule` })
    })
  }
  return found
}

function testName(node: Node): string {
  if (node.type !== 'CallExpression') return ''
  let callee = node['callee'] as Node
  while (callee.type === 'MemberExpression' || callee.type === 'CallExpression') callee = (callee['object'] ?? callee['callee']) as Node
  if (!['it', 'test', 'describe'].includes(nameOf(callee) ?? '')) return ''
  const [first] = node['arguments'] as { readonly expression: Node }[]
  return nameOf(first?.expression) ?? ''
}

const unknownRules = (name: string): string[] =>
  [...name.matchAll(RULE)]
    .filter(([, kind, digits]) => Number(digits) < 1 || Number(digits) > RULES[kind as keyof typeof RULES])
    .map(([rule]) => rule)

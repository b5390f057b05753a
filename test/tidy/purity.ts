import { everyNode, memberName, nameOf, type Law, type Node } from './source'

const isConfig = (file: string): boolean => file.startsWith('src/config/')
const isSrc = (file: string): boolean => file.startsWith('src/')
/** Where time and chance are arguments. */
const isPure = (file: string): boolean => /^src\/core\/|\/wire\/|^src\/workflows\/(box|edge|trade)\.ts$/.test(file)
const isMoney = (file: string): boolean => /^src\/core\/(ledger|risk)\/|^src\/core\/market\/fees/.test(file)

/** `process.env` in any spelling: a member, destructured, or imported from node:process. */
export const environmentOnlyInConfig: Law = everyNode(
  (file) => isSrc(file) && !isConfig(file),
  (node) => (readsEnvironment(node) ? 'reads process.env: only src/config does' : null),
)

function readsEnvironment(node: Node): boolean {
  if (memberName(node) === 'process.env') return true
  if (node.type === 'VariableDeclarator' && nameOf(node['init']) === 'process') return patternNames(node['id'] as Node).includes('env')
  const isProcessModule = node.type === 'ImportDeclaration' && ['process', 'node:process'].includes(nameOf(node['source']) ?? '')
  return (
    isProcessModule &&
    (node['specifiers'] as Node[]).some((specifier) => (nameOf(specifier['imported']) ?? nameOf(specifier['local'])) === 'env')
  )
}

const patternNames = (pattern: Node): (string | null)[] =>
  pattern.type === 'ObjectPattern' ? (pattern['properties'] as Node[]).map((property) => nameOf(property['key'])) : []

const IMPURE_GLOBALS = ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'fetch', 'performance', 'WebSocket']
const IMPURE_MEMBERS = [
  'Date.now',
  'Math.random',
  'process.hrtime',
  'crypto.randomUUID',
  'crypto.getRandomValues',
  'crypto.randomBytes',
  'crypto.randomInt',
]

/** No clock, timer, chance or network. `new Date(ms)`, `Date.UTC` and `Date.parse` only convert and are welcome. */
export const pureWhereTimeIsAnArgument: Law = everyNode(isPure, (node, parents) => {
  const member = memberName(node)
  if (member !== null && IMPURE_MEMBERS.includes(member)) return `uses ${member}`
  const object = nameOf(node['object'])
  if (node.type === 'MemberExpression' && object !== null && IMPURE_GLOBALS.includes(object)) return `uses ${object}`
  if (node.type === 'NewExpression' && nameOf(node['callee']) === 'Date' && !hasArguments(node)) return 'uses new Date()'
  if (node.type !== 'CallExpression') return null
  const callee = nameOf(node['callee'])
  if (callee === 'Date') return 'uses Date()'
  return callee !== null && IMPURE_GLOBALS.includes(callee) && !declaredHere(parents, callee) ? `uses ${callee}` : null
})

const hasArguments = (node: Node): boolean => ((node['arguments'] as unknown[] | null | undefined) ?? []).length > 0
/** An argument may well be called `fetch`. */
const declaredHere = (parents: readonly Node[], name: string): boolean =>
  parents.some((parent) =>
    ((parent['params'] as Node[] | undefined) ?? []).some((param) => nameOf(param) === name || nameOf(param['pat']) === name),
  )

/** Money is parsed by its digits and formatted by its units (core/units): a float on the way loses cents. */
export const moneyNeverThroughFloats: Law = everyNode(isMoney, (node) => {
  if (node.type !== 'CallExpression') return null
  const callee = node['callee'] as Node
  const name = nameOf(callee) ?? memberName(callee)
  if (name === 'parseFloat' || name === 'Number.parseFloat' || name === 'Number') return `calls ${name}()`
  return nameOf(callee['property']) === 'toFixed' ? 'calls toFixed()' : null
})

export const noAny: Law = everyNode(
  () => true,
  (node) => (node.type === 'TsKeywordType' && node['kind'] === 'any' ? 'says any: name the type, or unknown' : null),
)

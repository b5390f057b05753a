import { everyNode, nameOf, type Law, type Node } from './source'

const LEVELS = ['debug', 'info', 'warn', 'error']
/** One name for one thing, so that a search finds all of it; the log adds the trade of an order by itself. */
const NAMES: Readonly<Record<string, string>> = {
  trade: 'tradeId',
  trade_id: 'tradeId',
  order: 'clientOrderId',
}

/** The fields of a line name a trade `tradeId` and an order `clientOrderId`. */
export const linesNameTheirTrade: Law = everyNode(
  (file) => file.startsWith('src/') && !file.startsWith('src/sim/'),
  (node) => {
    const wrong = fieldsOf(node).find((name) => name in NAMES)
    return wrong === undefined ? null : `a line of the log names "${wrong}": call it ${NAMES[wrong]}`
  },
)

/** Of a call like `log.warn({ … }, '…')`, `this.#options.log.error({ … }, '…')`. */
function fieldsOf(node: Node): readonly string[] {
  if (node.type !== 'CallExpression') return []
  const callee = node['callee'] as Node
  if (callee.type !== 'MemberExpression' || !LEVELS.includes(nameOf(callee['property']) ?? '')) return []
  const owner = callee['object'] as Node
  const last = (owner.type === 'MemberExpression' ? owner['property'] : owner) as Node
  if ((last.type === 'PrivateName' ? last['value'] : nameOf(last)) !== 'log') return []
  const [first] = node['arguments'] as { readonly expression: Node }[]
  if (first?.expression.type !== 'ObjectExpression') return []
  return (first.expression['properties'] as Node[]).map((property) => nameOf(property['key']) ?? nameOf(property) ?? '')
}

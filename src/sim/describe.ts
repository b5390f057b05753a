import { z } from 'zod'

/** Words for what is wrong with a document: one sentence that names the place and what to change. */

interface JsonNode {
  readonly properties?: Readonly<Record<string, JsonNode>>
  readonly additionalProperties?: JsonNode | boolean
  readonly items?: JsonNode | boolean
  readonly prefixItems?: readonly JsonNode[]
  readonly anyOf?: readonly JsonNode[]
  readonly oneOf?: readonly JsonNode[]
}

/** The first problem, e.g. `kalshi.events[0]: unknown key "mutualy_exclusive"; did you mean "mutually_exclusive"?` */
export function describeIssues(error: z.ZodError, schema: z.ZodType, root: string): string {
  const issue = deepest(error.issues)
  if (!issue) return `${root} is not valid`
  const place = pathText(issue.path, root)
  if (issue.code !== 'unrecognized_keys') return `${place}: ${issue.message}`
  const known = keysAt(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonNode, issue.path)
  const key = issue.keys[0] ?? ''
  const near = nearest(key, known)
  return `${place}: unknown key ${JSON.stringify(key)}; ${near === null ? `known keys are ${known.join(', ')}` : `did you mean ${JSON.stringify(near)}?`}`
}

/** Inside a union the branch that got furthest says most. */
function deepest(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue | undefined {
  const issue = issues[0]
  if (issue?.code !== 'invalid_union' || issue.errors.length === 0) return issue
  const branches = issue.errors.map((branch) => deepest(branch)).filter((each) => each !== undefined)
  const best = branches.sort((a, b) => b.path.length - a.path.length)[0]
  return best ? { ...best, path: [...issue.path, ...best.path] } : issue
}

export function pathText(path: readonly PropertyKey[], root: string): string {
  const text = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('')
  return text === '' ? root : text.replace(/^\./, '')
}

function keysAt(root: JsonNode, path: readonly PropertyKey[]): string[] {
  let nodes: readonly JsonNode[] = [root]
  for (const part of path) nodes = nodes.flatMap(branches).flatMap((node) => step(node, part))
  return [...new Set(nodes.flatMap(branches).flatMap((node) => Object.keys(node.properties ?? {})))]
}

const branches = (node: JsonNode): readonly JsonNode[] => [node, ...(node.anyOf ?? []), ...(node.oneOf ?? [])]

function step(node: JsonNode, part: PropertyKey): JsonNode[] {
  const next =
    typeof part === 'number' ? (node.prefixItems?.[part] ?? node.items) : (node.properties?.[String(part)] ?? node.additionalProperties)
  return typeof next === 'object' ? [next] : []
}

/** A misspelling is at most this many edits away; more is another word. */
const EDITS_MAX = 4

function nearest(word: string, known: readonly string[]): string | null {
  const ranked = known.map((key) => ({ key, edits: distance(word, key) })).sort((a, b) => a.edits - b.edits)
  const best = ranked[0]
  return best && best.edits <= Math.min(EDITS_MAX, Math.ceil(word.length / 2)) ? best.key : null
}

/** Levenshtein distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const changed = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(changed, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}

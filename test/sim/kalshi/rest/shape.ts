/** What an answer looks like, and how two of them differ: keys, types and formats, never values. */

export type Shape = string | { readonly [key: string]: Shape } | readonly [Shape]

const FORMATS: readonly (readonly [RegExp, string])[] = [
  [/^-?\d+\.\d{2}$/, 'count'],
  [/^-?\d+\.\d{4}$/, 'price'],
  [/^-?\d+\.\d{6}$/, 'money'],
  [/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'uuid'],
  [/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/, 'time'],
]

const numberShape = (value: number): string => {
  if (!Number.isInteger(value)) return 'fraction'
  return value > 1e11 ? 'milliseconds' : value > 1e9 ? 'seconds' : 'integer'
}

/** A list looks like all its elements together: a key that only some have is there. */
export function shapeOf(value: unknown): Shape {
  if (Array.isArray(value)) return [value.map(shapeOf).reduce(joined, 'nothing')]
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, shapeOf(each)]))
  if (typeof value === 'number') return numberShape(value)
  if (typeof value === 'string') return FORMATS.find(([format]) => format.test(value))?.[1] ?? 'text'
  return value === null ? 'null' : typeof value
}

function joined(first: Shape, next: Shape): Shape {
  if (typeof first === 'object' && typeof next === 'object' && !Array.isArray(first) && !Array.isArray(next)) {
    const keys = new Set([...Object.keys(first), ...Object.keys(next)])
    const at = (shape: Shape, key: string): Shape => (shape as Record<string, Shape>)[key] ?? 'nothing'
    return Object.fromEntries([...keys].map((key) => [key, joined(at(first, key), at(next, key))]))
  }
  if (Array.isArray(first) && Array.isArray(next)) return [joined(first[0] as Shape, next[0] as Shape)]
  return first === 'nothing' ? next : first
}

/** "− path": only in the first; "+ path": only in the second; "≠ path a b". Something compared with an empty list is no difference. */
export function differences(first: Shape, second: Shape, path = ''): string[] {
  if (first === 'nothing' || second === 'nothing') return []
  if (Array.isArray(first) && Array.isArray(second)) return differences(first[0] as Shape, second[0] as Shape, `${path}[]`)
  if (typeof first === 'string' || typeof second === 'string' || Array.isArray(first) || Array.isArray(second)) {
    return first === second ? [] : [`≠ ${path} ${JSON.stringify(first)} ${JSON.stringify(second)}`]
  }
  const theirs = first as Record<string, Shape>
  const ours = second as Record<string, Shape>
  return [...new Set([...Object.keys(theirs), ...Object.keys(ours)])].flatMap((key) => {
    const place = `${path}.${key}`
    const [a, b] = [theirs[key], ours[key]]
    if (a === undefined) return [`+ ${place}`]
    return b === undefined ? [`− ${place}`] : differences(a, b, place)
  })
}

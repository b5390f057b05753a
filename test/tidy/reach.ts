import { importsOf, moduleOf } from './imports'
import type { Law, Source } from './source'

/** Where a process, the workflow bundle or the set-up begins. */
const ENTRY = /^src\/(.*\/)?main\.ts$|^src\/workers\/bundle\.ts$|^src\/workflows\/index\.ts$|^src\/stack\/install\.ts$/

/** Every file is reached from an entry by imports of any form: what nobody needs is not there. */
export const everyFileIsReached: Law = (sources) => {
  const byModule = new Map(sources.filter(({ path }) => path.startsWith('src/')).map((source) => [source.path.slice(4, -3), source]))
  const reached = new Set<Source>()
  const queue = [...byModule.values()].filter(({ path }) => ENTRY.test(path))
  for (let source = queue.pop(); source; source = queue.pop()) {
    if (reached.has(source)) continue
    reached.add(source)
    for (const found of importsOf(source)) {
      const module = moduleOf(found) ?? ''
      const target = byModule.get(module) ?? byModule.get(`${module}/index`)
      if (target) queue.push(target)
    }
  }
  return [...byModule.values()]
    .filter((source) => !reached.has(source))
    .map(({ path }) => ({ path, line: 1, message: 'is reached from no main' }))
}

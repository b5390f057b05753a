import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A hash over everything the build reads: equal hashes, equal output. */
export function sourcesHash(root) {
  const hash = createHash('sha256')
  const inputs = ['tsconfig.json', 'package-lock.json', ...filesBelow(root, 'src')]
  for (const file of inputs)
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0')
  return hash.digest('hex')
}

/** The hash of the sources that `dist` was built from; null before the first build. */
export function builtHash(root) {
  const file = join(root, 'dist', '.built')
  return existsSync(file) ? readFileSync(file, 'utf8') : null
}

function filesBelow(root, folder) {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(root.length + 1))
    .sort()
}

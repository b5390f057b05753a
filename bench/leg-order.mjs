// Which leg first: node bench/leg-order.mjs [--worlds N] [--seed S] [--json]. Needs a build (npm run build). Runs the real saga over the same seeded
// worlds with either leg first (src/replay/leg-orders.ts) and prints what both policies made of them, by regime of market-math §4.
import { spawnSync } from 'node:child_process'
import { cpus } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..')
const args = process.argv.slice(2)
const startedMs = performance.now()
const { status } = spawnSync(process.execPath, [path.join(root, 'dist', 'cli', 'main.js'), 'legs', ...args], { stdio: 'inherit' })
if (!args.includes('--json')) {
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1)
  console.log(`\n${new Date().toISOString()}, node ${process.version}, ${cpus()[0]?.model.trim()}: ${seconds} s`)
}
process.exitCode = status ?? 1

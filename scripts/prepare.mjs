/**
 * Makes a clone ready to run: packages, build, servers. `node scripts/prepare.mjs [--test]`; `--test` also fetches the server of the workflow tests.
 * Runs before `npm start` and `npm test`, so it needs nothing but Node, says what it does on stderr, and does nothing when nothing is missing.
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { builtHash, sourcesHash } from './built.mjs'
import { holdLock } from './lock.mjs'

/** @temporalio 1.24 and undici 7 need it. */
const OLDEST_NODE = [20, 18, 1]

/** A step that takes longer says so again, so that nobody takes it for dead. */
const STILL_RUNNING_EVERY_MS = 15_000

/** Enough of a tool's output to understand its failure. */
const LINES_SHOWN = 12

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const forTests = process.argv.includes('--test')
const beganMs = performance.now()
let saidSomething = false

/** The one expected way to fail: a sentence for a person, no stack. */
class SetupError extends Error {}

function say(line) {
  saidSomething = true
  const elapsed = ((performance.now() - beganMs) / 1000).toFixed(1)
  process.stderr.write(`setup ${elapsed.padStart(6)} s  ${line}\n`)
}

async function prepare() {
  mustHaveNode()
  // npm, pip and Maven keep their caches in the home directory: an empty HOME would mean the current folder
  if (process.env.HOME === '') process.env.HOME = join(root, '.crossbook', 'home')
  const lock = join(root, '.crossbook', 'setup.lock')
  const held = await holdLock(lock, (pid) => say(`waiting for another setup (pid ${pid})`))
  if (!held) throw new SetupError(`Another setup does not end. If none runs, delete ${lock}.`)
  await installPackages()
  const hash = sourcesHash(root)
  const isBuilt = builtHash(root) === hash
  if (!isBuilt) await compile()
  await Promise.all([isBuilt ? null : bundleWorkflows(), installServers()])
  if (!isBuilt) writeFileSync(join(root, 'dist', '.built'), hash)
  if (saidSomething) say('ready')
}

function mustHaveNode() {
  const have = process.versions.node.split('.').map(Number)
  const difference = OLDEST_NODE.map((part, i) => have[i] - part).find((each) => each !== 0) ?? 0
  if (difference >= 0) return
  throw new SetupError(`This is Node ${process.versions.node}; Crossbook needs ${OLDEST_NODE.join('.')} or newer. Install a newer Node.`)
}

async function installPackages() {
  const marker = join(root, 'node_modules', '.crossbook-lock')
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')
  if (existsSync(marker) && readFileSync(marker, 'utf8') === wanted) return
  say('installing npm packages')
  // versions come from the lockfile, which stays as it is; `npm ci` would refuse to start where a mirror lacks the optional packages of other platforms
  const install = ['install', '--no-save']
  // the npm that runs us, if one does: it is there, and the right one
  const npm = process.env.npm_execpath
  const [command, args] = npm?.endsWith('.js') ? [process.execPath, [npm, ...install]] : ['npm', install]
  await run('npm install', command, args)
  writeFileSync(marker, wanted)
}

async function compile() {
  say('compiling')
  await run('The compilation', process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', 'tsconfig.json'])
  // npx crossbook runs the package's own bin: the link it makes keeps the mode of the file
  const cli = join(root, 'dist', 'cli', 'main.js')
  if (existsSync(cli)) chmodSync(cli, 0o755)
}

async function bundleWorkflows() {
  const bundler = join(root, 'dist', 'workers', 'bundle.js')
  if (!existsSync(bundler)) return say('no workflow bundler yet: skipped')
  say('bundling workflows')
  await run('The workflow bundle', process.execPath, [bundler])
}

async function installServers() {
  const { installServers: install, InstallError } = createRequire(import.meta.url)(join(root, 'dist', 'stack', 'install.js'))
  // tests start their own servers, whatever the environment names: they must never write into somebody's database
  const named = (variable) => !forTests && Boolean(process.env[variable])
  const external = {
    temporal: named('TEMPORAL_ADDRESS'),
    postgres: named('DATABASE_URL'),
    redis: named('REDIS_URL'),
    questdb: named('QUESTDB_URL'),
  }
  try {
    const { historyMissing } = await install({ root, env: process.env, external, forTests, report: say, signal: interrupted() })
    if (historyMissing !== null) say(`HISTORY IS OFF: ${historyMissing}`)
  } catch (failure) {
    throw failure instanceof InstallError ? new SetupError(failure.message) : failure
  }
}

/** Ctrl-C reaches the tools too; what they have fetched so far is then removed. */
function interrupted() {
  const controller = new AbortController()
  process.once('SIGINT', () => controller.abort())
  process.once('SIGTERM', () => controller.abort())
  return controller.signal
}

/** Runs a tool to its end; its output is shown only when it fails. */
function run(what, command, args) {
  mkdirSync(join(root, '.crossbook'), { recursive: true })
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
    const still = setInterval(() => say(`${what} is still running`), STILL_RUNNING_EVERY_MS)
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text))
    child.once('error', (failure) => reject(new SetupError(`${what} cannot run: ${failure.message}. Is ${command} installed?`)))
    child.once('close', (code) => {
      clearInterval(still)
      if (code === 0) return resolve()
      process.stderr.write(`${output.trimEnd().split('\n').slice(-LINES_SHOWN).join('\n')}\n`)
      reject(new SetupError(`${what} failed (exit code ${code}); its last lines are above.`))
    })
  })
}

prepare().catch((failure) => {
  const sentence = failure instanceof SetupError ? failure.message : (failure.stack ?? String(failure))
  process.stderr.write(`setup failed: ${sentence}\n`)
  process.exit(1)
})

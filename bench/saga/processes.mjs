// Processor time of a stack's processes, from /proc, and the machine.
import { execFileSync } from 'node:child_process'
import { createRequire } from 'node:module'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

const TICKS_PER_SECOND = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))

/** Fields of /proc/<pid>/stat behind the name, which may hold spaces. */
function stat(pid) {
  try {
    const text = fs.readFileSync(`/proc/${pid}/stat`, 'utf8')
    const [, ppid, , , , , , , , , , user, system] = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return { ppid: Number(ppid), ms: ((Number(user) + Number(system)) / TICKS_PER_SECOND) * 1_000 }
  } catch {
    return null // it ended meanwhile
  }
}

/** Milliseconds of processor time that a process and its children have used. */
export function processorMs(pid) {
  const all = fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ pid: Number(name), ...stat(name) }))
  return all.filter((each) => each.pid === pid || each.ppid === pid).reduce((sum, { ms = 0 }) => sum + ms, 0)
}

/** The pids of a stack's own processes by name. */
export function pidsOf(dataDir) {
  const folder = path.join(dataDir, 'run')
  const texts = fs.readdirSync(folder).map((file) => fs.readFileSync(path.join(folder, file), 'utf8'))
  const owned = texts.filter((text) => text.startsWith('{')).map((text) => JSON.parse(text))
  return Object.fromEntries(owned.filter(({ name, pid }) => name && pid).map(({ name, pid }) => [name, pid]))
}

export function machine(root) {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim()
  return { cpu: `${os.cpus()[0].model}, ${os.cpus().length} cores`, node: process.version, commit, load: os.loadavg()[0] }
}

/** What is pinned; a server on PATH goes before it. */
export function versions(dist, root) {
  const require = createRequire(path.join(path.resolve(root), 'package.json'))
  const { POSTGRES, TEMPORAL, VALKEY, QUESTDB } = require(path.resolve(dist, 'stack', 'versions.js'))
  const sdk = require('@temporalio/worker/package.json').version
  return `Temporal CLI ${TEMPORAL.version}, SDK ${sdk}, Postgres ${POSTGRES.version}, Valkey ${VALKEY.version}, ${QUESTDB.file}`
}

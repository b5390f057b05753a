// QuestDB as the stack starts it, in a folder of its own; killed and started again on the same data.
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'

const START_LIMIT_MS = 180_000
const TICKS_PER_SECOND = 100
const KB = 1024

const freePort = () =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => resolve(port))
    })
  })

export class Server {
  #load
  #root
  #dir
  #port
  #running = null
  /** Processor time of those that were killed, in µs. */
  #micros = 0

  constructor(load, root, dir) {
    this.#load = load
    this.#root = root
    this.#dir = dir
  }

  get url() {
    return `http://127.0.0.1:${this.#port}`
  }

  async start() {
    const { startQuestdb } = this.#load('./stack/servers/questdb.ts')
    const { findQuestdb } = this.#load('./stack/sources.ts')
    const program = await findQuestdb({ root: this.#root })
    if (!program) throw new Error('there is no QuestDB here: npm run setup')
    this.#port ??= await freePort()
    const folder = (name) => path.join(this.#dir, name)
    const where = { dataDir: folder('questdb'), logDir: folder('logs'), runDir: folder('run') }
    this.#running = await startQuestdb({ ...where, program, port: this.#port, signal: AbortSignal.timeout(START_LIMIT_MS) })
  }

  /** At once, by its number. */
  async kill() {
    this.#micros = this.cpuMicros()
    const { pid, exited } = this.#running
    this.#running = null
    process.kill(pid, 'SIGKILL')
    await exited
  }
  async stop() {
    await this.#running?.stop()
    this.#running = null
  }

  cpuMicros() {
    if (!this.#running) return this.#micros
    const fields = readFileSync(`/proc/${this.#running.pid}/stat`, 'utf8').split(') ')[1].split(' ')
    return this.#micros + ((Number(fields[11]) + Number(fields[12])) * 1e6) / TICKS_PER_SECOND
  }
  /** Bytes; 0 while it is away. */
  rss() {
    if (!this.#running) return 0
    try {
      return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${this.#running.pid}/status`, 'utf8'))?.[1] ?? 0) * KB
    } catch {
      return 0 // it has just ended
    }
  }
  diskBytes() {
    return Number(
      execFileSync('du', ['-sB1', path.join(this.#dir, 'questdb', 'db')])
        .toString()
        .split('\t')[0],
    )
  }

  /** Our own code's question over HTTP. */
  async ask(sql, limitMs = 60_000) {
    const { query } = this.#load('./stores/questdb/query.ts')
    return query(this.url, sql, AbortSignal.timeout(limitMs))
  }
}

/** The largest of what was seen each quarter of a second: this process, the server, the queue. */
export class Watch {
  most = { rss: 0, serverRss: 0, inMemory: 0, spilledRows: 0, spillBytes: 0 }
  #timer

  constructor(server, writer, spillDir, everyMs = 250) {
    this.#timer = setInterval(() => {
      const { rss } = process.memoryUsage()
      const seen = {
        rss,
        serverRss: server.rss(),
        inMemory: writer.queued - writer.spilled,
        spilledRows: writer.spilled,
        spillBytes: bytesIn(spillDir),
      }
      for (const [name, value] of Object.entries(seen)) this.most[name] = Math.max(this.most[name], value)
    }, everyMs)
  }
  close() {
    clearInterval(this.#timer)
  }
}

function bytesIn(dir) {
  try {
    return readdirSync(dir).reduce((sum, name) => sum + statSync(path.join(dir, name)).size, 0)
  } catch {
    return 0 // not made yet, or a file has just gone
  }
}

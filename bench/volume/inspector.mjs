import fs from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import WebSocket from 'ws'

const LISTENS = /Debugger listening on (ws:\/\/\S+)/g
const LISTENS_WITHIN_MS = 10_000
const ANSWER_MS = 120_000
/** One object in so many bytes is remembered with its maker: exact enough for what grows by kilobytes, and no burden. */
const SAMPLED_BYTES = 4_096
const CALLERS_SHOWN = 4
/** Collections that are worth a name. */
const LARGE = 100

/** Ids and numbers of one form are one kind. */
const shapeOf = (name) => name.slice(0, 120).replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'UUID').replace(/[0-9A-Za-z]{14,}|\d+/g, '#')

/** What a process says of its memory through its own debugger, which SIGUSR1 opens. */
export class Inspector {
  #socket
  #waiting = new Map()
  #sessions = []
  #id = 0
  #hearChunk = () => {}

  /** @param logFile where the process's standard error goes: it names the address there. */
  static async of(pid, logFile) {
    const known = [...fs.readFileSync(logFile, 'utf8').matchAll(LISTENS)].length
    process.kill(pid, 'SIGUSR1')
    const late = Date.now() + LISTENS_WITHIN_MS
    for (;;) {
      const found = [...fs.readFileSync(logFile, 'utf8').matchAll(LISTENS)]
      if (found.length > known) return new Inspector()._open(found.at(-1)[1])
      if (Date.now() > late) throw new Error(`process ${pid} opened no debugger: see ${logFile}`)
      await pause(50)
    }
  }

  async _open(url) {
    this.#socket = new WebSocket(url, { perMessageDeflate: false })
    await new Promise((resolve, reject) => this.#socket.once('open', resolve).once('error', reject))
    this.#socket.on('message', (data) => this.#hear(JSON.parse(data.toString())))
    await this.#ask('NodeWorker.enable', { waitForDebuggerOnStart: false })
    await this.#run(
      `globalThis.loopDelay = process.getBuiltinModule('node:perf_hooks').monitorEventLoopDelay({ resolution: 5 }); loopDelay.enable()`,
    )
    return this
  }

  /** Resident memory, and the delay of the event loop since the last look. */
  async look() {
    return this.#run(`(() => {
      const ms = (n) => Math.round(n / 1e5) / 10
      const delayMs = { p50: ms(loopDelay.percentile(50)), p99: ms(loopDelay.percentile(99)), max: ms(loopDelay.max) }
      loopDelay.reset()
      return { rss: process.memoryUsage.rss(), delayMs }
    })()`)
  }

  /** After garbage was collected, twice: what has finalizers goes with the second. */
  async heap() {
    for (let n = 0; n < 2; n++) {
      await this.#ask('HeapProfiler.collectGarbage')
      for (const session of this.#sessions) await this.#ask('HeapProfiler.collectGarbage', {}, session)
      await pause(200)
    }
    let workers = 0
    for (const session of this.#sessions) workers += (await this.#ask('Runtime.getHeapUsage', {}, session)).usedSize
    const memory = await this.#run(`(() => {
      const resources = {}
      for (const name of process.getActiveResourcesInfo()) resources[name] = (resources[name] ?? 0) + 1
      return { ...process.memoryUsage(), resources }
    })()`)
    return { ...memory, workers }
  }

  /** The large maps, sets and arrays, each by what its first entry looks like. */
  async collections() {
    const found = []
    for (const type of ['Map', 'Set', 'Array']) {
      const { result } = await this.#ask('Runtime.evaluate', { expression: `${type}.prototype` })
      const { objects } = await this.#ask('Runtime.queryObjects', { prototypeObjectId: result.objectId })
      const large = await this.#ask('Runtime.callFunctionOn', {
        objectId: objects.objectId,
        returnByValue: true,
        functionDeclaration: `function () {
          const sizeOf = (each) => each.size ?? each.length
          const shown = (value) => { try { return typeof value === 'object' && value !== null ? Object.keys(value).join() : String(value).replace(/[0-9A-Za-z]{14,}|\\d+/g, '#') } catch { return '?' } }
          return this.filter((each) => { try { return sizeOf(each) > ${LARGE} } catch { return false } }).map((each) => {
            const first = ${type === 'Map' ? '[...each][0]' : '[[...each][0]]'}
            return { where: '${type} of ' + first.map(shown).join(' → ').slice(0, 160), size: sizeOf(each) }
          })
        }`,
      })
      found.push(...large.result.value)
      await this.#ask('Runtime.releaseObject', { objectId: objects.objectId })
    }
    const sums = new Map()
    for (const { where, size } of found) sums.set(where, Math.max(sums.get(where) ?? 0, size))
    return [...sums].map(([where, size]) => ({ where, size })).sort((a, b) => b.size - a.size)
  }

  /** Everything that is alive, by what it is and how it looks: how many, and their bytes. Large, and it takes seconds. */
  async kinds() {
    const parts = []
    this.#hearChunk = (chunk) => parts.push(chunk)
    await this.#ask('HeapProfiler.takeHeapSnapshot', { reportProgress: false })
    const { snapshot, nodes, strings } = JSON.parse(parts.join(''))
    const { node_fields: fields, node_types: types } = snapshot.meta
    const [type, name, size] = ['type', 'name', 'self_size'].map((field) => fields.indexOf(field))
    const sums = new Map()
    for (let at = 0; at < nodes.length; at += fields.length) {
      const where = `${types[0][nodes[at + type]]}: ${shapeOf(strings[nodes[at + name]])}`
      const sum = sums.get(where) ?? { count: 0, bytes: 0 }
      sums.set(where, { count: sum.count + 1, bytes: sum.bytes + nodes[at + size] })
    }
    return sums
  }

  /** From now on it is remembered where what is still alive was made. */
  async startSampling() {
    await this.#ask('HeapProfiler.enable')
    await this.#ask('HeapProfiler.startSampling', { samplingInterval: SAMPLED_BYTES })
  }
  /** Bytes that were made since then and are alive, by the function that made them: the largest first. */
  async survivors() {
    const { profile } = await this.#ask('HeapProfiler.getSamplingProfile')
    const sums = new Map()
    const visit = ({ callFrame: { functionName, url, lineNumber }, selfSize, children }, callers) => {
      const own = `${functionName || '(anonymous)'} ${url.split('/').slice(-3).join('/')}:${lineNumber + 1}`
      const path = [own, ...callers].slice(0, CALLERS_SHOWN)
      if (selfSize > 0) sums.set(path.join(' < '), (sums.get(path.join(' < ')) ?? 0) + selfSize)
      for (const child of children) visit(child, path)
    }
    visit(profile.head, [])
    return [...sums].map(([where, bytes]) => ({ where, bytes })).sort((a, b) => b.bytes - a.bytes)
  }

  async close() {
    this.#socket.terminate()
  }

  async #run(expression) {
    const { result, exceptionDetails } = await this.#ask('Runtime.evaluate', { expression, returnByValue: true })
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text)
    return result.value
  }

  /** @param session of a worker thread; null: the main thread. */
  #ask(method, params = {}, session = null) {
    const id = ++this.#id
    const message = JSON.stringify({ id, method, params })
    const asked =
      session === null
        ? message
        : JSON.stringify({ id: ++this.#id, method: 'NodeWorker.sendMessageToWorker', params: { sessionId: session, message } })
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`${method}: no answer`)), ANSWER_MS)
      this.#waiting.set(id, ({ result, error }) => {
        clearTimeout(late)
        if (error) reject(new Error(`${method}: ${error.message}`))
        else resolve(result)
      })
      this.#socket.send(asked)
    })
  }

  #hear(message) {
    if (message.method === 'NodeWorker.attachedToWorker') this.#sessions.push(message.params.sessionId)
    else if (message.method === 'NodeWorker.receivedMessageFromWorker') this.#hear(JSON.parse(message.params.message))
    else if (message.method === 'HeapProfiler.addHeapSnapshotChunk') this.#hearChunk(message.params.chunk)
    const waiting = this.#waiting.get(message.id)
    if (!waiting) return
    this.#waiting.delete(message.id)
    waiting(message)
  }
}

import { randomInt } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname } from 'node:path'
import { StackError } from './ownership'

/** Below the range from which systems hand out ports for outgoing connections (Linux: 32768 and up), so that a remembered port is still free tomorrow. */
const FIRST_PORT = 20_000
const PORT_COUNT = 12_000

/** A machine on which fifty random ports of twelve thousand are all taken has another problem. */
const TRIES_MAX = 50

export interface RememberedPorts<Name extends string> {
  readonly ports: Readonly<Record<Name, number>>
  /** Names whose remembered port somebody else has taken since, with the port they have now. */
  readonly moved: readonly Name[]
}

/**
 * A free port of 127.0.0.1 for each name: the one remembered in the file, or a new one, which is then remembered. Names not asked for keep theirs.
 * Call it after the processes of an earlier start have been stopped: a port that is in use counts as somebody else's.
 */
export async function rememberPorts<Name extends string>(file: string, names: readonly Name[]): Promise<RememberedPorts<Name>> {
  const remembered = readPorts(file)
  const all = new Map(remembered)
  const moved: Name[] = []
  for (const name of names) {
    const before = remembered.get(name)
    if (before !== undefined && (await isFree(before))) continue
    all.set(name, await choosePort(new Set(all.values())))
    if (before !== undefined) moved.push(name)
  }
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(`${file}.new`, `${JSON.stringify(Object.fromEntries(all), null, 2)}\n`)
  renameSync(`${file}.new`, file)
  return { ports: Object.fromEntries(names.map((name) => [name, all.get(name)])) as Record<Name, number>, moved }
}

function readPorts(file: string): ReadonlyMap<string, number> {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    return new Map() // the first start
  }
  const ports = Object.entries(parse(file, text))
  if (!ports.every(([, port]) => Number.isInteger(port) && port > 0 && port < 65_536)) throw unreadable(file)
  return new Map(ports)
}

function parse(file: string, text: string): Record<string, number> {
  try {
    return JSON.parse(text) as Record<string, number>
  } catch {
    throw unreadable(file)
  }
}

const unreadable = (file: string): StackError => new StackError(`${file} is not a list of ports. Delete it: new ports are then chosen.`)

/** Random, so that two stacks that start at the same moment do not choose the same. */
async function choosePort(taken: ReadonlySet<number>): Promise<number> {
  for (let i = 0; i < TRIES_MAX; i += 1) {
    const port = FIRST_PORT + randomInt(PORT_COUNT)
    if (!taken.has(port) && (await isFree(port))) return port
  }
  throw new StackError(
    `No free port among ${TRIES_MAX} tried between ${FIRST_PORT} and ${FIRST_PORT + PORT_COUNT - 1}. Stop programs that hold them.`,
  )
}

/** Nobody listens there: we can, for a moment. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => server.close(() => resolve(true)))
  })
}

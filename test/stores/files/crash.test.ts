import { spawn } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { orderId, tradeId } from '../../../src/core/ids'
import type { Frame } from '../../../src/core/market/event'
import { readCapture } from '../../../src/stores/files/capture-reader'
import { openJournal } from '../../../src/stores/files/journal'
import { LogBook, temporaryDirectory } from '../doubles'

const MARKS_BEFORE_KILL = 300
/** The child needs about a second; ended by this limit it fails the test with SIGTERM. */
const CHILD_LIMIT_MS = 20_000
const HOOK = path.join(__dirname, '..', 'typescript-hook.cjs')
const CHILD = path.join(__dirname, 'crash-child.ts')

/** Runs the child until it has acknowledged enough marks and some capture is on disk, kills it, and returns its last mark. */
async function killedAfter(dir: string, enough: () => boolean): Promise<number> {
  const child = spawn(process.execPath, ['--require', HOOK, CHILD, dir], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = new Promise<string | null>((resolve) => child.once('exit', (_code, signal) => resolve(signal)))
  const tooLate = setTimeout(() => child.kill('SIGTERM'), CHILD_LIMIT_MS)
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString()
    if (output.split('\n').length > MARKS_BEFORE_KILL && enough()) child.kill('SIGKILL')
  })
  expect(await exited).toBe('SIGKILL')
  clearTimeout(tooLate)
  return Number(output.split('\n').at(-2))
}

const captures = (dir: string): string[] => readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.gz'))

describe('a process that is killed while it writes', () => {
  const dir = temporaryDirectory()
  let acknowledged = 0
  beforeAll(async () => {
    acknowledged = await killedAfter(dir, () => captures(dir).some((name) => statSync(path.join(dir, name)).size > 1000))
  }, 30_000)

  it('leaves a capture that reads up to its last complete line', async () => {
    const log = new LogBook()
    const frames: Frame[] = []
    for await (const frame of readCapture(path.join(dir, captures(dir)[0] ?? ''), log)) frames.push(frame)
    expect(frames.length).toBeGreaterThan(0)
    expect(frames.map(({ n }) => n)).toEqual(frames.map((_, i) => i + 1))
    expect(log.messages('warn')).toHaveLength(1)
  })

  it('E3 has every mark that was acknowledged', async () => {
    const journal = await openJournal({ dir, log: new LogBook() })
    await journal.close()
    for (let n = 1; n <= acknowledged; n += 1) expect(journal.marks(orderId(tradeId('crash'), 'a', n))).toHaveLength(1)
  })
})

import { transformFileSync } from '@swc/core'
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'

/** The simulator as a process of its own, compiled for the test run: what is killed must be a real process. */

const ROOT = join(__dirname, '../../..')
/** Generous: the machine that runs tests may be slow. */
const START_MS_MAX = 20_000

const sources = (path: string): string[] =>
  statSync(path).isDirectory() ? readdirSync(path).flatMap((name) => sources(join(path, name))) : path.endsWith('.ts') ? [path] : []

export interface CompiledSim {
  readonly main: string
  remove(): void
}

/** Compiles exactly what the simulator may import from the product. */
export function compileSim(): CompiledSim {
  const out = mkdtempSync(join(tmpdir(), 'crossbook-sim-built-'))
  const shared = ['units', 'ids', 'assert', 'random'].map((name) => join(ROOT, `src/core/${name}.ts`))
  for (const file of [...sources(join(ROOT, 'src/sim')), ...shared]) {
    const { code } = transformFileSync(file, { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } })
    const target = join(out, relative(join(ROOT, 'src'), file)).replace(/\.ts$/, '.js')
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, code)
  }
  return { main: join(out, 'sim/main.js'), remove: () => rmSync(out, { recursive: true, force: true }) }
}

export interface ReadyLine {
  readonly event: 'ready'
  readonly kalshi: { readonly rest_url: string; readonly ws_url: string }
  readonly ibkr: { readonly host: string; readonly port: number }
  readonly control: { readonly url: string }
}

export class SimProcess {
  stdout = ''
  stderr = ''
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>

  constructor(
    readonly child: ChildProcess,
    private readonly startedMs: number,
  ) {
    child.stdout?.on('data', (data: Buffer) => (this.stdout += data.toString()))
    child.stderr?.on('data', (data: Buffer) => (this.stderr += data.toString()))
    this.exited = new Promise((resolve) => child.once('close', (code, signal) => resolve({ code, signal })))
  }

  static start(built: CompiledSim, args: readonly string[]): SimProcess {
    const env = { ...process.env, NODE_PATH: join(ROOT, 'node_modules') }
    return new SimProcess(spawn(process.execPath, [built.main, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] }), Date.now())
  }

  ready(): Promise<ReadyLine> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const end = this.stdout.indexOf('\n')
        if (end >= 0) return finish(() => resolve(JSON.parse(this.stdout.slice(0, end)) as ReadyLine))
      }
      const fail = (): void => finish(() => reject(new Error(`the simulator did not come up: ${this.stderr}`)))
      const finish = (then: () => void): void => {
        clearTimeout(timer)
        this.child.stdout?.removeListener('data', look)
        this.child.removeListener('close', fail)
        then()
      }
      const timer = setTimeout(fail, START_MS_MAX - (Date.now() - this.startedMs))
      this.child.stdout?.on('data', look)
      this.child.once('close', fail)
      look()
    })
  }

  kill(signal: NodeJS.Signals): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
    this.child.kill(signal)
    return this.exited
  }
}

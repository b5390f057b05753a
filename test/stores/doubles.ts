import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { millis, type Millis } from '../../src/core/units'
import type { Clock } from '../../src/ports/clock'
import type { Log } from '../../src/ports/log'

/** Time that moves when it is told to. */
export class SettableClock implements Clock {
  #nowMs: number

  constructor(nowMs: number) {
    this.#nowMs = nowMs
  }

  advance(byMs: number): void {
    this.#nowMs += byMs
  }

  nowMs(): Millis {
    return millis(this.#nowMs)
  }

  monoNs(): bigint {
    return BigInt(this.#nowMs) * 1_000_000n
  }

  sleep(): Promise<void> {
    return Promise.reject(new Error('nobody sleeps in this test'))
  }
}

/** A wall clock that somebody sets, beside a monotonic one. */
export class SetClock extends SettableClock {
  #passedMs = 0
  pass(ms: number): void {
    this.advance(ms)
    this.#passedMs += ms
  }
  override monoNs(): bigint {
    return BigInt(this.#passedMs) * 1_000_000n
  }
}

export interface Line {
  readonly level: keyof Log
  readonly fields: object
  readonly message: string
}

/** Keeps what was logged. */
export class LogBook implements Log {
  readonly lines: Line[] = []

  debug(fields: object, message: string): void {
    this.lines.push({ level: 'debug', fields, message })
  }

  info(fields: object, message: string): void {
    this.lines.push({ level: 'info', fields, message })
  }

  warn(fields: object, message: string): void {
    this.lines.push({ level: 'warn', fields, message })
  }

  error(fields: object, message: string): void {
    this.lines.push({ level: 'error', fields, message })
  }

  messages(level: keyof Log): string[] {
    return this.lines.filter((line) => line.level === level).map((line) => line.message)
  }
}

/** A directory of the test's own, removed after the test file's last test. */
export function temporaryDirectory(): string {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'crossbook-'))
  afterAll(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

/** Looks every few milliseconds until `ready` holds. @throws Error naming what was waited for. */
export async function until(what: string, ready: () => boolean | Promise<boolean>, limitMs = 10_000): Promise<void> {
  const end = Date.now() + limitMs
  while (!(await ready())) {
    if (Date.now() > end) throw new Error(`waited ${limitMs} ms in vain for: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

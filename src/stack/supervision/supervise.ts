import { setTimeout as pause } from 'node:timers/promises'
import type { Exit } from '../child'

/** Anything that was started, can die and can be started again: a server or a process of the product. */
export interface Startable {
  readonly pid: number
  readonly exited: Promise<Exit>
  stop(): Promise<void>
}

export type SupervisedState =
  | { readonly kind: 'up'; readonly pid: number }
  | { readonly kind: 'restarting' }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'given-up'; readonly reason: string }

export interface SuperviseOptions<T extends Startable> {
  readonly name: string
  /** Starts it and resolves when it is ready. Called again after each death. */
  readonly start: (signal: AbortSignal) => Promise<T>
  /** One line for each death, restart and surrender. */
  readonly report: (line: string) => void
  /** It died too often and stays down. Called once. */
  readonly onGivenUp?: (reason: string) => void
  readonly limits?: RestartLimits
}

export interface RestartLimits {
  /** Wait before the first restart; doubled for each further death, until it has been up for `calmMs`. */
  readonly backoffMs: number
  readonly backoffMsMax: number
  /** Deaths in a row that end the restarts. */
  readonly deathsMax: number
  /** Up for this long counts as healthy again. */
  readonly calmMs: number
}

export const RESTART_LIMITS: RestartLimits = {
  backoffMs: 100, // a server that was killed by accident is back before anybody's patience ends
  backoffMsMax: 10_000, // a broken one uses no noticeable share of a processor
  deathsMax: 8, // 100 ms, 200 ms … 6.4 s, 10 s: about 23 s of trying, then a person is needed
  calmMs: 60_000,
}

export interface Supervised<T extends Startable> {
  readonly name: string
  state(): SupervisedState
  /** The running one, or null while it is down. */
  current(): T | null
  /** How often it was started again. */
  restarts(): number
  /** Stops it for good: no restart follows. */
  stop(): Promise<void>
}

/** Starts something and keeps it running. @throws what the first start throws: only what has been up once is restarted. */
export async function supervise<T extends Startable>(options: SuperviseOptions<T>, signal: AbortSignal): Promise<Supervised<T>> {
  return new Supervisor(options, await options.start(signal))
}

class Supervisor<T extends Startable> implements Supervised<T> {
  readonly name: string
  private readonly limits: RestartLimits
  private readonly stopped = new AbortController()
  private running: T | null
  private givenUp: string | null = null
  private restarted = 0
  private readonly watching: Promise<void>

  constructor(
    private readonly options: SuperviseOptions<T>,
    first: T,
  ) {
    this.name = options.name
    this.limits = options.limits ?? RESTART_LIMITS
    this.running = first
    this.watching = this.watch(first)
  }

  state(): SupervisedState {
    if (this.givenUp !== null) return { kind: 'given-up', reason: this.givenUp }
    if (this.stopped.signal.aborted) return { kind: 'stopped' }
    return this.running === null ? { kind: 'restarting' } : { kind: 'up', pid: this.running.pid }
  }

  current(): T | null {
    return this.running
  }

  restarts(): number {
    return this.restarted
  }

  async stop(): Promise<void> {
    this.stopped.abort()
    await this.running?.stop()
    await this.watching
  }

  /** One turn for each life. Ends when it was stopped or gives up. */
  private async watch(first: T): Promise<void> {
    let life = first
    for (let deaths = 1; ; deaths += 1) {
      const bornMs = performance.now()
      const exit = await life.exited
      this.running = null
      if (this.stopped.signal.aborted) return
      this.options.report(`${this.name} ended unexpectedly (${show(exit)}); starting it again`)
      if (performance.now() - bornMs >= this.limits.calmMs) deaths = 1
      const next = await this.revive(deaths)
      if (next === null) return
      life = next.life
      deaths = next.deaths
    }
  }

  /** Waits and starts until it is up again; a start that fails counts as a death. Null: stopped, or given up. */
  private async revive(deathsSoFar: number): Promise<{ life: T; deaths: number } | null> {
    let reason = 'it ends soon after each start'
    for (let deaths = deathsSoFar; deaths <= this.limits.deathsMax; deaths += 1) {
      try {
        await pause(Math.min(this.limits.backoffMs * 2 ** (deaths - 1), this.limits.backoffMsMax), undefined, {
          signal: this.stopped.signal,
        })
        const life = await this.options.start(this.stopped.signal)
        this.restarted += 1
        this.running = life
        if (this.stopped.signal.aborted) await life.stop()
        else this.options.report(`${this.name} is back`)
        return { life, deaths }
      } catch (failure) {
        if (this.stopped.signal.aborted) return null
        reason = failure instanceof Error ? failure.message : String(failure)
      }
    }
    this.givenUp = reason
    this.options.report(`${this.name} stays down after ${this.limits.deathsMax} attempts: ${reason}`)
    this.options.onGivenUp?.(reason)
    return null
  }
}

const show = (exit: Exit): string => (exit.signal === null ? `exit code ${exit.code}` : exit.signal)

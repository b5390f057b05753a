import type { SimClock } from '../clock'

/** One thing to do at a moment of the recording. */
export interface Cue {
  /** Recorded time. */
  readonly atMs: number
  run(): void
}

export interface Tape {
  readonly file: string
  readonly cues: readonly Cue[]
  /** First and last moment of the recorded file. */
  readonly firstMs: number
  readonly lastMs: number
  readonly speed: number
  readonly loop: boolean
  readonly start: 'now' | 'first_subscription' | 'control'
  /** Whether clients watch every market of the tape. */
  isWatched(): boolean
}

export interface TapeProgress {
  readonly file: string
  readonly state: 'waiting' | 'running' | 'ended'
  readonly startedMs: number | null
  readonly endsMs: number | null
  /** 0 … 1 */
  readonly progress: number
}

/** Plays one tape: recorded time is shifted to the start and divided by the speed. */
export class Player {
  #state: TapeProgress['state'] = 'waiting'
  #startedMs: number | null = null
  #cancel: () => void = () => undefined

  constructor(
    readonly tape: Tape,
    private readonly clock: SimClock,
    private readonly ended: () => void,
  ) {}

  get isWaiting(): boolean {
    return this.#state === 'waiting'
  }

  get hasEnded(): boolean {
    return this.#state === 'ended'
  }

  start(): void {
    if (this.#state !== 'waiting') return
    this.#state = 'running'
    this.#startedMs = this.clock.nowMs()
    this.#play(0)
  }

  stop(): void {
    this.#cancel()
  }

  /** Each cue is timed from the start, so that small delays do not add up. */
  #play(at: number): void {
    const cue = this.tape.cues[at]
    if (!cue) {
      this.#cancel = this.clock.after(this.#dueInMs(this.tape.lastMs), () => this.#finish())
      return
    }
    this.#cancel = this.clock.after(this.#dueInMs(cue.atMs), () => {
      cue.run()
      this.#play(at + 1)
    })
  }

  #dueInMs(recordedMs: number): number {
    return (this.#startedMs ?? 0) + (recordedMs - this.tape.firstMs) / this.tape.speed - this.clock.nowMs()
  }

  #finish(): void {
    if (this.tape.loop) {
      this.#startedMs = this.clock.nowMs()
      return this.#play(0)
    }
    this.#state = 'ended'
    this.ended()
  }

  progress(): TapeProgress {
    const length = (this.tape.lastMs - this.tape.firstMs) / this.tape.speed
    const elapsed = this.#startedMs === null ? 0 : this.clock.nowMs() - this.#startedMs
    const done = this.#state === 'ended' || length === 0 ? 1 : Math.min(1, elapsed / length)
    return {
      file: this.tape.file,
      state: this.#state,
      startedMs: this.#startedMs,
      endsMs: this.#startedMs === null ? null : this.#startedMs + length,
      progress: this.#state === 'waiting' ? 0 : done,
    }
  }
}

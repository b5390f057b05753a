import type { FaultBook } from './port'
import type { Token } from './protocol/frames'
import { shapeReports, type Told } from './report-faults'
import type { Session } from './session'

type Frame = readonly Token[]

export interface OutboxOptions {
  readonly faults: FaultBook
  /** Makes the change durable. */
  readonly save: () => void
  readonly tell: (session: Session, frame: Frame) => void
}

/** Of what one client is told of a change, only the first so many frames leave. */
export interface Cut {
  readonly session: Session
  readonly frames: number
}

/** Keeps back what a change tells until the change is saved: an acknowledged order survives a kill. Faults shape what is told. */
export class Outbox {
  #held: Map<Session, Told[]> | null = null

  constructor(private readonly options: OutboxOptions) {}

  commit(work: () => void, cut: Cut | null = null): void {
    const held = new Map<Session, Told[]>()
    this.#held = held
    try {
      work()
    } finally {
      this.#held = null
    }
    this.options.save()
    for (const [session, told] of held) this.#tell(session, told, cut?.session === session ? cut.frames : Infinity)
  }

  /** At once, or with the change that is being made. */
  send(session: Session, told: Told): void {
    const known = this.#held?.get(session)
    if (known) known.push(told)
    else if (this.#held) this.#held.set(session, [told])
    else this.options.tell(session, told.frame)
  }

  #tell(session: Session, told: readonly Told[], most: number): void {
    const { frames, ending } = shapeReports(told, this.options.faults)
    for (const frame of frames.slice(0, most)) this.options.tell(session, frame)
    if (ending === 'end') session.end()
    else if (ending === 'half_open') session.mute()
  }
}

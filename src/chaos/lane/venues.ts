import { withLimit } from '../../ports/limit'

/** The control endpoint answers within milliseconds; a simulator that is stopped or down does not. */
const ANSWER_LIMIT_MS = 1_500

export type ControlEvent = Readonly<Record<string, unknown>>

/** The control endpoint of a lane's simulated venues. */
export class Venues {
  constructor(private readonly url: string) {}

  /** @throws Error when the simulator does not answer in time or refuses. */
  async post(events: ControlEvent | readonly ControlEvent[], signal: AbortSignal): Promise<void> {
    await withLimit([signal], ANSWER_LIMIT_MS, async (limit) => {
      const response = await fetch(`${this.url}/events`, { method: 'POST', body: JSON.stringify(events), signal: limit })
      if (!response.ok) throw new Error(`the simulator refused ${JSON.stringify(events)}: ${await response.text()}`)
    })
  }
  /** @throws Error when the simulator does not answer in time. */
  ask<T>(route: string, signal: AbortSignal): Promise<T> {
    return withLimit([signal], ANSWER_LIMIT_MS, async (limit) => {
      const response = await fetch(`${this.url}${route}`, { signal: limit })
      if (!response.ok) throw new Error(`the simulator answers ${response.status} to ${route}`)
      return (await response.json()) as T
    })
  }
}

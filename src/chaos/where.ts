/** What the harness hands to the checkers: where the evidence lies, what crossed the venues' wires, and what was struck when. */

/** One message as a simulated venue's wire log tells it. */
export interface WireLine {
  /** Counts from 1 since the simulator's start. */
  readonly n: number
  readonly at_ms: number
  readonly venue: 'kalshi' | 'ibkr'
  readonly dir: 'in' | 'out'
  readonly conn: number
  readonly text: string
  /** Which life of the simulated venues this is, from 1: a killed simulator counts its lines from the start. */
  readonly life: number
}

/** Where a lane's evidence lies. All times are epoch milliseconds of this machine. */
export interface Where {
  readonly dataDir: string
  readonly databaseUrl: string
  /** host:port of Temporal. */
  readonly temporal: string
  /** Of the simulated venues: GET /state. */
  readonly controlUrl: string
  readonly accounts: { readonly kalshi: string; readonly ibkr: string }
  /** How long after its not-after the lane's configuration takes Kalshi to accept an order (E12). */
  readonly acceptanceWindowMs: number
  /** When the lane's stack was up; nothing was traded before. */
  readonly laneStartedMs: number
  /** When this episode began. */
  readonly startedMs: number
  /** Every line with an order id of ours that both venues logged since the lane's start, in the order of their arrival: those of the last half second before a kill of the venues may be missing. */
  readonly wire: readonly WireLine[]
  /** Lines that the venues forgot before anybody read them. */
  readonly wireLost: number
}

/** One thing that was done to the system, as it happened. */
export interface Struck {
  /** When it was done; for a stop, when it began. */
  readonly atMs: number
  /** When it ended: a stop was continued, a process was ready again, a command was acknowledged. Null: it has no end of its own. */
  readonly untilMs: number | null
  /** `others`: somebody else trades in a market, which is no fault. */
  readonly kind: 'kalshi' | 'ibkr' | 'others' | 'kill' | 'stop' | 'halt' | 'resume' | 'terminate'
  /** The fault's name; of kill and stop the process; of halt and resume the scope; of terminate the workflow id. */
  readonly name: string
  /** The occasion as planned: `first-sent of trade 2`, `at 1370 ms`. */
  readonly at: string
  readonly fields?: Readonly<Record<string, unknown>>
}

/** How often the gateway is asked for the time, and looked at (trap 22). */
export const HEARTBEAT_MS = 1_000
/** Dead after two answers that are missing: with the beat in which it fell silent that is less than 4 s. */
const MISSED_MAX = 2
/** A beginning session says its next word within three beats, or it is given up: less than 4 s after the last one. */
const SILENT_BEATS_MAX = 3
/** No byte at all: the other end may be out of reach, and TCP takes minutes to say so. */
const UNREACHED_BEATS_MAX = 5
/** As long as a silent gateway may go unnoticed: after a sleep of ours of this length nothing that we believe of it is proven. */
const ASLEEP_NS = 4_000_000_000n

/** How far a connection has come: TCP is being opened, our hello is out, START_API is out, it has given a session. */
export type Stage = 'connecting' | 'hello' | 'start' | 'started'
/** 'slept': this process stood still, so the session is unproven until the gateway answers something that is asked from now on. */
export type Beat = 'alive' | 'silent' | 'slept'

/**
 * Whether the peer of one connection still lives. Pure: {@link beat} is to be called every {@link HEARTBEAT_MS} after what has arrived was read,
 * {@link asked} and {@link answered} with each request for the time and its answer. A silent peer is found less than 4 s after its last sign of
 * life in every stage, and less than 5 s after the beginning when it never gave any.
 */
export class Heartbeat {
  #lastBeatNs: bigint
  readonly #patience: number
  #stage: Stage = 'connecting'
  #bytes = 0
  #beats = 0
  #silent = 0
  #missed = 0
  /** A request for the time is at least one beat old: its answer may be missed. */
  #due = false
  #asked = 0
  #answered = 0
  #answeredBefore = 0
  #provenFrom = 1

  /** @param patience beats without a word that a beginning session is given; a gateway that did not answer before gets more. */
  constructor(nowNs: bigint, patience: number = SILENT_BEATS_MAX) {
    this.#lastBeatNs = nowNs
    this.#patience = patience
  }

  /** @param bytes received on this connection so far. */
  beat(nowNs: bigint, stage: Stage, bytes: number): Beat {
    const slept = !this.awake(nowNs)
    this.#lastBeatNs = nowNs
    this.#beats += 1
    const silent = stage === 'started' ? this.#misses() : this.#saysNothing(stage, bytes)
    if (silent) return 'silent'
    if (slept) this.#provenFrom = this.#asked + 1
    return slept ? 'slept' : 'alive'
  }

  /** Whether this process has looked at the peer lately: false in the moment of waking from a stop, before anything else is done. */
  awake(nowNs: bigint): boolean {
    return nowNs - this.#lastBeatNs <= ASLEEP_NS
  }

  asked(): void {
    this.#asked += 1
  }

  /** @returns whether it proves the session: an answer to what was asked before a sleep does not. Answers come in the order of the requests. */
  answered(): boolean {
    this.#answered += 1
    return this.#answered >= this.#provenFrom
  }

  #misses(): boolean {
    const heard = this.#answered > this.#answeredBefore
    this.#answeredBefore = this.#answered
    this.#missed = heard ? 0 : this.#due ? this.#missed + 1 : 0
    this.#due = true
    return this.#missed >= MISSED_MAX
  }

  #saysNothing(stage: Stage, bytes: number): boolean {
    const heard = stage !== this.#stage || bytes > this.#bytes
    this.#silent = heard ? 0 : this.#silent + 1
    this.#stage = stage
    this.#bytes = bytes
    if (stage === 'connecting') return this.#beats >= UNREACHED_BEATS_MAX
    return this.#silent >= this.#patience || (bytes === 0 && this.#beats >= UNREACHED_BEATS_MAX)
  }
}

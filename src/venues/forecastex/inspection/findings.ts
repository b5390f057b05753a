import { describe, type Trouble } from '../gateway/trouble'

/** What one check came to. 'failed' must be put right before anything is traded, 'warning' should be, 'notice' is to be known. */
export interface Check {
  readonly check: string
  readonly verdict: 'ok' | 'notice' | 'warning' | 'failed'
  readonly detail: string
  /** What to do; empty when nothing. */
  readonly remedy: string
}
/** An answer to a question of the register of facts (core/facts). */
export interface Observation {
  readonly fact: string
  readonly value: string
}

/** What an inspection has found so far, in the order of its checks. */
export class Findings {
  readonly checks: Check[] = []
  readonly observed: Observation[] = []

  ok(check: string, detail: string): void {
    this.#add('ok', check, detail, '')
  }
  notice(check: string, detail: string, remedy = ''): void {
    this.#add('notice', check, detail, remedy)
  }
  warning(check: string, detail: string, remedy: string): void {
    this.#add('warning', check, detail, remedy)
  }
  failed(check: string, detail: string, remedy: string): void {
    this.#add('failed', check, detail, remedy)
  }
  trouble(check: string, trouble: Trouble, verdict: 'warning' | 'failed' = 'failed'): void {
    const { found, remedy } = describe(trouble)
    this.#add(verdict, check, found, remedy)
  }
  observe(fact: string, value: string): void {
    this.observed.push({ fact: `forecastex.${fact}`, value })
  }

  #add(verdict: Check['verdict'], check: string, detail: string, remedy: string): void {
    this.checks.push({ check, verdict, detail, remedy })
  }
}

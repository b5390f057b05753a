import type { Scope } from '../core/risk/scope'
import type { HaltView } from '../ports/guard'

export interface LocalHalts {
  read(): { readonly scopes: readonly string[] }
}

/** E26 as this process sees it: what the ledger last told, and the local file that works with everything else down. */
export class HaltMirror implements HaltView {
  readonly #file: LocalHalts
  #told: readonly Scope[] = []
  epoch = 0

  constructor(file: LocalHalts) {
    this.#file = file
  }

  /** The ledger's answer. @returns whether it changed anything. */
  tell(epoch: number, scopes: readonly Scope[]): boolean {
    const changed = epoch !== this.epoch || scopes.join() !== this.#told.join()
    this.epoch = epoch
    this.#told = scopes
    return changed
  }

  active(): readonly Scope[] {
    const local = this.#file.read().scopes as readonly Scope[]
    return local.length === 0 ? this.#told : [...new Set([...this.#told, ...local])]
  }
}

import { FAILURES } from '../../core/failures'
import type { Clock } from '../../ports/clock'
import type { Log } from '../../ports/log'
import type { Role } from './role'

/** What a predecessor left changes with every step of its trades: they take tens of milliseconds. The ledger is asked for what is open only. */
const LOOK_EVERY_MS = 100
/** The absence of an order at Kalshi is proven 38 s after it was sent (E12): what is open after this needs a person. Paged again at twice this age, and so on. */
export const RESOLVE_PAGED_MS = 60_000
/** More lines than a person reads at once. */
const REASONS_SHOWN = 5

export interface ResolveOptions {
  readonly role: Role
  /** One line for each thing that must be known before anything opens; none: all is. */
  readonly left: () => Promise<readonly string[]>
  readonly clock: Clock
  readonly log: Log
}

/** E19: nothing opens until everything of the predecessor is resolved; second legs and cures go on meanwhile. @throws when aborted */
export async function resolveAll({ role, left, clock, log }: ResolveOptions, signal: AbortSignal): Promise<void> {
  const sinceNs = clock.monoNs()
  for (let pagedAtMs = RESOLVE_PAGED_MS; ;) {
    const open = await left().catch((error: Error) => [`the ledger does not answer: ${error.message}`])
    const tookMs = Number((clock.monoNs() - sinceNs) / NS_PER_MS)
    if (open.length === 0) {
      role.become('trading')
      log.info({ tookMs }, 'everything of the predecessor is resolved: openings begin')
      return
    }
    role.become('resolving', reasonOf(open))
    if (tookMs >= pagedAtMs) {
      log.error({ tookMs, open }, FAILURES.takeoverUnresolved)
      pagedAtMs *= 2
    }
    await clock.sleep(LOOK_EVERY_MS, signal)
  }
}

const NS_PER_MS = 1_000_000n

function reasonOf(open: readonly string[]): string {
  const more = open.length - REASONS_SHOWN
  return `${open.slice(0, REASONS_SHOWN).join('; ')}${more > 0 ? `; and ${more} more` : ''}`
}

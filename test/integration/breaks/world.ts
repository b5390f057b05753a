import type { Venue } from '../../../src/core/ids'
import { marketId, type Outcome } from '../../../src/core/ids'
import { Suspicions, type Noted } from '../../../src/core/ledger/breaks'
import { millis, money, quantity } from '../../../src/core/units'
import type { Look, Position, Statement, VenueAccount } from '../../../src/ports/account'
import { lookAt, noteLook } from '../../../src/stores/postgres/breaks/look'
import { NEVER, NOW, type TestLedger } from '../ledger/support/ledger'
import { boxPlan, fillOf } from '../ledger/support/trades'

export const BY = { name: 'ada', role: 'operator' } as const
const SYSTEM = { name: 'reconciliation', role: 'system' } as const
export const GRACE_MS = 30_000
const [{ order: first }, { order: second }] = boxPlan().legs

export const held = (market: string, outcome: Outcome, contracts: string): Position => ({
  market: marketId(market),
  outcome,
  quantity: quantity(contracts),
})
/** What the venues say after the locked box of the worked example. */
export const STATEMENTS: Readonly<Record<Venue, Statement>> = {
  kalshi: {
    ...{ asOfMs: NOW, cash: money('956.2948'), purses: [{ purse: 'kalshi', cash: money('956.2948') }], openOrders: [], payouts: [] },
    ...{ fills: [fillOf(first, { fee: '1.7052' })], positions: [held('KXU3-T4', 'yes', '100')] },
  },
  forecastex: {
    ...{ asOfMs: NOW, cash: money('945'), purses: [{ purse: 'forecastex', cash: money('945') }], openOrders: [], payouts: [] },
    ...{ fills: [fillOf(second, { at: '0.54', fee: '1' })], positions: [held('751', 'no', '100')], ownExecutionsOnly: true },
  },
}
export const cashOf = (venue: Venue, dollars: string): Pick<Statement, 'cash' | 'purses'> => ({
  cash: money(dollars),
  purses: [{ purse: venue, cash: money(dollars) }],
})

/** Looks at a venue that says what a test wants, again and again. */
export class Watch {
  readonly #world: TestLedger
  readonly #venue: Venue
  readonly #suspicions = new Suspicions(GRACE_MS)
  #n = 0

  constructor(world: TestLedger, venue: Venue) {
    this.#world = world
    this.#venue = venue
  }

  /** One look, half a minute after the last one. */
  async look(change: Partial<Statement> = {}): Promise<Noted & { readonly look: Look }> {
    const nowMs = millis(NOW + 60_000 + this.#n++ * GRACE_MS)
    const statement = { ...STATEMENTS[this.#venue], asOfMs: nowMs, ...change }
    const account: VenueAccount = { venue: this.#venue, account: `account-${this.#venue}`, statement: () => Promise.resolve(statement) }
    const look = await lookAt(this.#world.database, account, millis(NOW - 10_000), () => nowMs, NEVER)
    const lasting = this.#suspicions.look(this.#venue, look.differences, look.motion, look.atMs)
    return { look, ...(await noteLook(this.#world.database, look, lasting, SYSTEM, NEVER)) }
  }
}

import fc from 'fast-check'
import { price, quantity } from '../../../../src/core/units'
import { createKalshiOrderEntry } from '../../../../src/venues/kalshi/order-entry'
import type { WriteAnswer } from '../../../../src/venues/kalshi/rest/call'
import { filledRow, free, listed, never, NOT_AFTER_MS, order, PaperVenue, told, toldFill, WINDOW_MS, type Execution } from './paper-venue'

const RUNS = Number.parseInt(process.env['CROSSBOOK_SEEDS'] ?? '', 10) || 1_500
const QUANTITY = 1_000
/** The venue takes a signature for up to 30 s. */
const LATEST_ACCEPT_MS = 30_000
const of = order({ quantity: quantity(QUANTITY), limit: price('0.40') })

/** What is true at the venue. `acceptedMs` null: the order never arrived. Times are relative to `notAfter`. */
interface Truth {
  readonly acceptedMs: number | null
  readonly fills: readonly Execution[]
  readonly hasResting: boolean
}
type Step =
  | { readonly kind: 'hear'; readonly pick: number; readonly named: boolean }
  | {
      readonly kind: 'look'
      readonly ask: 'find' | 'finalise'
      readonly waitMs: number
      readonly lagMs: number
      readonly fillLagMs: number
    }

const truths: fc.Arbitrary<Truth> = fc.record({
  acceptedMs: fc.oneof(fc.constant(null), fc.integer({ min: -1_000, max: LATEST_ACCEPT_MS })),
  fills: fc
    .array(fc.record({ units: fc.integer({ min: 1, max: 300 }), fee: fc.integer({ min: 0, max: 9_999 }) }), { maxLength: 5 })
    .map((parts) => parts.map((part, n) => ({ ...part, id: `x${n}` }))),
  hasResting: fc.boolean(),
})
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('hear' as const), pick: fc.nat(99), named: fc.boolean() }),
    fc.record({
      kind: fc.constant('look' as const),
      ask: fc.constantFrom('find' as const, 'finalise' as const),
      waitMs: fc.constantFrom(0, 40, 500, 5_000, 20_000),
      lagMs: fc.constantFrom(0, 300, 1_500, 60_000),
      fillLagMs: fc.constantFrom(0, 300, 1_500, 60_000),
    }),
  ),
  { minLength: 1, maxLength: 24 },
)
const posts = fc.constantFrom('answered', 'timeout', 'reset', 'error 500', 'unreadable')

/** One world: the lists show the truth of an earlier moment, orders and fills each of their own; the channel tells any part of it in any order. */
class World {
  readonly venue = new PaperVenue()
  readonly filled: number
  shownMs = -Infinity
  fillsShownMs = -Infinity

  constructor(readonly truth: Truth) {
    this.filled = truth.fills.reduce((sum, { units }) => sum + units, 0)
    this.venue.clock.ms = NOT_AFTER_MS - 2_000
    this.venue.asOfMs = () => Math.min(this.shownMs, this.fillsShownMs) // it vouches for both lists
    this.venue.orders = () => this.#orders()
    this.venue.fills = () => (this.#isShown(this.fillsShownMs) ? truth.fills.map((fill) => filledRow(of, fill)) : [])
  }

  answer(post: string): WriteAnswer {
    const failed = (status: number): WriteAnswer => ({
      kind: 'failed',
      failure: { kind: 'unknown', status, code: `http_${status}`, detail: '' },
    })
    if (post === 'answered' && this.truth.acceptedMs !== null) {
      const fill_count = (this.filled / 100).toFixed(2)
      return {
        kind: 'accepted',
        status: 201,
        body: { order_id: 'o1', client_order_id: of.clientOrderId, fill_count, remaining_count: '0.00' },
      }
    }
    if (post === 'unreadable') return { kind: 'accepted', status: 201, body: {} }
    if (post === 'error 500') return failed(500)
    return { kind: 'lost', cause: post === 'timeout' ? 'timeout' : 'disconnected', detail: '' }
  }

  hear(pick: number, named: boolean): void {
    const { acceptedMs, fills } = this.truth
    if (acceptedMs === null || this.venue.clock.ms < NOT_AFTER_MS + acceptedMs) return // nothing to tell yet
    const end = told(of, { status: this.filled === QUANTITY ? 'executed' : 'canceled', filled: quantity(this.filled), atMs: of.notAfterMs })
    const messages = [end, told(of, { status: 'resting', filled: quantity(0) }), ...fills]
    const message = messages[pick % messages.length] ?? end
    if ('status' in message) this.venue.watch.onOrder(message)
    else this.venue.watch.onFill(toldFill(of, message, named))
  }

  look(step: Extract<Step, { readonly kind: 'look' }>): void {
    const { clock } = this.venue
    clock.ms += step.waitMs
    this.shownMs = Math.max(this.shownMs, clock.ms - step.lagMs) // a read model only moves forward
    this.fillsShownMs = Math.max(this.fillsShownMs, clock.ms - step.fillLagMs)
  }

  #isShown(atMs: number): boolean {
    return this.truth.acceptedMs !== null && atMs >= NOT_AFTER_MS + this.truth.acceptedMs
  }

  #orders(): readonly object[] {
    const { acceptedMs, hasResting } = this.truth
    if (!this.#isShown(this.shownMs)) return []
    const isOld = hasResting && this.shownMs < NOT_AFTER_MS + (acceptedMs ?? 0) + 500
    const status = isOld ? 'resting' : this.filled === QUANTITY ? 'executed' : 'canceled'
    return [listed(of, { status, filled: isOld ? 0 : this.filled })]
  }
}

async function play(truth: Truth, post: string, plan: readonly Step[]): Promise<void> {
  const world = new World(truth)
  const { rest, clock, log, watch, asOfMs } = world.venue
  const entry = createKalshiOrderEntry({ rest, account: 'acc', clock, log, watch, shardOf: () => 0, acceptanceWindowMs: WINDOW_MS })
  world.venue.answer = () => world.answer(post)
  const outcome = await entry.place(of, free, never)
  if (outcome.kind === 'done') expect(outcome.filled).toBe(world.filled)
  for (const step of plan) {
    if (step.kind === 'hear') {
      world.hear(step.pick, step.named)
      continue
    }
    world.look(step)
    if (step.ask === 'finalise') {
      const final = await entry.finalise(of, never)
      if (final === null) continue
      expect(final.quantity).toBe(world.filled)
      expect(final.fills.map(({ executionId, quantity: units, fee }) => ({ id: executionId, units, fee }))).toEqual(truth.fills)
      continue
    }
    const found = await entry.find(of, never)
    if (found.kind === 'done') expect(found.filled).toBe(world.filled)
    if (found.kind === 'rejected') {
      expect(truth.acceptedMs).toBeNull()
      expect(asOfMs()).toBeGreaterThan(NOT_AFTER_MS + WINDOW_MS)
    }
    if (found.kind === 'unknown') expect(found.cause).not.toBe('echo-differs')
  }
}

describe('any interleaving of the answer, the private channels and the lists', () => {
  it('E12 E14 never gives a wrong quantity or fee, nor calls an order absent without the proof', async () => {
    await fc.assert(
      fc.asyncProperty(
        truths.filter(({ fills }) => fills.reduce((sum, { units }) => sum + units, 0) <= QUANTITY),
        posts,
        steps,
        play,
      ),
      { numRuns: RUNS },
    )
  }, 600_000)

  it('E12 E14 ends: with fresh lists every world is known and, if there was an order, final', async () => {
    await fc.assert(
      fc.asyncProperty(
        truths.filter(({ fills }) => fills.reduce((sum, { units }) => sum + units, 0) <= QUANTITY),
        steps,
        async (truth, plan) => {
          const world = new World(truth)
          const lookup = world.venue.lookup()
          for (const step of plan) if (step.kind === 'hear') world.hear(step.pick, step.named)
          world.look({ kind: 'look', ask: 'find', waitMs: 80_000, lagMs: 0, fillLagMs: 0 })
          const expected =
            truth.acceptedMs === null ? { kind: 'rejected', reason: 'never-accepted' } : { kind: 'done', filled: world.filled }
          expect(await lookup.find(of, never)).toMatchObject(expected)
          if (truth.acceptedMs !== null) expect((await lookup.finalise(of, never))?.quantity).toBe(world.filled)
        },
      ),
      { numRuns: Math.ceil(RUNS / 5) },
    )
  }, 600_000)
})

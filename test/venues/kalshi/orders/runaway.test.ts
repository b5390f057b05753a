import { millis, quantity } from '../../../../src/core/units'
import { ROUTED_BY_VENUE } from '../../../../src/ports/catalog'
import { createKalshiOrderEntry } from '../../../../src/venues/kalshi/order-entry'
import { NotServed, RunawayLimiter, type OrderGroup, type OrderGroups } from '../../../../src/venues/kalshi/runaway'
import { free, never, order, PaperVenue } from './paper-venue'

/** The venue's groups: what was asked of them, and what they answer. */
class PaperGroups implements OrderGroups {
  readonly asked: string[] = []
  known: OrderGroup[] = []
  failure: Error | null = null
  list = (): Promise<readonly OrderGroup[]> => this.#answer('list', [...this.known])
  create = (contractsLimit: OrderGroup['contractsLimit'], shard: number): Promise<string> => {
    const groupId = `g${this.known.length + 1}`
    return this.#answer(`create ${shard}`, groupId).then(() => {
      this.known.push({ groupId, shard, contractsLimit })
      return groupId
    })
  }
  reset = ({ groupId }: { readonly groupId: string }): Promise<void> => this.#answer(`reset ${groupId}`, undefined)

  #answer<T>(what: string, value: T): Promise<T> {
    this.asked.push(what)
    return this.failure ? Promise.reject(this.failure) : Promise.resolve(value)
  }
}

function setUp(required = false, shards: readonly number[] = [0]) {
  const venue = new PaperVenue()
  const groups = new PaperGroups()
  const state = { halted: false, reasons: [] as string[] }
  const limiter = (): RunawayLimiter =>
    new RunawayLimiter({
      groups,
      contracts: quantity('25'),
      required,
      shards: () => shards,
      halted: () => state.halted,
      onTriggered: (reason) => {
        state.halted = true // as the local halt file does
        state.reasons.push(reason)
      },
      clock: venue.clock,
      log: venue.log,
    })
  const runaway = limiter()
  const { rest, clock, log, watch } = venue
  const entry = createKalshiOrderEntry({ rest, account: 'acc', clock, log, watch, runaway, shardOf: (market) => (market === 'S3' ? 3 : 0) })
  venue.answer = () => ({ kind: 'accepted', status: 201, body: { order_id: 'o1', fill_count: '10.00', remaining_count: '0.00' } })
  return { venue, groups, state, runaway, limiter, entry }
}
const opening = order()
const reducing = order({ purpose: 'reducing' })

describe('E27 the runaway limiter', () => {
  it('makes one group per shard, and openings carry it; hedges and cures never do', async () => {
    const { venue, groups, runaway, entry } = setUp(false, [0, 3])
    await runaway.look(never)
    expect(groups.asked).toEqual(['list', 'create 0', 'list', 'create 3'])
    await entry.place(opening, free, never)
    await entry.place(order({ market: 'S3' as typeof opening.market }), free, never)
    await entry.place(reducing, free, never)
    expect(venue.bodies.map((body) => ('order_group_id' in body ? body.order_group_id : null))).toEqual(['g1', 'g2', null])
  })

  it('takes its group again after a restart, with the counter at zero; another limit or shard is another group', async () => {
    const { groups, limiter } = setUp()
    groups.known = [
      { groupId: 'other-limit', shard: 0, contractsLimit: quantity('30') },
      { groupId: 'other-shard', shard: 1, contractsLimit: quantity('25') },
      { groupId: 'untold', shard: 0, contractsLimit: null },
      { groupId: 'mine', shard: 0, contractsLimit: quantity('25') },
    ]
    const again = limiter()
    await again.look(never)
    await again.look(never)
    expect(groups.asked).toEqual(['list', 'reset mine'])
    expect(again.allows(0)).toEqual({ kind: 'allowed', groupId: 'mine' })
  })

  it('gives a shard that is traded for the first time its group', async () => {
    const { groups, runaway } = setUp()
    expect(runaway.allows(2)).toEqual({ kind: 'allowed', groupId: null })
    await runaway.look(never)
    expect(groups.known.map(({ shard }) => shard)).toEqual([0, 2])
  })
})

describe('E27 a triggered group', () => {
  it.each([
    [
      'by the venue’s refusal',
      async ({ venue, entry }: ReturnType<typeof setUp>) => {
        const failure = { kind: 'rejected', status: 400, code: 'invalid_order', detail: 'order group triggered' } as const
        venue.answer = () => ({ kind: 'failed', failure })
        expect(await entry.place(opening, free, never)).toMatchObject({ kind: 'rejected', reason: 'other' })
      },
    ],
    [
      'by the venue’s channel',
      ({ runaway }: ReturnType<typeof setUp>) => {
        runaway.heard('somebody else’s', 'triggered')
        expect(runaway.allows(0).kind).toBe('allowed')
        runaway.heard('g1', 'triggered')
        return Promise.resolve()
      },
    ],
    [
      'by what we filled',
      async ({ entry }: ReturnType<typeof setUp>) => {
        for (let n = 0; n < 3; n++) expect(await entry.place(opening, free, never)).toMatchObject({ kind: 'done' })
      },
    ],
  ])('%s is an alarm and a halt of the venue; nothing opens until the operator resumes, then it is reset', async (_how, trigger) => {
    const set = setUp()
    const { venue, groups, state, runaway, entry } = set
    await runaway.look(never)
    await trigger(set)
    expect(state.reasons).toEqual([expect.stringContaining('the runaway limit is 25.00; find out why, then crossbook resume --scope all')])
    expect(venue.log.lines.at(-1)).toMatchObject({ level: 'error', message: expect.stringContaining('venue halted') as string })
    const sent = venue.bodies.length
    expect(await entry.place(opening, free, never)).toMatchObject({ kind: 'rejected', reason: 'halted' })
    expect(venue.bodies).toHaveLength(sent)
    await runaway.look(never)
    await runaway.look(never)
    expect(groups.asked).toEqual(['list', 'create 0'])
    state.halted = false
    await runaway.look(never)
    expect(groups.asked.slice(2)).toEqual(['list', 'reset g1'])
    expect(runaway.allows(0)).toEqual({ kind: 'allowed', groupId: 'g1' })
  })

  it('E4 lets reducing orders go', async () => {
    const { runaway, entry } = setUp()
    await runaway.look(never)
    runaway.heard('g1', 'triggered')
    expect(await entry.place(reducing, free, never)).toMatchObject({ kind: 'done' })
  })

  it('E11 between the decision and the write stops the opening, and no byte leaves', async () => {
    const { venue, runaway, entry } = setUp()
    await runaway.look(never)
    const { write } = venue.rest
    Object.assign(venue.rest, {
      write: (...of: Parameters<typeof write>) => {
        runaway.heard('g1', 'triggered') // while the order waits for its connection
        return write(...of)
      },
    })
    expect(await entry.place(opening, free, never)).toMatchObject({ kind: 'rejected', reason: 'halted' })
    expect(venue.bodies).toEqual([])
  })

  it('that a restart finds under a halt stays closed until the resume', async () => {
    const { groups, state, limiter } = setUp()
    groups.known = [{ groupId: 'mine', shard: 0, contractsLimit: quantity('25') }]
    state.halted = true
    const again = limiter()
    await again.look(never)
    expect(again.allows(0)).toMatchObject({ kind: 'refused', reason: 'halted' })
    state.halted = false
    await again.look(never)
    expect(again.allows(0)).toEqual({ kind: 'allowed', groupId: 'mine' })
  })

  it('stays closed until its halt is in force: only the end of a halt is the operator’s word', async () => {
    const { groups, state, runaway } = setUp()
    await runaway.look(never)
    runaway.trigger(0, 'test')
    state.halted = false // not told yet
    await runaway.look(never)
    expect([runaway.allows(0).kind, groups.asked.length]).toEqual(['refused', 2])
  })

  it('E12 an order’s own answer counts although the halt cannot be written', async () => {
    const { venue, state, runaway, entry } = setUp()
    await runaway.look(never)
    Object.defineProperty(state, 'halted', {
      get: () => false,
      set: () => {
        throw new Error('ENOSPC')
      },
    })
    for (let n = 0; n < 3; n++) expect(await entry.place(opening, free, never)).toEqual({ kind: 'done', filled: 1_000 })
    expect(runaway.allows(0).kind).toBe('refused')
    expect(venue.log.lines.at(-1)).toMatchObject({
      level: 'error',
      message: expect.stringContaining('crossbook halt --scope all') as string,
    })
  })

  it('stays closed while the reset fails', async () => {
    const { groups, state, runaway } = setUp()
    await runaway.look(never)
    runaway.trigger(0, 'test')
    await runaway.look(never)
    state.halted = false
    groups.failure = new Error('503')
    await runaway.look(never)
    expect(runaway.allows(0).kind).toBe('refused')
    groups.failure = null
    await runaway.look(never)
    expect(runaway.allows(0).kind).toBe('allowed')
  })
})

describe('E27 a shard that is not known yet', () => {
  it('gets no group: it would live on some shard, and be made anew at each start', async () => {
    const { groups, runaway } = setUp(true, [ROUTED_BY_VENUE, 2])
    await runaway.look(never)
    expect(groups.asked).toEqual(['list', 'create 2'])
  })
})

describe('E27 our own count', () => {
  it('rolls over 15 s and stops above the limit, not at it', () => {
    const { venue, state, runaway } = setUp()
    const start = venue.clock.ms
    for (const [atMs, contracts] of [
      [0, '20'],
      [10_000, '5'],
      [15_000, '20'],
    ] as const) {
      venue.clock.ms = millis(start + atMs)
      runaway.filled(0, quantity(contracts))
    }
    expect(state.reasons).toEqual([])
    runaway.filled(1, quantity('25'))
    expect(state.reasons).toEqual([])
    runaway.filled(0, quantity('0.01'))
    expect(state.reasons).toEqual([expect.stringContaining('openings of shard 0 filled 25.01 contracts within 15 s')])
  })
})

describe('E27 a venue that serves no groups', () => {
  it.each([
    [false, { kind: 'allowed', groupId: null }],
    [true, { kind: 'refused', reason: 'guard', detail: expect.stringContaining('which live trading needs') as string }],
  ])('required: %s', async (required, allowance) => {
    const { venue, groups, runaway } = setUp(required)
    groups.failure = new NotServed('404')
    await runaway.look(never)
    await runaway.look(never)
    expect(runaway.allows(0)).toMatchObject(allowance)
    expect(venue.log.lines.filter(({ level }) => level === 'warn')).toHaveLength(1)
    expect(groups.asked).toEqual(['list']) // and again in a minute
    venue.clock.ms += 60_000
    groups.failure = null
    await runaway.look(never)
    expect(runaway.allows(0)).toEqual({ kind: 'allowed', groupId: 'g1' })
  })

  it.each([
    [false, 'allowed'],
    [true, 'refused'],
  ])('after our own count has stopped it (required: %s), the operator’s resume leaves openings %s', async (required, kind) => {
    const { groups, state, runaway } = setUp(required)
    groups.failure = new NotServed('404')
    await runaway.look(never)
    runaway.filled(0, quantity('26'))
    await runaway.look(never)
    state.halted = false
    await runaway.look(never)
    expect(runaway.allows(0).kind).toBe(kind)
    runaway.filled(0, quantity('1'))
    expect(state.reasons).toHaveLength(1)
  })

  it('a group that somebody deletes is made again', async () => {
    const { groups, runaway } = setUp()
    await runaway.look(never)
    groups.known = []
    runaway.heard('g1', 'deleted')
    await runaway.look(never)
    expect(groups.asked).toEqual(['list', 'create 0', 'list', 'create 0'])
  })
})

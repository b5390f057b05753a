import { Client } from 'pg'
import { ARMING_MS } from '../../../src/core/risk/arming'
import { millis, type Millis } from '../../../src/core/units'
import { verifyAudit } from '../../../src/operator/audit'
import { APP, asRole } from '../../../src/stack/servers/roles'
import { arm, disarm, readArming, renew, type ArmingWish } from '../../../src/stores/postgres/arming/arming'
import { openDatabase } from '../../../src/stores/postgres/pool'
import { apart, edgePlan } from '../ledger/risk/support'
import { freshLedger, NEVER, NOW } from '../ledger/support/ledger'

const ledger = freshLedger()
const ME = { name: 'me', role: 'operator' } as const
const OTHER = { name: 'other', role: 'approver' } as const
const later = (ms: number): Millis => millis(NOW + ms)
const wish = (change: Partial<ArmingWish> = {}): ArmingWish => ({
  ...{ mode: 'sim', profile: 'STANDARD', maxTrades: null, by: ME, atMs: NOW, untilMs: later(ARMING_MS) },
  ...change,
})
const armed = (change: Partial<ArmingWish> = {}): ReturnType<typeof arm> => arm(ledger().database, wish(change), NEVER)
const read = (): ReturnType<typeof readArming> => readArming(ledger().database, NEVER)
const audit = (): Promise<unknown[]> =>
  ledger().column(
    `select by_name || ' ' || action || ' ' || (detail ->> 'epoch') from audit where action in ('arm', 'disarm') order by seq`,
  )

describe('arming', () => {
  it('is kept for everybody, and audited', async () => {
    expect(await read()).toBeNull()
    const arming = { mode: 'sim', profile: 'STANDARD', maxTrades: 5, by: ME, armedMs: NOW, untilMs: later(ARMING_MS), disarmedMs: null }
    expect(await armed({ maxTrades: 5 })).toEqual({ kind: 'armed', arming: { ...arming, epoch: 1, trades: 0 } })
    expect(await read()).toEqual({ ...arming, epoch: 1, trades: 0 })
    expect(await audit()).toEqual(['me arm 1'])
    expect(await verifyAudit(ledger().database, null)).toMatchObject({ violations: [] })
  })

  it('is renewed without a word in the audit, and never shortened', async () => {
    await armed()
    expect(await renew(ledger().database, 1, later(4_000), later(19_000), NEVER)).toMatchObject({ epoch: 1, untilMs: later(19_000) })
    expect(await renew(ledger().database, 1, later(4_100), later(9_000), NEVER)).toMatchObject({ untilMs: later(19_000) })
    expect(await audit()).toEqual(['me arm 1'])
  })

  it('that has run out does not come back: it is armed anew, by anybody', async () => {
    await armed()
    expect(await renew(ledger().database, 1, later(ARMING_MS), later(60_000), NEVER)).toBeNull()
    expect(await armed({ by: OTHER, atMs: later(ARMING_MS), untilMs: later(60_000) })).toMatchObject({
      kind: 'armed',
      arming: { epoch: 2, by: OTHER },
    })
    expect(await ledger().column(`select detail -> 'expired' from audit where action = 'arm' order by seq`)).toEqual([
      null,
      { epoch: 1, by: 'me' },
    ])
  })

  it('is one at a time: the second one is told whose it is, and changes nothing', async () => {
    await armed()
    expect(await armed({ by: OTHER, profile: 'SCALP', atMs: later(1), untilMs: later(60_000) })).toMatchObject({
      kind: 'held',
      arming: { by: ME, epoch: 1 },
    })
    expect(await read()).toMatchObject({ by: ME, profile: 'STANDARD', untilMs: later(ARMING_MS) })
    expect(await audit()).toEqual(['me arm 1'])
  })

  it('of ten at once one wins', async () => {
    const kinds = (await Promise.all(Array.from({ length: 10 }, (_, i) => armed({ by: { name: `p${i}`, role: 'operator' } })))).map(
      ({ kind }) => kind,
    )
    expect(kinds.filter((kind) => kind === 'armed')).toHaveLength(1)
    expect(await audit()).toHaveLength(1)
  })

  it('is disarmed by its own command, or by anybody who asks for whatever is armed; never a later one', async () => {
    await armed()
    expect(await disarm(ledger().database, 1, ME, later(1_000), NEVER)).toMatchObject({ epoch: 1 })
    expect(await read()).toMatchObject({ disarmedMs: later(1_000), epoch: 2 })
    expect(await disarm(ledger().database, null, ME, later(2_000), NEVER)).toBeNull()
    expect(await renew(ledger().database, 1, later(2_000), later(9_000), NEVER)).toBeNull()
    await armed({ by: OTHER, atMs: later(3_000), untilMs: later(9_000) })
    expect(await disarm(ledger().database, 1, ME, later(4_000), NEVER)).toBeNull()
    expect(await read()).toMatchObject({ disarmedMs: null, epoch: 3 })
    expect(await disarm(ledger().database, null, ME, later(5_000), NEVER)).toMatchObject({ by: OTHER })
    expect(await audit()).toEqual(['me arm 1', 'me disarm 1', 'other arm 3', 'me disarm 3'])
    expect(await verifyAudit(ledger().database, null)).toMatchObject({ violations: [] })
  })

  it('counts the edges that were granted since, and nothing else', async () => {
    const world = ledger()
    const start = async (n: number): Promise<string> => {
      const plan = edgePlan({ ...apart(n), subject: `K${n}`, seenAtMs: world.nowMs })
      return (await world.ledger.reserve(plan, 'run', NEVER)).kind
    }
    expect(await start(1)).toBe('granted')
    world.clock.advance(60_000)
    await armed({ atMs: world.nowMs, untilMs: millis(world.nowMs + ARMING_MS) })
    expect(await start(2)).toBe('granted')
    world.limits = { ...world.limits, version: 'none', maxOpenTrades: 1 }
    expect(await start(3)).toBe('refused')
    expect(await read()).toMatchObject({ trades: 1 })
  })

  it.each([
    ['a mode that sends nothing', { mode: 'observe' as never }],
    ['no trades at all', { maxTrades: 0 }],
    ['a viewer', { by: { name: 'v', role: 'viewer' } as const }],
    ['no profile', { profile: ' ' }],
    ['a time that is over', { untilMs: NOW }],
  ])('is not for %s', async (_what, change) => {
    await expect(armed(change)).rejects.toThrow('violates check constraint')
    expect(await read()).toBeNull()
    expect(await audit()).toEqual([])
  })
})

describe('who may', () => {
  it('the app arms, renews and disarms', async () => {
    const database = openDatabase(asRole(ledger().url, APP), ledger().log)
    try {
      await arm(database, wish(), NEVER)
      await renew(database, 1, NOW, later(20_000), NEVER)
      expect(await disarm(database, 1, ME, later(1), NEVER)).toMatchObject({ untilMs: later(20_000) })
    } finally {
      await database.end()
    }
  })

  it('the reader reads', async () => {
    const client = new Client({ connectionString: asRole(ledger().url, 'crossbook_reader') })
    await client.connect()
    try {
      expect((await client.query('select * from arming')).rows).toEqual([])
      for (const change of [`update arming set until_ms = 1`, `delete from arming`])
        await expect(client.query(change)).rejects.toThrow('permission denied')
    } finally {
      await client.end()
    }
  })
})

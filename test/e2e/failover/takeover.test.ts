import { Client } from 'pg'
import { asOwner } from '../../../src/stores/migrate'
import { expectBalanced } from '../stack'
import { Rig } from '../faults/rig'

/** Two processes, four accidents and a settlement, on a machine that does something else beside. */
jest.setTimeout(300_000)
/** The lease lives 3 s; then the client id is taken, and both accounts are compared. */
const TAKEOVER_MS = 60_000
/** A process starts, and both its feeds. */
const BACK_MS = 60_000

interface Health {
  readonly role: string
  readonly ready: boolean
  readonly leaseEpoch: number | null
  readonly gateway: { readonly clientId: number; readonly up: boolean }
}

describe('E19 a standby that is watched over by the stack', () => {
  const rig = new Rig(['frozen', 'after', 'cut', 'after-cut', 'temporal', 'last'], {}, undefined, undefined, ['--standby'])
  const database = async <T>(ask: (client: Client) => Promise<T>): Promise<T> => {
    const client = new Client({ connectionString: asOwner(rig.stack.endpoints().databaseUrl) }) // a trigger is no matter of the product's role
    await client.connect()
    return ask(client).finally(() => client.end())
  }
  /** The process that holds the lease, by its row. */
  const holder = (): Promise<number> =>
    database(async (client) => {
      const { rows } = await client.query<{ pid: number }>(
        "select split_part(holder, ':', 2)::int as pid from lease where name like 'trading-%' and expires_at > clock_timestamp()",
      )
      return rows[0]?.pid ?? 0
    })
  const epoch = async (): Promise<number> => (await rig.stack.streaming<Health>())?.leaseEpoch ?? 0
  const trading = (after: number): Promise<void> =>
    rig.stack.until('a successor that trades under the trading client id', TAKEOVER_MS, async () => {
      const now = await rig.stack.streaming<Health>()
      return now?.role === 'trading' && (now.leaseEpoch ?? 0) > after && now.gateway.clientId === 7 && now.gateway.up
    })
  const bothRun = (): Promise<void> =>
    rig.stack.until('both processes to run', BACK_MS, async () =>
      ['streaming', 'standby'].every((name) => process.kill(rig.stack.pidOf(name), 0)),
    )

  beforeAll(() => rig.up())
  afterAll(() => rig.down())

  it('a frozen holder that never wakes is ended once its lease is another’s; the successor trades at both venues (E11, I4)', async () => {
    const before = await epoch()
    const id = await rig.heldOpen('frozen')
    const pid = await holder()
    process.kill(pid, 'SIGSTOP')
    await trading(before)
    expect(() => process.kill(pid, 0)).toThrow('ESRCH')
    await rig.stack.says('has lost its lease to another process and did not end by itself', TAKEOVER_MS)
    expect((await rig.ended(id)).outcome).not.toBeNull()
    expect(await rig.result(await rig.taken('after'))).toEqual({ outcome: 'locked', filled: { a: 10, b: 10 } })
    await bothRun()
  })

  it('a holder that the database refuses to renew, and nobody else, loses the lease, and its trade is finished (I1, E12)', async () => {
    const before = await epoch()
    const id = await rig.heldOpen('cut')
    const pid = await holder()
    await database(async (client) => {
      await client.query("create function refuse_renewal() returns trigger language plpgsql as $$ begin raise exception 'cut off'; end $$")
      await client.query(
        `create trigger cut_off before insert on lease for each row when (split_part(new.holder, ':', 2) = '${pid}') execute function refuse_renewal()`,
      )
    })
    await trading(before)
    expect(await holder()).not.toBe(pid)
    await database((client) => client.query('drop function refuse_renewal cascade'))
    const { outcome, filled } = await rig.result(id)
    expect(['locked', 'unwound']).toContain(outcome) // unwound while ForecastEx has no quotes yet
    expect(filled['a']).toBe(10)
    expect((await rig.result(await rig.taken('after-cut'))).outcome).toBe('locked')
    await bothRun()
  })

  it('Temporal is killed in mid-leg: the lease stays where it is, and the saga goes on where its history ends', async () => {
    const before = await epoch()
    const id = await rig.heldOpen('temporal')
    process.kill(rig.stack.pidOf('temporal'), 'SIGKILL')
    const { outcome, filled } = await rig.result(id)
    expect([outcome, filled['a']]).toEqual(['locked', 10])
    expect(await epoch()).toBe(before)
    expect((await rig.result(await rig.taken('last'))).outcome).toBe('locked')
  })

  it('after all of it nothing left twice or late, and the ledger equals the venues (I1, I4, I9)', async () => {
    await rig.settleAll(BACK_MS)
    await rig.wire.look()
    expect([rig.wire.sentTwice(), await rig.wire.sentLate()]).toEqual([[], []])
    await expectBalanced(rig.stack)
  })
})

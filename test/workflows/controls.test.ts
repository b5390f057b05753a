import type { Operator } from '../../src/core/risk/scope'
import type { ToldHalt } from '../../src/workflows/messages'
import { CANCELLED, controlsRigOfFile, IN_FORCE, limits, looked, refusal, SHARD } from './support/controls'

jest.setTimeout(30_000)

const ANA: Operator = { name: 'ana', role: 'operator' }
const BEN: Operator = { name: 'ben', role: 'approver' }
const EVA: Operator = { name: 'eva', role: 'viewer' }
const halted = (epoch: number, trades: number): ToldHalt => ({ scope: 'all', active: true, epoch, trades })
const rig = controlsRigOfFile()

describe('E26: the controller tells running trades', () => {
  it('of a change that a signal announces, and starts where it left off', async () => {
    rig.outside.epoch = 3
    rig.outside.told = [halted(3, 4)]
    await rig.alert()
    expect(await rig.stateOf(({ epoch }) => epoch === 3)).toMatchObject({ told: [halted(3, 4)] })
    await rig.alert()
    await rig.stateOf(() => rig.outside.asked.length === 3)
    expect(rig.outside.asked).toEqual([0, 0, 3])
  })

  it('before it answers somebody who waits for that', async () => {
    rig.outside.epoch = 7
    rig.outside.told = [halted(7, 2)]
    expect(await rig.ask('tellHalts', 7)).toEqual([halted(7, 2)])
    expect(await rig.ask('tellHalts', 6)).toEqual([halted(7, 2)])
    expect(rig.outside.asked).toEqual([0, 0])
  })

  it('and says that it takes longer when the ledger or a trade cannot be reached; the telling goes on', async () => {
    let comeBack = (): void => undefined
    rig.outside.ledger = new Promise((resolve) => (comeBack = resolve))
    rig.outside.epoch = 1
    const answer = refusal(rig.ask('tellHalts', 1))
    await rig.stateOf(() => true) // the update is on its way before time is skipped
    await rig.environment.sleep('11s')
    expect(await answer).toBe('running trades do not all know of it after 10s; they are told as soon as it is possible')
    comeBack()
    expect((await rig.stateOf(({ epoch }) => epoch === 1)).epoch).toBe(1)
  })

  it('keeps the last word on a scope, and forgets a scope that is resumed once something else is told', async () => {
    rig.outside.epoch = 2
    rig.outside.told = [
      { scope: 'venue:kalshi', active: true, epoch: 1, trades: 1 },
      { scope: 'pair:u3', active: false, epoch: 2, trades: 1 },
    ]
    await rig.ask('tellHalts', 2)
    rig.outside.epoch = 3
    rig.outside.told = [halted(3, 0)]
    expect((await rig.ask('tellHalts', 3)).map(({ scope }) => scope)).toEqual(['venue:kalshi', 'all'])
  })
})

describe('limits', () => {
  it('that raise nothing are in force at once: lowering needs nobody', async () => {
    expect(await rig.ask('proposeLimits', limits('tight', 1), ANA)).toMatchObject({ id: 1, state: 'applied' })
    expect(await rig.stateOf(looked)).toMatchObject({ facts: { limits: 'tight', proposals: [] } })
  })

  it('that raise one wait; in mode sim their proposer may approve them', async () => {
    expect(await rig.ask('proposeLimits', limits('wide', 9), ANA)).toMatchObject({ id: 1, state: 'open' })
    expect(await rig.stateOf(looked)).toMatchObject({ facts: { limits: 'first', proposals: [{ id: 1 }] } })
    expect(await rig.ask('approveLimits', { id: 1, by: ANA, reason: '' })).toMatchObject({ state: 'applied', decidedBy: ANA })
    expect(await rig.stateOf(looked)).toMatchObject({ facts: { limits: 'wide', proposals: [] } })
  })

  it('in mode live are raised by a second person who is an approver', async () => {
    rig.outside.mode = 'live'
    await rig.ask('proposeLimits', limits('wide', 9), BEN)
    expect(await refusal(rig.ask('approveLimits', { id: 1, by: ANA, reason: '' }))).toBe(
      'ana has the role operator: in mode live limits are raised by an approver',
    )
    expect(await refusal(rig.ask('approveLimits', { id: 1, by: BEN, reason: '' }))).toBe(
      'ben proposed 1: in mode live a second person approves',
    )
    expect(rig.outside.inForce).toBe(IN_FORCE)
    expect(await rig.ask('approveLimits', { id: 1, by: { name: 'cyd', role: 'approver' }, reason: '' })).toMatchObject({ state: 'applied' })
  })

  it('are rejected with a reason', async () => {
    await rig.ask('proposeLimits', limits('wide', 9), ANA)
    expect(await refusal(rig.ask('rejectLimits', { id: 1, by: ANA, reason: ' ' }))).toBe('a rejection needs a reason')
    expect(await rig.ask('rejectLimits', { id: 1, by: ANA, reason: 'too much' })).toMatchObject({ state: 'rejected', reason: 'too much' })
    expect(await refusal(rig.ask('approveLimits', { id: 1, by: ANA, reason: '' }))).toMatch(/^there is no open proposal 1/)
  })

  it('are proposed once however often the activity is tried: each proposal has a request of its own', async () => {
    await rig.ask('proposeLimits', limits('a', 9), ANA)
    await rig.ask('proposeLimits', limits('b', 9), ANA)
    expect(new Set(rig.outside.requests).size).toBe(2)
  })
})

describe('a validator refuses', () => {
  it.each<readonly [string, () => Promise<unknown>, string]>([
    ['an unknown proposal', () => rig.ask('approveLimits', { id: 9, by: BEN, reason: '' }), 'there is no open proposal 9'],
    ['a viewer', () => rig.ask('proposeLimits', limits('wide', 9), EVA), 'eva is a viewer'],
    ['what is in force', () => rig.ask('proposeLimits', limits('first', 9), ANA), 'limits "first" are in force'],
    ['a kill by a viewer', () => rig.ask('kill', { by: EVA, reason: 'fun', epoch: 1, shard: SHARD }), 'eva is a viewer'],
    ['a kill without a reason', () => rig.ask('kill', { by: ANA, reason: '', epoch: 1, shard: SHARD }), 'a kill needs a reason'],
  ])('%s, and leaves no trace in the history', async (_what, update, sentence) => {
    expect(await refusal(update())).toContain(sentence)
    expect(await rig.updatesKept()).toBe(0)
  })

  it('a second proposal of one version', async () => {
    await rig.ask('proposeLimits', limits('wide', 9), ANA)
    expect(await refusal(rig.ask('proposeLimits', limits('wide', 8), BEN))).toBe('limits "wide" are proposed already: approve or reject 1')
  })

  it('passes on what the ledger refuses', async () => {
    rig.outside.refusal = 'limits "wide" are on record with other figures'
    expect(await refusal(rig.ask('proposeLimits', limits('wide', 9), ANA))).toBe(rig.outside.refusal)
  })

  it('nothing before the first look, but the answer is the same then', async () => {
    let comeBack = (): void => undefined
    rig.outside.ledger = new Promise((resolve) => (comeBack = resolve))
    await rig.start()
    const answer = refusal(rig.ask('approveLimits', { id: 9, by: BEN, reason: '' }))
    expect((await rig.stateOf(() => true)).facts).toBeNull()
    comeBack()
    expect(await answer).toMatch(/^there is no open proposal 9/)
  })
})

describe('E27: a kill', () => {
  const order = { by: ANA, reason: 'drill', epoch: 4, shard: SHARD }

  it('cancels where the sessions are, counts the trades that know, and is remembered', async () => {
    rig.outside.epoch = 4
    rig.outside.told = [halted(4, 3)]
    const report = await rig.ask('kill', order)
    expect(report).toEqual({ order, trades: 3, venues: CANCELLED })
    expect(rig.outside.cancels).toBe(1)
    expect((await rig.stateOf(looked)).lastKill).toEqual(report)
  })

  it('without a streaming process says that nothing could be read back, at either venue', async () => {
    const answer = rig.ask('kill', { ...order, epoch: null, shard: 'nobody' })
    await rig.stateOf(() => true)
    await rig.environment.sleep('4s')
    const { trades, venues } = await answer
    expect(trades).toBeNull()
    expect(venues.map(({ venue, unread }) => [venue, unread])).toEqual(
      ['kalshi', 'forecastex'].map((venue) => [venue, expect.stringMatching(/^the streaming process of shard nobody gave no answer/)]),
    )
  })

  it('needs no ledger', async () => {
    let comeBack = (): void => undefined
    rig.outside.ledger = new Promise((resolve) => (comeBack = resolve))
    await rig.start()
    const answer = rig.ask('kill', order)
    await rig.stateOf(() => rig.outside.cancels === 1)
    await rig.environment.sleep('4s')
    expect(await answer).toMatchObject({ trades: null, venues: CANCELLED })
    comeBack()
  })
})

describe('continue-as-new', () => {
  it('keeps everything: what was told, what waits for an answer, the last kill', async () => {
    await rig.start({ eventsMax: 60 })
    const firstRun = (await rig.controls.describe()).runId
    rig.outside.epoch = 5
    rig.outside.told = [halted(5, 2)]
    await rig.ask('kill', { by: ANA, reason: 'drill', epoch: 5, shard: SHARD })
    await rig.ask('proposeLimits', limits('wide', 9), ANA)
    const before = await rig.stateOf(looked)
    for (let i = 0; (await rig.controls.describe()).runId === firstRun; i++) {
      if (i > 100) throw new Error('it never continues as new')
      await rig.ask('tellHalts', 0)
    }
    expect(await rig.stateOf(looked)).toEqual(before)
    expect(await rig.ask('tellHalts', 5)).toEqual([halted(5, 2)])
    expect(await rig.ask('approveLimits', { id: 1, by: BEN, reason: '' })).toMatchObject({ state: 'applied' })
    rig.outside.epoch = 6
    await rig.alert()
    await rig.stateOf(({ epoch }) => epoch === 6)
    expect(rig.outside.asked.filter((epoch) => epoch === 0)).toHaveLength(3) // two controllers' first looks, and the kill's: never again from the start
  })
})

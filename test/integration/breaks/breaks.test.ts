import { millis, money } from '../../../src/core/units'
import { listBreaks, openBreaks, showBreak } from '../../../src/operator/breaks/list'
import { assignBreak, resolveBreak, type ResolvingWord } from '../../../src/operator/breaks/resolve'
import { verifyLedger } from '../../../src/stores/postgres/proof/verify'
import { verifyAudit } from '../../../src/operator/audit'
import { freshLedger, NEVER, NOW } from '../ledger/support/ledger'
import { boxPlan, lockedBox } from '../ledger/support/trades'
import { BY, cashOf, held, STATEMENTS, Watch } from './world'

const ledger = freshLedger()
const LATER = millis(NOW + 600_000)
const open = (): ReturnType<typeof listBreaks> => listBreaks(ledger().database, 'open', LATER)
const word = (reason: string, change: Partial<ResolvingWord> = {}): ResolvingWord => ({
  by: BY,
  secondBy: null,
  mode: 'sim',
  reason,
  ...change,
})
const STRANGER = { positions: [...STATEMENTS.forecastex.positions, held('761', 'yes', '3')], ...cashOf('forecastex', '943.50') }

describe('a look at a venue', () => {
  beforeEach(() => lockedBox(ledger()))

  it('writes nothing when both agree, however often', async () => {
    const watch = new Watch(ledger(), 'kalshi')
    const before = await ledger().column('select seq from audit_head')
    for (let n = 0; n < 5; n++) expect(await watch.look()).toMatchObject({ opened: [], closed: [] })
    expect(await ledger().column('select seq from audit_head')).toEqual(before)
    expect(await ledger().column('select count(*) from account_break')).toEqual([0])
  })

  it('opens one break for contracts that a stranger bought, at the second look, and closes it by itself when they are gone', async () => {
    const watch = new Watch(ledger(), 'forecastex')
    expect((await watch.look(STRANGER)).opened).toEqual([])
    expect((await watch.look(STRANGER)).opened).toHaveLength(1)
    expect((await watch.look(STRANGER)).opened).toEqual([])
    const [found, ...more] = await open()
    expect(found).toMatchObject({
      venue: 'forecastex',
      kind: 'position',
      subject: '761',
      contracts: '3.00',
      cashMicros: -1_500_000,
      owner: null,
    })
    expect(found?.lastSeenMs).toBeGreaterThan(found?.openedMs ?? 0)
    expect(more).toEqual([])
    expect((await watch.look()).closed).toEqual(['forecastex|position|761'])
    expect(await open()).toEqual([])
    expect(await listBreaks(ledger().database, 'all', LATER)).toMatchObject([{ state: 'closed', resolution: 'agrees' }])
  })

  it('forgets what a second look does not show', async () => {
    const watch = new Watch(ledger(), 'kalshi')
    await watch.look(cashOf('kalshi', '900'))
    await watch.look()
    expect((await watch.look(cashOf('kalshi', '900'))).opened).toEqual([])
  })

  it('judges nothing while a trade of the market runs', async () => {
    const watch = new Watch(ledger(), 'kalshi')
    ledger().clock.advance(2_000)
    const granted = await ledger().ledger.reserve(
      boxPlan({ id: 't2', subject: 'u4', kalshi: 'KXU4', forecastex: '771', seenAtMs: NOW + 2_000 }),
      'run-2',
      NEVER,
    )
    expect(granted.kind).toBe('granted')
    const wrong = { ...cashOf('kalshi', '900'), positions: [...STATEMENTS.kalshi.positions, held('KXU4', 'yes', '100')] }
    for (let n = 0; n < 3; n++) expect(await watch.look(wrong)).toMatchObject({ opened: [], look: { motion: { cash: true } } })
    expect(await open()).toEqual([])
  })

  it('asks for a fill of ours that the ledger lacks to be booked', async () => {
    const [fill] = STATEMENTS.kalshi.fills
    if (!fill) throw new Error('no fill')
    const { look } = await new Watch(ledger(), 'kalshi').look({ fills: [fill, { ...fill, executionId: 'x9' }] })
    expect(look.unbooked.map(({ executionId }) => executionId)).toEqual(['x9'])
    expect(look.differences).toMatchObject([{ kind: 'unknown-fill', subject: 'kalshi|account-kalshi|v-cb-t1-a1|x9' }])
  })
})

describe('crossbook breaks', () => {
  beforeEach(() => lockedBox(ledger()))
  const broken = async (): Promise<{ readonly watch: Watch; readonly id: number }> => {
    const watch = new Watch(ledger(), 'forecastex')
    await watch.look(STRANGER)
    await watch.look(STRANGER)
    const [found] = await open()
    return { watch, id: found?.id ?? 0 }
  }
  const resolve = (id: number, as: 'explained' | 'suspense'): ReturnType<typeof resolveBreak> =>
    resolveBreak(ledger().database, id, as, word('bought by hand'), LATER, NEVER)

  it('refuses who may only look, and a reason that says nothing', async () => {
    const { id } = await broken()
    const eva = { name: 'eva', role: 'viewer' } as const
    const { database } = ledger()
    await expect(resolveBreak(database, id, 'explained', word('mine', { by: eva }), LATER, NEVER)).rejects.toThrow('eva is a viewer')
    await expect(assignBreak(database, id, 'bob', eva, LATER, NEVER)).rejects.toThrow('eva is a viewer')
    await expect(resolveBreak(database, id, 'explained', word(' '), LATER, NEVER)).rejects.toThrow('--reason is empty')
    expect(await open()).toMatchObject([{ owner: null, state: 'open' }])
  })

  it('suspense of a fee: its cash is booked, and the fee counts as known', async () => {
    const [fill] = STATEMENTS.kalshi.fills
    if (!fill) throw new Error('no fill')
    const dearer = { fills: [{ ...fill, fee: money('1.9052') }], ...cashOf('kalshi', '956.0948') }
    const watch = new Watch(ledger(), 'kalshi')
    await watch.look(dearer)
    await watch.look(dearer)
    const [found] = await open()
    expect(found).toMatchObject({ kind: 'fee', cashMicros: -200_000 })
    await resolve(found?.id ?? 0, 'suspense')
    for (let n = 0; n < 3; n++) expect(await watch.look(dearer)).toMatchObject({ opened: [] })
    expect(await open()).toEqual([])
  })

  it('explained: the difference counts as known, and another one is another break', async () => {
    const { watch, id } = await broken()
    await resolve(id, 'explained')
    for (let n = 0; n < 3; n++) expect((await watch.look(STRANGER)).opened).toEqual([])
    const more = { ...STRANGER, positions: [...STATEMENTS.forecastex.positions, held('761', 'yes', '5')] }
    await watch.look(more)
    expect((await watch.look(more)).opened).toMatchObject([{ kind: 'position', contracts: 200 }])
    expect(await showBreak(ledger().database, id, LATER)).toMatchObject({ state: 'resolved', by: 'ada', reason: 'bought by hand' })
  })

  it('suspense: its cash is booked, its contracts count as known until they are gone', async () => {
    const { watch, id } = await broken()
    await resolve(id, 'suspense')
    expect(await ledger().balances()).toMatchObject({ 'cash:forecastex': 943.5, 'suspense:forecastex': 1.5 })
    for (let n = 0; n < 2; n++) expect((await watch.look(STRANGER)).opened).toEqual([])
    expect((await watch.look(cashOf('forecastex', '943.50'))).opened).toEqual([]) // the contracts have left the account
    for (let n = 0; n < 2; n++) await watch.look(STRANGER)
    expect(await open()).toMatchObject([{ kind: 'position', subject: '761' }])
  })

  it('a break that moves no cash has none for suspense; an ended or unknown one is refused', async () => {
    const { id } = await broken()
    await ledger().database.query('update account_break set purse = null, amount_micros = 0')
    await expect(resolve(id, 'suspense')).rejects.toThrow(/moves no cash: resolve it --as explained/)
    await resolve(id, 'explained')
    await expect(resolve(id, 'explained')).rejects.toThrow(/was resolved by ada/)
    await expect(resolve(9_999, 'explained')).rejects.toThrow('there is no break 9999')
  })

  it('keeps every write in the audit chain, and no ended break can be changed', async () => {
    const { id } = await broken()
    await assignBreak(ledger().database, id, 'grace', BY, LATER, NEVER)
    expect(await openBreaks(ledger().database, LATER)).toMatchObject({ open: 1, oldest: [{ id, owner: 'grace' }] })
    await resolve(id, 'explained')
    const { history } = await showBreak(ledger().database, id, LATER)
    expect(history.map(({ action, by }) => `${by} ${action}`)).toEqual([
      'reconciliation break-open',
      'ada break-assign',
      'ada break-resolve',
    ])
    expect((await verifyAudit(ledger().database, null)).violations).toEqual([])
    await expect(ledger().database.query(`update account_break set state = 'open', resolution = null`)).rejects.toThrow(/stays on record/)
    await expect(ledger().database.query('delete from account_break')).rejects.toThrow(/stays on record/)
  })
})

describe('cash', () => {
  it('cash that nobody traded for is a break of its purse, booked to suspense while trades may run', async () => {
    await lockedBox(ledger())
    const watch = new Watch(ledger(), 'kalshi')
    const less = cashOf('kalshi', '900')
    await watch.look(less)
    expect((await watch.look(less)).opened).toMatchObject([{ kind: 'cash', subject: 'kalshi', amount: money('-56.2948'), market: null }])
    const [found] = await open()
    await resolveBreak(ledger().database, found?.id ?? 0, 'suspense', word('withdrawn by treasury'), LATER, NEVER)
    expect(await ledger().balances()).toMatchObject({ 'cash:kalshi': 900, 'suspense:kalshi': 56.2948 })
    expect((await watch.look(less)).look.differences).toEqual([])
  })

  it('interest that the venue paid is booked as income of its own, once, and the venue is barred no longer', async () => {
    await lockedBox(ledger())
    const watch = new Watch(ledger(), 'kalshi')
    const more = cashOf('kalshi', '959.500001')
    for (let n = 0; n < 2; n++) await watch.look(more)
    const [found] = await open()
    const id = found?.id ?? 0
    const bankroll = (): Promise<readonly unknown[]> => ledger().column('select bankroll()')
    const [before] = await bankroll()
    const resolve = (change: Partial<ResolvingWord> = {}) =>
      resolveBreak(ledger().database, id, 'interest', word('interest of November', change), LATER, NEVER)
    await expect(resolve({ mode: 'live' })).rejects.toThrow('in mode live this needs a second person')
    await expect(resolve({ mode: 'live', secondBy: 'Ada ' })).rejects.toThrow('ada is the first person')
    await resolve({ mode: 'live', secondBy: 'bob' })
    await expect(resolve()).rejects.toThrow(/was resolved by ada/)
    expect(await ledger().balances()).toMatchObject({ 'cash:kalshi': 959.500001, 'income:interest:kalshi': -3.205201 })
    expect(await ledger().column(`select id from transfer where kind = 'interest'`)).toEqual([`interest:${id}`])
    expect(await bankroll()).toEqual([(before as number) + 3_205_201]) // the cash is there to trade with
    for (let n = 0; n < 2; n++) expect(await watch.look(more)).toMatchObject({ opened: [], look: { differences: [] } })
    expect(await showBreak(ledger().database, id, LATER)).toMatchObject({ state: 'resolved', resolution: 'interest' })
    const proof = await verifyLedger(ledger().database)
    expect(proof).toMatchObject({ sumMicros: 0, violations: [], suspenseMicros: {}, interestMicros: { kalshi: 3_205_201 } })
    expect((await verifyAudit(ledger().database, null)).violations).toEqual([])
  })

  it('what stands in suspense is named interest later, once, with a second person in live', async () => {
    await lockedBox(ledger())
    const watch = new Watch(ledger(), 'kalshi')
    const more = cashOf('kalshi', '959.500001')
    for (let n = 0; n < 2; n++) await watch.look(more)
    const id = (await open())[0]?.id ?? 0
    await resolveBreak(ledger().database, id, 'suspense', word('nobody knows'), LATER, NEVER)
    const name = (change: Partial<ResolvingWord> = {}) =>
      resolveBreak(ledger().database, id, 'interest', word('on the page of November', change), LATER, NEVER)
    await expect(name({ mode: 'live' })).rejects.toThrow('in mode live this needs a second person')
    await name({ mode: 'live', secondBy: 'bob' })
    await expect(name()).rejects.toThrow('is booked as interest already')
    expect(await ledger().balances()).toMatchObject({ 'cash:kalshi': 959.500001, 'income:interest:kalshi': -3.205201 })
    const proof = await verifyLedger(ledger().database)
    expect(proof).toMatchObject({ sumMicros: 0, violations: [], interestMicros: { kalshi: 3_205_201 } })
    expect(proof.suspenseMicros['kalshi'] ?? 0).toBe(0)
    for (let n = 0; n < 2; n++) expect(await watch.look(more)).toMatchObject({ opened: [], look: { differences: [] } })
    const shown = await showBreak(ledger().database, id, LATER)
    expect(shown).toMatchObject({ state: 'resolved', resolution: 'suspense' })
    expect(shown.history.at(-1)).toMatchObject({
      action: 'break-resolve',
      detail: { from: 'suspense', resolution: 'interest', secondBy: 'bob' },
    })
    expect((await verifyAudit(ledger().database, null)).violations).toEqual([])
  })

  it('what a venue has less, and what moves contracts too, is no interest', async () => {
    await lockedBox(ledger())
    const resolve = (id: number) => resolveBreak(ledger().database, id, 'interest', word('interest'), LATER, NEVER)
    const kalshi = new Watch(ledger(), 'kalshi')
    for (let n = 0; n < 2; n++) await kalshi.look(cashOf('kalshi', '956.29'))
    const forecastex = new Watch(ledger(), 'forecastex')
    for (let n = 0; n < 2; n++) await forecastex.look(STRANGER)
    const idOf = async (kind: string) => (await open()).find((each) => each.kind === kind)?.id ?? 0
    await expect(resolve(await idOf('cash'))).rejects.toThrow('has $0.0048 less, so it paid no interest')
    await expect(resolve(await idOf('position'))).rejects.toThrow('interest moves cash alone')
    expect(await open()).toHaveLength(2)
    expect(await ledger().column(`select count(*) from transfer where kind = 'interest'`)).toEqual([0])
  })
})

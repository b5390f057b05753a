import type { Scope } from '../../src/core/risk/scope'
import type { Done } from '../../src/core/trade/outcome'
import type { TradeResult } from '../../src/core/trade/plan'
import type { Command } from '../../src/workflows/messages'
import { boxPlan, SUBJECT } from '../saga/plan'
import { progressOf, rigOfFile } from './rig'
import { completing, done, script, selling, type Script } from './script'

const rig = rigOfFile()
const vector = ({ label, locked, flat, held, dust }: TradeResult): object => ({ label, locked, flat, held, dust })
const NOTHING = { locked: 0, flat: 0, held: 0, dust: 0 }
const command = (scope: Scope): Command => ({ scope, by: 'ana', reason: 'drill', epoch: 7 })
const handle = (id: string) => rig.environment.client.workflow.getHandle(`box-${id}`)
const orders = ({ happened }: Script): string[] => happened.filter((what) => what.startsWith('place'))

/** A trade that is told something while its first leg is on its way: between the legs, as far as the second is concerned. */
const between = (id: string, tell: () => Promise<unknown>, parts: Partial<Script> = {}): { id: string; plays: Script } => ({
  id,
  plays: script({
    ...parts,
    place: {
      a1: async () => {
        await tell()
        return done('10')
      },
    },
  }),
})
const halted = (id: string, scope: Scope, parts: Partial<Script> = {}) =>
  between(id, () => handle(id).signal<[Command]>('halt', command(scope)), parts)

describe('E26 a halt between the legs', () => {
  it.each<Scope>(['all', 'strategy:box', 'venue:kalshi'])('%s: the second leg reduces and goes on', async (scope) => {
    const { id, plays } = halted(`On${scope.replace(':', '')}`, scope)
    expect(vector(await rig.run(boxPlan(id), plays))).toEqual({ label: 'locked', ...NOTHING, locked: 1_000 })
    expect(orders(plays)).toEqual(['place a1 1000', 'place b2 1000'])
  })

  it('venue:forecastex: the second leg is not sent, the cure is elsewhere', async () => {
    const { id, plays } = halted('Venue', 'venue:forecastex', { cure: selling })
    const result = await rig.run(boxPlan(id), plays)
    expect([vector(result), result.reason]).toEqual([{ label: 'unwound', ...NOTHING, flat: 1_000 }, 'halted: stopped before it was sent'])
    expect(orders(plays)).toEqual(['place a1 1000', 'place c4 1000'])
  })

  it('its own pair: the second leg is not sent, a cure at either venue is', async () => {
    const { id, plays } = halted('Pair', `pair:${SUBJECT}`, { cure: completing })
    expect(vector(await rig.run(boxPlan(id), plays))).toEqual({ label: 'locked', ...NOTHING, locked: 1_000 })
    expect(orders(plays)).toEqual(['place a1 1000', 'place c3 1000'])
  })

  it('E24 a cure at the halted venue waits until the halt is lifted', async () => {
    const id = 'Lifted'
    const { plays } = halted(id, 'venue:forecastex', {
      cure: async (unpaired, _budgetLeft, asked) => {
        if (asked === 3) await handle(id).signal<[Command]>('resume', command('venue:forecastex'))
        return completing(unpaired)
      },
    })
    expect(vector(await rig.run(boxPlan(id), plays))).toEqual({ label: 'locked', ...NOTHING, locked: 1_000 })
    expect(plays.happened.slice(2)).toEqual([
      'finish a1',
      'cure 1000',
      'cure 1000',
      'cure 1000',
      'place c3 1000',
      'finish c3',
      'close locked',
    ])
  })
})

describe('E26 a halt', () => {
  it.each<Scope>(['all', 'venue:forecastex', `pair:${SUBJECT}`])('%s before the first leg: nothing is sent', async (scope) => {
    const plays = script()
    const trade = await rig.start(boxPlan(`Early${scope.slice(0, 3)}`), plays, { halt: command(scope) })
    const result = await rig.result(trade)
    expect([vector(result), result.reason]).toEqual([{ label: 'refused', ...NOTHING }, 'halted: stopped before it was sent'])
    expect(plays.happened).toEqual(['reserve', 'close refused'])
  })

  it('is shown as long as it is in force', async () => {
    const id = 'Shown'
    let answer: (outcome: Done) => void = () => undefined
    const answered = new Promise<Done>((resolve) => (answer = resolve))
    const plays = script({ place: { a1: () => answered } })
    const trade = await rig.start(boxPlan(id), plays)
    await progressOf(trade, ({ step }) => step === 'place a1')
    await trade.signal<[Command]>('halt', command('all'))
    expect(await progressOf(trade, ({ halts }) => halts.length > 0)).toMatchObject({ halts: ['all'] })
    await trade.signal<[Command]>('resume', command('all'))
    expect(await progressOf(trade, ({ halts }) => halts.length === 0)).toMatchObject({ step: 'place a1' })
    answer(done('10'))
    expect((await rig.result(trade)).label).toBe('locked')
    expect(await rig.details(`box-${id}`)).toMatch(/\*\*halt\*\* all by ana: drill\n- \*\*resume\*\* all by ana: drill/)
  })
})

describe('a cancel', () => {
  it('while the first leg is on its way: the second is not sent, and a cure ends the trade', async () => {
    const { id, plays } = between('Cancelled', () => handle('Cancelled').cancel(), { cure: completing })
    expect(vector(await rig.run(boxPlan(id), plays))).toEqual({ label: 'locked', ...NOTHING, locked: 1_000 })
    expect(orders(plays)).toEqual(['place a1 1000', 'place c3 1000'])
  })
})

import { marketId, subjectId, tradeId } from '../../../src/core/ids'
import { millis } from '../../../src/core/units'
import { move } from '../../../src/operator/pairs/move'
import { changeHalt } from '../../../src/stores/postgres/halts'
import { openTrades } from '../../../src/stores/postgres/owners'
import { savePair } from '../../../src/stores/postgres/pairs/certificates'
import { activePairs } from '../../../src/stores/postgres/pairs/registry'
import { shardOfTrade } from '../../../src/stores/postgres/pairs/shards'
import { freshLedger, NEVER, NOW } from '../ledger/support/ledger'
import { boxPlan, close, open, resultOf } from '../ledger/support/trades'
import { ADA } from './fixture'

const ledger = freshLedger()
const EVA = { name: 'eva', role: 'viewer' } as const
const SHARDS = ['main', 'second']
const save = (id: string, kalshi: string, forecastex: string) =>
  savePair(
    ledger().database,
    {
      ...{ id: subjectId(id), base: id, kalshiMarket: marketId(kalshi), forecastexMarket: marketId(forecastex) },
      ...{ polarity: 'same', class: 'S0', approvedFor: 'sim', state: 'active' },
    },
    ADA,
    NOW,
    NEVER,
  )
const halt = (scope: 'all' | 'pair:u3', active = true) => changeHalt(ledger().database, scope, active, ADA, 'moves', NOW, NEVER)
const moved = (shard = 'second', by: Parameters<typeof move>[4] = ADA) => move(ledger().database, 'u3', shard, SHARDS, by, millis(NOW))
const pairsOf = async (name: string, isFirst: boolean) => (await activePairs(ledger().database, { name, isFirst })).map(({ id }) => id)

describe('E19 a pair that is given to a shard', () => {
  beforeEach(async () => {
    await save('u3', 'KXU3-T4', '751')
    await save('u4', 'KXU4', '761')
  })

  it('is traded by that one alone; what was given to none is the first one’s', async () => {
    await halt('pair:u3')
    expect(await moved()).toEqual({ id: 'u3', before: null, shard: 'second' })
    expect([await pairsOf('main', true), await pairsOf('second', false)]).toEqual([['u4'], ['u3']])
    expect((await activePairs(ledger().database)).map(({ id }) => id)).toEqual(['u3', 'u4'])
    expect(await moved('main')).toEqual({ id: 'u3', before: 'second', shard: 'main' })
    expect([await pairsOf('main', true), await pairsOf('second', false)]).toEqual([['u3', 'u4'], []])
    const audit = await ledger().database.query(`select by_name, detail from audit where action = 'pair moved' order by seq`)
    expect(audit.rows).toEqual([
      { by_name: 'ada', detail: { id: 'u3', before: null, shard: 'second' } },
      { by_name: 'ada', detail: { id: 'u3', before: 'second', shard: 'main' } },
    ])
  })

  it('stays while a trade of it may begin, or runs; for a shard that does not run; by a viewer', async () => {
    await expect(moved()).rejects.toThrow('pair u3 may open trades while it moves: halt it first (crossbook halt --scope pair:u3)')
    await open(ledger(), boxPlan())
    await halt('all')
    await expect(moved()).rejects.toThrow('trade t1 of pair u3 runs: move it when that has ended')
    await expect(moved('third')).rejects.toThrow('no streaming process of shard "third" runs here (main, second)')
    await expect(moved('second', EVA)).rejects.toThrow('eva is a viewer')
    await close(ledger(), resultOf(boxPlan(), 'missed'))
    expect(await moved()).toMatchObject({ shard: 'second' })
  })

  it('takes its next trades with it; one that has begun stays where its journal is', async () => {
    await open(ledger(), boxPlan())
    await close(ledger(), resultOf(boxPlan(), 'missed'))
    await halt('pair:u3')
    await moved()
    await halt('pair:u3', false)
    await open(ledger(), boxPlan({ id: 't2', seenAtMs: NOW + 1 }))
    expect([await shardOfTrade(ledger().database, tradeId('t1')), await shardOfTrade(ledger().database, tradeId('t2'))]).toEqual([
      null,
      'second',
    ])
    expect((await openTrades(ledger().database)).map(({ tradeId: id, shard }) => [id, shard])).toEqual([['t2', 'second']])
  })
})

describe('two shards on one account', () => {
  it('E7 a claim on a market that pairs of both name is refused across them', async () => {
    await save('u3', 'KXU3-T4', '751')
    await save('u5', 'KXU3-T4', '771')
    await halt('pair:u3')
    await moved()
    await halt('pair:u3', false)
    await open(ledger(), boxPlan({ seenAtMs: NOW + 1 }))
    const { kind, verdicts } = await ledger().ledger.reserve(
      boxPlan({ id: 't2', subject: 'u5', forecastex: '771', seenAtMs: NOW + 1 }),
      'run',
      NEVER,
    )
    expect(kind).toBe('refused')
    expect(verdicts.flatMap(({ check, passed, actual }) => (passed ? [] : [`${check}: ${actual}`]))).toContain(
      'claim on kalshi KXU3-T4: held by u3',
    )
    expect((await openTrades(ledger().database)).map(({ shard }) => shard)).toEqual(['second'])
  })
})

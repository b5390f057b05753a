import { marketId, subjectId } from '../../../src/core/ids'
import { millis, money } from '../../../src/core/units'
import { paidSince } from '../../../src/stores/postgres/evidence/statements'
import { savePair } from '../../../src/stores/postgres/pairs/certificates'
import { pairsWithLots } from '../../../src/stores/postgres/pairs/registry'
import { settleMarket } from '../../../src/stores/postgres/settlement'
import { lockedBox } from '../ledger/support/trades'
import { freshLedger, NEVER, NOW } from '../ledger/support/ledger'
import { ADA, sha256, stepsOn } from './fixture'

const ledger = freshLedger()
const { propose } = stepsOn(ledger)
const LATER = millis(NOW + 60_000)

describe('open lots of a pair', () => {
  it('are settled by the polarity they were bought by, whatever was proposed since', async () => {
    const markets = { kalshiMarket: marketId('KXU3-T4'), forecastexMarket: marketId('751') }
    const pair = {
      id: subjectId('u3.1'),
      base: 'u3',
      ...markets,
      polarity: 'same',
      class: 'S0',
      rules: { kalshi: sha256('a'), forecastex: sha256('b') },
    } as const
    await savePair(ledger().database, { ...pair, approvedFor: 'sim', state: 'active' }, ADA, NOW, NEVER)
    await lockedBox(ledger())
    const lotsOf = async () => (await pairsWithLots(ledger().database)).map(({ id, polarity }) => [id, polarity])
    expect(await lotsOf()).toEqual([['u3.1', 'same']])
    expect((await propose({ ...markets, polarity: 'opposite', class: 'S2' })).kind).toBe('suspended')
    expect(await lotsOf()).toEqual([['u3.1', 'same']])
    await settleMarket(ledger().database, 'forecastex', marketId('751'), money(0), LATER, NEVER)
    expect(await paidSince(ledger().database, LATER)).toMatchObject([{ market: '751', polarity: 'same' }])
  })
})

import { marketId } from '../../../src/core/ids'
import { money } from '../../../src/core/units'
import { settleMarket } from '../../../src/stores/postgres/settlement'
import { keepPositions } from '../../../src/wiring/cache/positions'
import { LogBook, until } from '../../stores/doubles'
import { freshLedger, NOW } from '../ledger/support/ledger'
import { lockedBox } from '../ledger/support/trades'
import { emptyDatabase, NEVER, redisUrl } from './support'

const DATABASE = 8
const redis = emptyDatabase(DATABASE)
const ledger = freshLedger()

it('what the ledger holds stands in the cache until it is settled', async () => {
  const ended = new AbortController()
  const log = new LogBook()
  await lockedBox(ledger())
  const keeping = keepPositions({ redisUrl: `${redisUrl}/${DATABASE}` }, ledger().database, log, ended.signal)
  await until('both legs', async () => (await redis().scard('positions:tickers')) === 2)
  expect(await redis().hmget('positions:active:KXU3-T4', 'venue', 'yes_contracts', 'no_contracts', 'trades')).toEqual([
    'kalshi',
    '100.00',
    '0.00',
    '1',
  ])
  await settleMarket(ledger().database, 'kalshi', marketId('KXU3-T4'), money('1'), NOW, NEVER)
  await until('settled', async () => (await redis().exists('positions:active:KXU3-T4')) === 0)
  expect(await redis().scard('positions:tickers')).toBe(1)
  ended.abort()
  await keeping
  expect(log.lines).toEqual([])
})

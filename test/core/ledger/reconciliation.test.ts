import { balancesOf } from '../../../src/core/ledger/balances'
import { transferCash } from '../../../src/core/ledger/postings'
import { adoptCash, cashDifferences } from '../../../src/core/ledger/reconciliation'
import { purseOf, type Purse, type PurseBalance } from '../../../src/core/purse'
import { millis, money } from '../../../src/core/units'

const [MAIN, SECOND, THIRD] = [purseOf('kalshi', 0), purseOf('kalshi', 2), purseOf('kalshi', 3)]
const at = (purse: Purse, dollars: string): PurseBalance => ({ purse, cash: money(dollars) })
const ENTRY = { tradeId: null, atMs: millis(7) }

describe('cash that a venue counts otherwise', () => {
  const known = [at(MAIN, '100'), at(SECOND, '5')]
  it('differs by purse, also where the whole is the same', () => {
    expect(cashDifferences(known, known)).toEqual([])
    expect(cashDifferences(known, [at(MAIN, '60'), at(THIRD, '45')])).toEqual([
      { purse: MAIN, amount: -40_000_000 },
      { purse: SECOND, amount: -5_000_000 },
      { purse: THIRD, amount: 45_000_000 },
    ])
  })
  it('was moved as far as one purse has what another lacks; the rest stands in suspense', () => {
    const told = [at(MAIN, '60'), at(SECOND, '50')]
    const transfers = adoptCash(ENTRY, cashDifferences(known, told))
    expect(transfers.map(({ kind, id }) => [kind, id])).toEqual([
      ['transferCash', 'transfer:kalshi:kalshi/0.2:7'],
      ['suspend', 'suspend:kalshi/0.2:7'],
    ])
    expect(Object.fromEntries(balancesOf(transfers))).toEqual({
      'cash:kalshi': -40_000_000,
      'cash:kalshi/0.2': 45_000_000,
      'suspense:kalshi': -5_000_000,
    })
  })
  it('stands in suspense where nothing explains it', () =>
    expect(adoptCash(ENTRY, cashDifferences(known, [at(MAIN, '99'), at(SECOND, '5')])).map(({ id }) => id)).toEqual(['suspend:kalshi:7']))
})

describe('a transfer between purses', () => {
  const move = (from: Purse, to: Purse, dollars = '1'): unknown =>
    transferCash({ id: 'm', ...ENTRY, from, to, amount: money(dollars) }).legs.map(({ account, amount }) => [account, amount])
  it('takes from one and gives to the other', () =>
    expect(move(MAIN, SECOND)).toEqual([
      ['cash:kalshi/0.2', 1_000_000],
      ['cash:kalshi', -1_000_000],
    ]))
  it('stays within one venue, and goes somewhere', () => {
    expect(() => move(MAIN, 'forecastex')).toThrow('cash moves between two purses of one venue, not from kalshi to forecastex')
    expect(() => move(SECOND, SECOND)).toThrow('not from kalshi/0.2 to kalshi/0.2')
    expect(() => move(MAIN, SECOND, '-1')).toThrow('amount must not be negative')
  })
})

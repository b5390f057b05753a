import { partsTable } from '../../src/cli/verbs/trade'

const ROW = {
  ...{ priceMicros: 3_000_000, feesMicros: -2_310_000, carryMicros: 150_000, slippageMicros: 600_000 },
  ...{ cureMicros: -1_940_000, settlementMicros: 0, totalMicros: -500_000 },
}

describe('results by what made them so', () => {
  it('of one trade', () => {
    const [head, , row] = partsTable([ROW]).split('\n')
    expect(head?.split(/ {2,}/)).toEqual(
      ['price', 'fees', 'carry', 'slippage', 'cure', 'settlement', 'in total'].map((each) => expect.stringContaining(each) as string),
    )
    expect(row?.trim().split(/ +/)).toEqual(['$3.00', '−$2.31', '$0.15', '$0.60', '−$1.94', '$0.00', '−$0.50'])
  })

  it('of groups, each with its name and how many trades it has', () => {
    const lines = partsTable(
      [ROW, ROW],
      ['', 'trades'],
      [
        ['today', '3'],
        ['all', '12'],
      ],
    ).split('\n')
    expect(lines.slice(2).map((line) => line.split(/ +/).slice(0, 3))).toEqual([
      ['today', '3', '$3.00'],
      ['all', '12', '$3.00'],
    ])
  })
})

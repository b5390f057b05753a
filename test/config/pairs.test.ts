import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { readPairsFile, type PairsInput } from '../../src/config/pairs'
import { temporaryDirectory } from '../stores/doubles'

const folder = temporaryDirectory()
const ROW = {
  unified_symbol: 'U3-MAR',
  description: 'Unemployment, March',
  kalshi_ticker: 'KXU3-25MAR-T4.1',
  ibkr_yes_conid: 710_000_003,
  ibkr_no_conid: 710_000_004,
}
function written(name: string, content: string): PairsInput {
  const file = path.join(folder, name)
  writeFileSync(file, content)
  return readPairsFile(file)
}
const json = (content: unknown): PairsInput => written('list.json', JSON.stringify(content))
/** The sentences about bad rows. */
const bad = (...rows: readonly unknown[]): readonly string[] => {
  const read = json(rows)
  return read.kind === 'mappings' ? read.bad.map(({ row, name, why }) => `row ${row} (${name}): ${why}`) : []
}
const HEADER = 'unified_symbol,description,kalshi_ticker,ibkr_yes_conid,ibkr_no_conid'

describe('a list of the first system', () => {
  const read = { kind: 'mappings', mappings: [{ row: 1, ...ROW }], bad: [] }

  it.each([
    ['JSON under `mappings`', 'a.json', JSON.stringify({ mappings: [ROW] })],
    ['a bare JSON list', 'b.json', JSON.stringify([ROW])],
    [
      'JSON whose contract numbers are text',
      'c.json',
      JSON.stringify([{ ...ROW, ibkr_yes_conid: '710000003', ibkr_no_conid: ' 710000004 ' }]),
    ],
    [
      'YAML',
      'd.yaml',
      `mappings:\n  - {unified_symbol: U3-MAR, description: "Unemployment, March", kalshi_ticker: KXU3-25MAR-T4.1, ibkr_yes_conid: 710000003, ibkr_no_conid: 710000004}\n`,
    ],
    ['CSV', 'e.csv', `${HEADER}\r\nU3-MAR,"Unemployment, March",KXU3-25MAR-T4.1,710000003,710000004\r\n`],
    [
      'CSV with a byte order mark, its columns in another order and blank lines',
      'f.CSV',
      '\uFEFFkalshi_ticker,ibkr_no_conid,unified_symbol,ibkr_yes_conid,description\n\nKXU3-25MAR-T4.1,710000004,U3-MAR,710000003,"Unemployment, March"\n\n',
    ],
  ])('is read from %s', (_what, name, content) => expect(written(name, content)).toEqual(read))

  it('may have quotes and line ends in a cell of CSV, and lack a description', () => {
    const quoted = written('g.csv', `${HEADER}\nU3,"above ""4.1""\nper cent",KXU3-25MAR-T4.1,1,2\n`)
    expect(quoted).toMatchObject({ mappings: [{ description: 'above "4.1"\nper cent' }], bad: [] })
    const { description: _, ...bare } = ROW
    expect(json([bare])).toMatchObject({ mappings: [{ description: '' }] })
  })

  it('keeps the good rows and names each bad one in a sentence', () => {
    const read = json([ROW, { ...ROW, unified_symbol: 'X', kalshi_ticker: 'no ticker' }, 7])
    expect(read).toMatchObject({
      mappings: [{ row: 1 }],
      bad: [
        { row: 2, name: 'X' },
        { row: 3, name: '' },
      ],
    })
    expect(bad(ROW, { ...ROW, unified_symbol: 'X', kalshi_ticker: 'no ticker' })).toEqual([
      'row 2 (X): kalshi_ticker is no ticker of Kalshi, like KXU3-25MAR-T4.0',
    ])
  })

  it.each([
    [{ unified_symbol: '' }, 'row 1 (): unified_symbol is empty'],
    [{ unified_symbol: undefined }, 'row 1 (): unified_symbol is missing'],
    [{ kalshi_ticker: undefined }, 'row 1 (U3-MAR): kalshi_ticker is missing'],
    [{ ibkr_yes_conid: 1.5 }, 'row 1 (U3-MAR): ibkr_yes_conid is no contract number'],
    [{ ibkr_yes_conid: -3 }, 'row 1 (U3-MAR): ibkr_yes_conid is no contract number'],
    [{ ibkr_no_conid: '12a' }, 'row 1 (U3-MAR): ibkr_no_conid is no contract number'],
    [{ ibkr_no_conid: null }, 'row 1 (U3-MAR): ibkr_no_conid is no contract number'],
    [{ ibkr_no_conid: 710_000_003 }, 'row 1 (U3-MAR): ibkr_yes_conid and ibkr_no_conid are both 710000003: they are two contracts'],
    [
      { conid: 5 },
      'row 1 (U3-MAR): "conid" is not known: a row has unified_symbol, description, kalshi_ticker, ibkr_yes_conid, ibkr_no_conid',
    ],
  ])('says of %j: %s', (change, sentence) => expect(bad({ ...ROW, ...change })).toEqual([sentence]))

  it('refuses a second row of one name, and of the same two markets', () => {
    expect(bad(ROW, { ...ROW, kalshi_ticker: 'KXU3-OTHER' }, { ...ROW, unified_symbol: 'Y' })).toEqual([
      'row 2 (U3-MAR): unified_symbol U3-MAR is in row 1 already',
      'row 3 (Y): the markets KXU3-25MAR-T4.1 and 710000003 are in row 1 already',
    ])
  })

  it('of CSV names the columns in its first line, and no cell is beyond them', () => {
    expect(() => written('h.csv', 'unified_symbol,kalshi_ticker\n')).toThrow(
      'the first line does not name the column ibkr_yes_conid, ibkr_no_conid',
    )
    expect(written('i.csv', `${HEADER}\nU3,x,KXU3-25MAR-T4.1,1,2,3\n`)).toMatchObject({ mappings: [], bad: [{ row: 1, name: 'U3' }] })
  })
})

describe('a file of pairs', () => {
  it('is told from a list', () => {
    const example = readPairsFile(path.join(__dirname, '../../examples/first-trade/pairs.yaml'))
    expect(example.kind === 'pairs' && example.file.pairs).toHaveLength(4)
  })

  it('that is neither says what it may be', () => {
    expect(() => json({ symbols: [] })).toThrow('neither `pairs` nor a list of {unified_symbol, description,')
    expect(() => json(null)).toThrow('neither `pairs` nor a list')
    expect(() => json({ pairs: [{ id: 'x' }] })).toThrow('list.json: pairs.0.question')
    expect(() => readPairsFile(path.join(folder, 'none.yaml'))).toThrow('none.yaml cannot be read')
  })
})

import { csvText, statsText, tableText } from '../../src/cli/verbs/record/text'
import { wholeNumber } from '../../src/cli/verbs/record/where'

const columns = [
  { name: 'ticker', type: 'SYMBOL' },
  { name: 'bid', type: 'LONG' },
  { name: 'block', type: 'BOOLEAN' },
]

describe('an answer of the record', () => {
  it('as a table: numbers to the right, nothing for null', () => {
    const rows = [
      ['KXU3-26NOV-T4.0', 4150, true],
      ['A\nB', null, false],
    ]
    expect(tableText({ columns, rows }).split('\n')).toEqual([
      'ticker            bid  block',
      '───────────────  ────  ─────',
      'KXU3-26NOV-T4.0  4150  true',
      'A B                    false',
      '2 rows',
    ])
  })

  it('as CSV: what holds a comma, a quote or an end of line stands in quotes', () => {
    const rows = [
      ['a,b', 1, true],
      ['say "no"', null, false],
      ['a\nb', -7, null],
    ]
    expect(csvText({ columns, rows })).toBe('ticker,bid,block\r\n"a,b",1,true\r\n"say ""no""",,false\r\n"a\nb",-7,')
  })
})

it('a table that is not written any more and a writer that is silent are said', () => {
  const table = { table: 'spreads', kind: 'table', rows: 2, rowsLastHour: 1, first: '2026-11-22T00:00:00.000000Z', last: null } as const
  const text = statsText({
    tables: [{ ...table, diskBytes: 1_048_577, keeps: '90 DAYS', suspended: 'disk full' }],
    writers: [
      { process: 'streaming a', counters: { queued: 3, dropped: 4 } },
      { process: 'streaming b', counters: null },
    ],
  })
  expect(text).toContain('streaming a: 3 rows queued, 4 dropped')
  expect(text).toContain('spreads is not written any more (disk full)')
  expect(text).toContain('streaming b: does not answer')
  expect(text.split('\n')[2]?.trimEnd()).toMatch(/^spreads +2 +1 +2026-11-22 00:00:00 +2 +90 days$/)
})

it.each(['0', '-1', '1e3', '1000001', ''])('--limit %s is refused with what it takes', (text) =>
  expect(() => wholeNumber('limit', text, 1_000_000, 'that is all')).toThrow('--limit takes a whole number from 1 to 1000000'),
)

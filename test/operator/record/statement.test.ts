import { marked, placeOf, readingStatement } from '../../../src/operator/record/statement'

describe('a statement that only reads', () => {
  it.each([
    'SELECT 1',
    '-- the newest\nselect * from kalshi_ticks LATEST ON ts PARTITION BY ticker',
    '/* a; b */ WITH a AS (SELECT 1) SELECT * FROM a',
    'SHOW TABLES',
    'explain select 1',
    "SELECT 'insert; drop', \"update\" FROM t WHERE reason = 'it''s'",
    'SELECT reload_config FROM t',
    'SELECT "reload_config"()', // no function for QuestDB either
  ])('%s', (sql) => expect(readingStatement(sql)).toBe(sql))

  it('may end with a semicolon', () => expect(readingStatement('SELECT 1 ; -- done')).toBe('SELECT 1 '))
})

describe('refused is', () => {
  it.each([
    ['DROP TABLE kalshi_ticks', 'not with "DROP"'],
    ['update t set a = 1', 'not with "update"'],
    ['kalshi_ticks', 'begin with SELECT'],
    ['(SELECT 1)', 'begin with SELECT'],
    ['WITH a AS (SELECT 1) UPDATE t SET b = 1 FROM a', 'there is a UPDATE at line 1, column 22'],
    ['with a as (select 1)\n insert into t select * from a', 'there is a INSERT at line 2, column 2'],
    ['explain update t set a = 1', 'there is a UPDATE at line 1, column 9'],
    ['SELECT 1; DROP TABLE t', 'another one follows the ; at line 1, column 9'],
    ['SELECT 1;;', 'another one follows the ; at line 1, column 9'],
    ["SELECT 'a", "the ' at line 1, column 8 is not closed"],
    ['SELECT /* a', 'the /* at line 1, column 8 is not closed'],
    ['SELECT simulate_crash (1)', 'simulate_crash() at line 1, column 8 acts on the server'],
    [' -- nothing', 'there is no statement'],
  ])('%s', (sql, sentence) => expect(() => readingStatement(sql)).toThrow(sentence))

  it('with a sentence of its own class, which the shell knows as wrong usage', () =>
    expect(() => readingStatement('COPY t FROM x')).toThrow(RangeError))
})

it('a place is told by line and column, and marked', () => {
  const sql = 'SELECT a\n  FROM b'
  expect(placeOf(sql, 16)).toBe('line 2, column 8')
  expect(marked(sql, 16)).toBe('    FROM b\n         ^')
})

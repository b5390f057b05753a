import { readArguments } from '../../src/chaos/arguments'

describe('crossbook chaos: what it is called with', () => {
  it('one seed, a range, and what is preset', () => {
    expect(readArguments(['--seeds', '7'])).toEqual({ from: 7, to: 7, lanes: 2, block: 20, resume: null, keep: false, json: false })
    expect(readArguments(['--seeds', '1..15', '--lanes', '1', '--resume', 'done.ndjson', '--json'])).toMatchObject({
      ...{ from: 1, to: 15, lanes: 1, resume: 'done.ndjson', json: true },
    })
  })

  it.each([
    [[], '--seeds is a seed or a range like 1..15'],
    [['--seeds', 'all'], '--seeds is a seed or a range like 1..15'],
    [['--seeds', '9..3'], '--seeds ends before it begins: write 3..9'],
    [['--seeds', '1', '--lanes', '0'], '--lanes is a number from 1 to 8, not "0"'],
    [['--seeds', '1', '--block', 'many'], '--block is a number from 1 to 40, not "many"'],
    [['--seeds', '1', '--fast'], "Unknown option '--fast'"],
  ])('%j is refused in one sentence', (argv, sentence) => {
    expect(() => readArguments(argv)).toThrow(sentence)
  })
})

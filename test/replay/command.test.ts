import path from 'node:path'
import { replay } from '../../src/cli/verbs/replay'
import type { Replayed } from '../../src/replay/replay'
import { temporaryDirectory } from '../stores/doubles'
import { SyntheticCapture, TICKER } from './synthetic'

const root = temporaryDirectory()
let files: readonly string[] = []
let printed: string[] = []

beforeAll(async () => {
  process.env['CROSSBOOK_CONFIG'] = path.join(__dirname, '../../config')
  files = await new SyntheticCapture(root).opened().snapshot().ask('no', 0.5, 20).files()
})
beforeEach(() => {
  printed = []
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0)
})
afterEach(() => jest.restoreAllMocks())
afterAll(() => {
  delete process.env['CROSSBOOK_CONFIG']
})

const reported = (): Replayed & { readonly elapsedMs: number } => JSON.parse(printed.join('')) as Replayed & { readonly elapsedMs: number }

describe('crossbook replay', () => {
  it('prints one document, with the books when they are asked for', async () => {
    await replay(files, { json: true, books: true, sequence: 'check' })
    const { elapsedMs, decisionsSha256, findsSha256, books, opportunities, ...counts } = reported()
    expect(counts).toEqual({
      messages: 18,
      gaps: 0,
      resyncs: 0,
      found: 1,
      refused: 0,
      unreadable: 0,
      inconsistent: 0,
      refusals: {},
      edges: { decided: 0, compared: 0, same: 0 },
      damaged: null,
    })
    expect([Number.isInteger(elapsedMs), decisionsSha256.length, findsSha256.length, books.length]).toEqual([true, 64, 64, 3])
    expect(opportunities).toMatchObject({ count: 1, outcomes: { vanished: 1 }, best: { looks: 1, outcome: 'vanished' }, list: [] })
    expect(books[0]).toMatchObject({ market: TICKER, yesBids: [['0.3800', '30.00']], yesAsks: [['0.4000', '50.00']] })
  })

  it('stops where it is told, without the books', async () => {
    await replay(files, { json: true, until: '5', sequence: 'ignore' })
    expect(reported()).toMatchObject({ messages: 5, books: [] })
  })

  it('lists the opportunities, and tells the longest and the best', async () => {
    await replay(files, { opportunities: true, sequence: 'check' })
    const text = printed.join('')
    expect(text).toMatch(/opportunities +1\n +longest +0 ms, u3 A at 12:00:00\.000\n +best +\$0\.731 on 10\.00, u3 A at 12:00:00\.000/)
    expect(text).toMatch(/12:00:00\.000 +u3 +A +0 ms +1 +1 +10\.00 +\$0\.731 +– +vanished +–/)
    printed = []
    await replay(files, { opportunities: true, json: true, sequence: 'check' })
    expect(reported().opportunities.list).toMatchObject([{ subject: 'u3', direction: 'A', finds: 1 }])
  })

  it('prints a short table for a person', async () => {
    await replay(files, { books: true, sequence: 'check' })
    const text = printed.join('')
    expect(text).toMatch(/found, refused +1, 0/)
    expect(text).toMatch(/kalshi +KXU3-25MAR-T4\.0 +yes +30\.00 at 0\.3800 +50\.00 at 0\.4000 +1 \| 1/)
    expect(text).toMatch(/forecastex +710200001 +no +– +20\.00 at 0\.5000 +0 \| 1/)
  })

  it.each([
    [{ sequence: 'maybe' }, '--sequence takes check or ignore, not "maybe"'],
    [{ sequence: 'check', until: '0' }, '--until takes a number of lines from 1, not "0"'],
    [{ sequence: 'check', until: '1.5' }, '--until takes a number of lines from 1, not "1.5"'],
  ])('refuses %j', async (wrong, sentence) => {
    await expect(replay(files, wrong)).rejects.toThrow(new RangeError(sentence))
  })
})

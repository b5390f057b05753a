import { gzipSync } from 'node:zlib'
import { readSports } from '../../../../src/replay/recordings/sports/sports'
import { temporaryDirectory } from '../../../stores/doubles'
import { PLAYED } from '../folder'
import { best, BEST_HEAD, deep, fetched, FILES, game, METS, quoted, record, result, sportsFolder, TOLD, type Told } from './fixture'

const dir = temporaryDirectory()
/** Check sum and length, at the end of a gzip file. */
const CHECK_BYTES = 8
const refused = async (folder: string, sentence: string): Promise<void> => {
  const reading = readSports(folder, PLAYED)
  await expect(reading).rejects.toThrow(RangeError)
  await expect(reading).rejects.toThrow(`${folder}/${sentence}`)
}
const quotedAs = (outcomes: object): string => quoted('06:23:02', 0.4, 0.5, { outcomes })

describe('recordings of the sports weeks that cannot be used', () => {
  it.each<[string, Told, string]>([
    ['odds that are no JSON', { mlb: [fetched('06:15:27'), '{"events":['] }, `${FILES.mlb}:2 is not JSON`],
    ['a fetch without events', { mlb: ['{"sport_file":"mlb"}'] }, `${FILES.mlb}:1 is damaged: n_events`],
    ['a fetch of before the last', { mlb: [fetched('06:15:27'), fetched('06:15:26')] }, `${FILES.mlb}:2 is damaged: it was fetched before`],
    ['a fetch of another league', { kbo: [fetched('06:15:27')] }, `${FILES.kbo}:1 is damaged: it is of "mlb"`],
    ['a game of another sport', { mlb: [fetched('06:15:27', [game({ sport_key: 'baseball_kbo' })])] }, `${FILES.mlb}:1 is damaged: event mets is of baseball_kbo`], // prettier-ignore
    ['a fetch that lacks a game', { mlb: [fetched('06:15:27', [game()], { n_events: 2 })] }, `${FILES.mlb}:1 is damaged: it has 1 events and says 2`], // prettier-ignore
    ['a start that is no time', { mlb: [fetched('06:15:27', [game({ commence_time: 'noon' })])] }, `${FILES.mlb}:1 mets commence_time is damaged`], // prettier-ignore
    ['a price above a dollar', { quotes: [quoted('06:23:02', 0.4, 1.01)] }, `${FILES.quotes}:1 is damaged: outcomes.0.yes_ask`],
    ['a price between the steps', { quotes: [quoted('06:23:02', 0.46005)] }, `${FILES.quotes}:1 is damaged: more than 4 decimals`],
    ['a crossed quote', { quotes: [quoted('06:23:02', 0.48, 0.47)] }, `${FILES.quotes}:1 is damaged: ${METS} is bid at 4800 and asked at 4700`], // prettier-ignore
    ['a market of another event', { quotes: [quotedAs([{ ticker: 'KXMLBGAME-X-Y', yes_bid: 0.4, yes_ask: 0.5 }, { ticker: METS, yes_bid: 0.4, yes_ask: 0.5 }])] }, `${FILES.quotes}:1 is damaged: KXMLBGAME-X-Y is told as a market of`], // prettier-ignore
    ['a capture of another day', { quotes: [quoted('06:23:02').replace('07-05T', '07-06T')] }, `${FILES.quotes}:1 is damaged: it was captured on 2026-07-06`], // prettier-ignore
    ['a capture that tells a market again', { quotes: [quoted('06:23:02'), quoted('06:23:02')] }, `${FILES.quotes}:2 is damaged: ${METS} is told in`], // prettier-ignore
    ['a level without contracts', { books: [deep('06:24:00', [[0.4, 0]])] }, `${FILES.books}:1 is damaged: yes_bids.0.1`],
    ['a level finer than a hundredth', { books: [deep('06:24:00', [[0.4, 1.005]])] }, `${FILES.books}:1 is damaged: more than 2 decimals`],
    ['a level at a dollar', { books: [deep('06:24:00', [[1, 5]])] }, `${FILES.books}:1 is damaged: a bid of 1 dollars`],
    ['a book that is crossed', { books: [deep('06:24:00', [[0.48, 5]])] }, `${FILES.books}:1 is damaged: ${METS} is bid at 4800`],
    ['other columns', { best: [`${BEST_HEAD},more`] }, `${FILES.best}:1 has the columns`],
    ['a market that is closed', { best: [BEST_HEAD, best('07:00:00').replace(',active,', ',closed,')] }, `${FILES.best}:2 is damaged: status is "closed"`], // prettier-ignore
    ['a time that is none', { best: [BEST_HEAD, best('07:00:0x')] }, `${FILES.best}:2 is damaged: captured_at`],
    [
      'a volume that is none',
      { best: [BEST_HEAD, best('07:00:00', '0.4500', '0.4700', 'many')] },
      `${FILES.best}:2 is damaged: not a plain`,
    ],
    ['another price grid', { list: [record({ price_level_structure: 'tapered' })] }, `${FILES.list}:1 is damaged: market.price_level_structure`], // prettier-ignore
    ['two records of a market', { list: [record(), record()] }, `${FILES.list}:2 is damaged: ${METS} has a record already`],
    ['a result that is neither', { results: [result({ result: 'scalar' })] }, `${FILES.results}:1 is damaged: result`],
    ['two results of a market', { results: [result(), result()] }, `${FILES.results}:2 is damaged`],
  ])('refuses %s, naming where', (_what, told, sentence) => refused(sportsFolder(dir, told), sentence))

  it.each<[string, Record<string, Buffer>, string]>([
    ['a file that is no gzip', { [FILES.wnba]: Buffer.from('no gzip') }, `${FILES.wnba}:1 is not JSON`],
    ['a file that is damaged', { [FILES.mlb]: broken(gzipSync(TOLD.mlb.join('\n'))) }, `${FILES.mlb} is not a readable gzip file`],
    ['a file that breaks off', { [FILES.mlb]: gzipSync(TOLD.mlb.join('\n')).subarray(0, 200) }, `${FILES.mlb} cannot be read`],
    ['a day that is none', { 'kalshi_series/orderbooks/today.jsonl.gz': Buffer.from('') }, 'kalshi_series/orderbooks/today.jsonl.gz is no day'], // prettier-ignore
  ])('refuses %s', (_what, files, sentence) => refused(sportsFolder(dir, {}, files), sentence))

  it('refuses a quote of a market that had closed, and a ticker that is none of a game, when it comes to them', async () => {
    const late = await readSports(sportsFolder(dir, { quotes: [quoted('19:21:00')] }), PLAYED)
    await expect(drained(late)).rejects.toThrow(`${FILES.quotes}:1 is damaged: KXMLBGAME-26JUL051230NYMATL-ATL is quoted, and had closed`)
    const strange = await readSports(sportsFolder(dir, { books: [deep('06:24:00', [], [], 'KXMLBGAME-26XXX-Y')] }), PLAYED)
    await expect(drained(strange)).rejects.toThrow(`${FILES.books}:1 is damaged: no ticker of a game`)
  })

  it('refuses a folder without recordings, and a life that is none', async () => {
    await expect(readSports('/nowhere', PLAYED)).rejects.toThrow(`/nowhere/${FILES.list} does not exist: name the folder`)
    await expect(readSports(sportsFolder(dir), { ...PLAYED, quoteLifeMs: 0 })).rejects.toThrow('a quote cannot live 0 ms')
  })
})

/** Its check sum is another. */
function broken(file: Buffer): Buffer {
  const at = file.length - CHECK_BYTES
  file.writeUInt32LE(file.readUInt32LE(at) ^ 1, at)
  return file
}

async function drained({ frames }: Awaited<ReturnType<typeof readSports>>): Promise<void> {
  for await (const frame of frames()) if (frame.n < 1) throw new Error('a frame without a number')
}

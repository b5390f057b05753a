import { playGold } from './gold-play'
import { readWindows } from './gold-files'
import type { Recording, RecordingOptions } from './recording'

/**
 * Windows of Kalshi's 15-minute gold market, every message of its stream, against a second venue that is invented. The numbers of the messages have gaps
 * that are none (the files were split by market): it is replayed with `sequence: 'ignore'`.
 * @param folder that holds the recorded market data
 * @throws RangeError naming the file, and the line where one is damaged
 */
export async function readGold(folder: string, { limits, seed, windows: most }: RecordingOptions): Promise<Recording> {
  if (most !== undefined && !(Number.isSafeInteger(most) && most > 0))
    throw new RangeError(`${most} windows cannot be played: name a whole number above zero`)
  const windows = (await readWindows(folder)).slice(0, most)
  return {
    name: 'gold',
    frames: () => playGold({ windows, limits, seed }),
    settlements: windows.flatMap(({ pair, yesPays, settledMs }) =>
      (['kalshi', 'forecastex'] as const).map((venue) => ({ venue, market: pair[venue].market, yesPays, atMs: settledMs })),
    ),
    caveats: [
      `The ForecastEx side is invented, by seed "${seed}": no such market exists there, nobody ever quoted these prices, and what is earned by them says nothing of money.`,
      'It follows the middle of Kalshi’s book one to five seconds late and asks 1.01 to 1.03 for both outcomes: every gap comes of that lag, and a faster maker would leave none.',
      'Its payout is taken to be Kalshi’s: that two venues decide alike is assumed, not observed.',
      'Kalshi’s side is real, message by message; the numbers of its messages jump where the recording was split by market, so that a lost message would not be noticed.',
      'In silences of one market the connection is taken to be alive where the numbers of its messages went on, and not across the one reconnect that was recorded.',
      'Kalshi’s fees are taken to be by the standard rule.',
    ],
  }
}

import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { ConfigurationError } from '../../src/config/environment'
import { readProfilesFile } from '../../src/config/profiles'
import { SPORTS_THAT_MAY_TIE } from '../../src/core/edge/games/series'
import { rulesFor, type EdgeSettings } from '../../src/core/edge/profile'

const CONFIG = path.join(__dirname, '..', '..', 'config')
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'crossbook-profiles-'))
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

/** The shipped file with one text replaced. */
function altered(from: string | RegExp, to: string): EdgeSettings {
  const text = fs.readFileSync(path.join(CONFIG, 'profiles.yaml'), 'utf8')
  const changed = text.replace(from, to)
  expect(changed).not.toBe(text)
  fs.writeFileSync(path.join(folder, 'profiles.yaml'), changed)
  return readProfilesFile(folder)
}

/** A profile like SCALP, in front of it. */
const MINE = fs.readFileSync(path.join(CONFIG, 'profiles.yaml'), 'utf8').match(/ {2}SCALP:\n([^]*?)(?=\n# )/)?.[1] ?? ''

describe('config/profiles.yaml', () => {
  it('is read whole', () => {
    const { policy, consensus, guards, highConfidence } = readProfilesFile(CONFIG)
    expect(policy).toEqual({
      ...{
        confidence: 'bands',
        lineAgeNearMs: 60_000,
        lineAgeFarMs: 180_000,
        nearMs: 21_600_000,
        startGapMaxMs: 900_000,
        clockSkewMaxMs: 5_000,
      },
      shares: { perTrade: 0.02, perEvent: 0.05, perDay: 0.15, ofDepth: 0.25 },
    })
    expect(highConfidence).toEqual({ minBooks: 4, maxBookSpread: 20_000 })
    expect(guards).toMatchObject({ minEdge: 20_000, minPrice: 2_000, maxPrice: 8_000, maxKellyFraction: 0.25 })
    expect(consensus).toMatchObject({ method: 'default', minFamilies: 2, uncertaintyFloor: 0.005, methodSpreadShare: 0.5 })
    expect(consensus.books).toMatchObject({
      pinnacle: { weight: 3, sharp: true, family: 'pinnacle' },
      lowvig: { weight: 2, sharp: true, family: 'betonline' },
      betonlineag: { weight: 2, sharp: true, family: 'betonline' },
      draftkings: { weight: 1, sharp: false, family: 'draftkings' },
      williamhill_us: { weight: 1, sharp: false, family: 'caesars' },
      betrivers: { weight: 1, sharp: false, family: 'kambi' },
      ballybet: { weight: 1, sharp: false, family: 'kambi' },
      espnbet: { weight: 1, sharp: false, family: 'espnbet' },
      fliff: { weight: 0, sharp: false, family: 'social' },
    })
  })

  it('says when claims have failed, and what follows', () => {
    expect(readProfilesFile(CONFIG).calibration).toEqual({ days: 180, minGames: 50, confidence: 95, maxGap: 0.03, share: 0.25 })
    expect(altered('action: reduce', 'action: refuse').calibration.share).toBe(0)
  })

  it('takes a profile of one’s own, and a bankroll and contracts for it', () => {
    const own = altered('profiles:\n', `profiles:\n  MINE:\n${MINE}\n    max_contracts: '20'\n    bankroll: '250.00'\n`)
    expect(own.profiles[0]).toMatchObject({ name: 'MINE', minEdge: 20_000, maxContracts: 2_000, bankroll: 250_000_000 })
  })

  it.each<[string, string | RegExp, string, string]>([
    [
      'a misspelt key of a profile',
      'min_books: 3',
      'min_boks: 3',
      'unknown key "profiles.CONSERVATIVE.min_boks"; did you mean "min_books"?',
    ],
    ['a misspelt key of the guards', 'confirm_from', 'confirm_form', 'unknown key "guards.confirm_form"; did you mean "confirm_from"?'],
    ['a misspelt key of the consensus', 'half_life_s', 'half_live_s', 'unknown key "consensus.half_live_s"; did you mean "half_life_s"?'],
    [
      'a misspelt key of a tier',
      '{ weight: 3, sharp',
      '{ wieght: 3, sharp',
      'unknown key "consensus.tiers.sharp.wieght"; did you mean "weight"?',
    ],
    ['a misspelt key of the whole', /^guards:/m, 'gaurds:', 'unknown key "gaurds"; did you mean "guards"?'],
    [
      'a profile in force that there is not',
      'profile: STANDARD',
      'profile: STANDRAD',
      'profile: there is no "STANDRAD": use one of CONSERVATIVE,',
    ],
    ['a profile in small letters', '  SCALP:', '  scalp:', 'named in capitals'],
    ['money as a number', "min_edge: '0.06'", 'min_edge: 0.06', 'profiles.CONSERVATIVE.min_edge'],
    ['a price above a dollar', "max_price: '0.85'", "max_price: '1.01'", '"1.01" is not a price of a contract between 0 and 1 dollar'],
    ['a volume that is none', "min_volume: '300'", "min_volume: 'many'", '"many" is not a number of contracts'],
    ['a discount that is none', "min_edge_high_confidence: '0.04'", "min_edge_high_confidence: '0.07'", 'is a discount: at most 0.06'],
    ['hours the wrong way round', 'min_hours_to_start: 3', 'min_hours_to_start: 37', 'profiles.CONSERVATIVE: min_hours_to_start is beyond'],
    ['prices the wrong way round', "min_price: '0.25'", "min_price: '0.86'", 'profiles.STANDARD: min_price is above max_price'],
    ['tiers that rise', 'high: 75, medium: 55', 'high: 55, medium: 75', 'profiles.CONSERVATIVE: the tiers fall from high to low'],
    ['more than all of Kelly', 'kelly_fraction: 0.15', 'kelly_fraction: 1.5', 'profiles.CONSERVATIVE.kelly_fraction'],
    ['a review before the confirmation', "review_above: '0.12'", "review_above: '0.04'", 'guards: confirm_from is above review_above'],
    [
      'a book in two families',
      'books: [gtbets]',
      'books: [gtbets, bovada]',
      '"bovada" is in "bovada" and in "gtbets": a book has one family',
    ],
    ['a tier that there is not', 'tier: second', 'tier: secnod', '"betonline" is in tier "secnod", and there are sharp, second,'],
    ['a guard that is not written', /^ {2}odds_after_move: true\n/m, '', 'guards.odds_after_move'],
    ['a way of taking the margin out that there is not', 'devig: default', 'devig: shinn', 'consensus.devig'],
    ['no word on ties of the other sports', /^ {4}other: 0.003\n/m, '', 'add other'],
    [
      'no word on ties of a sport that has them',
      /^ {4}mma_mixed_martial_arts: 0.02\n/m,
      '',
      'nothing says how often: add mma_mixed_martial_arts',
    ],
    ['a line of more than a minute near the start', 'line_age_near_s: 60', 'line_age_near_s: 61', 'odds.line_age_near_s is at most 60'],
    ['a line of more than three minutes', 'line_age_far_s: 180', 'line_age_far_s: 181', 'odds.line_age_far_s is at most 180'],
    [
      'starts further apart',
      /start_gap_max_s: \d+/,
      'start_gap_max_s: 1801',
      'odds.start_gap_max_s is at most 1800 while guards.on is true',
    ],
    ['one family of books', 'min_families: 2', 'min_families: 1', 'consensus.min_families is at least 2 while guards.on is true'],
    ['much rejected', 'max_rejected_share: 0.333333', 'max_rejected_share: 0.34', 'consensus.max_rejected_share is at most a third'],
    ['a price of Kalshi’s against Kalshi', 'none: { weight: 0,', 'none: { weight: 1,', 'consensus: kalshi weighs nothing'],
    [
      'a Kalshi that is in no family, where what is in none is heard',
      /unknown_weight: 0\n([^]*)\[kalshi, /,
      'unknown_weight: 1\n$1[',
      'consensus: kalshi weighs nothing',
    ],
    [
      'a sport of three outcomes as one of two',
      'three_way_sports: [soccer]',
      'three_way_sports: []',
      'has 3 outcomes: add what it begins with',
    ],
    [
      'a sport of two outcomes as one of three',
      'three_way_sports: [soccer]',
      'three_way_sports: [soccer, mma]',
      'a game of mma_mixed_martial_arts has 2 outcomes',
    ],
    ['a start that is near later', 'near_hours: 6', 'near_hours: 5.9', 'odds.near_hours is at least 6 while guards.on is true'],
    ['a smaller uncertainty', 'uncertainty_floor: 0.005', 'uncertainty_floor: 0.0049', 'consensus.uncertainty_floor is at least 0.005'],
    [
      'less of what the methods differ by',
      'method_spread_share: 0.5',
      'method_spread_share: 0.49',
      'consensus.method_spread_share is at least 0.5',
    ],
    ['a verdict by hardly any games', 'min_games: 50', 'min_games: 29', 'calibration.min_games'],
    ['a throttle that never comes', 'min_games: 50', 'min_games: 201', 'calibration.min_games is at most 200 while guards.on is true'],
    ['one that takes hardly anything', 'share: 0.25 }', 'share: 0.51 }', 'calibration.share is at most 0.5 while guards.on is true'],
    ['a gap that explains everything', 'max_gap: 0.03', 'max_gap: 0.06', 'calibration.max_gap is at most 0.05 while guards.on is true'],
    ['a confidence that nobody has', 'confidence: 95', 'confidence: 97', 'calibration.confidence'],
    ['a file that says nothing of calibration', /\ncalibration: .*\n/, '\n', 'calibration'],
  ])('refuses %s', (_what, from, to, says) => {
    expect(() => altered(from, to)).toThrow(ConfigurationError)
    expect(() => altered(from, to)).toThrow(says)
  })

  it('goes beyond what binds odds and consensus where the guards are off', () => {
    const text = fs.readFileSync(path.join(CONFIG, 'profiles.yaml'), 'utf8')
    const beyond = text
      .replace('line_age_near_s: 60', 'line_age_near_s: 1200')
      .replace('uncertainty_floor: 0.005', 'uncertainty_floor: 0')
      .replace('method_spread_share: 0.5', 'method_spread_share: 0')
    fs.writeFileSync(path.join(folder, 'profiles.yaml'), beyond.replace('  on: true', '  on: false'))
    const settings = readProfilesFile(folder)
    expect(settings.policy.lineAgeNearMs).toBe(1_200_000)
    expect(() => rulesFor(settings, 'live')).toThrow('modes paper and backtest only, not in live')
    fs.writeFileSync(path.join(folder, 'profiles.yaml'), beyond)
    expect(() => readProfilesFile(folder)).toThrow(ConfigurationError)
  })

  it('takes from odds.yaml how far the clock of the source may be off', () => {
    fs.copyFileSync(path.join(CONFIG, 'profiles.yaml'), path.join(folder, 'profiles.yaml'))
    const odds = fs.readFileSync(path.join(CONFIG, 'odds.yaml'), 'utf8')
    const file = path.join(folder, 'odds.yaml')
    fs.writeFileSync(file, `${odds.replace(/^clock_skew_max_ms:.*\n/m, '')}\nclock_skew_max_ms: 7000\n`)
    expect(readProfilesFile(folder).policy.clockSkewMaxMs).toBe(7_000)
    fs.rmSync(file)
    expect(readProfilesFile(folder).policy.clockSkewMaxMs).toBe(5_000)
  })

  it('hears no book that is not listed, and lists the exchanges of event contracts as never heard', () => {
    const { books, unknownBook } = readProfilesFile(CONFIG).consensus
    expect(unknownBook).toEqual({ weight: 0, sharp: false })
    expect(['kalshi', 'polymarket'].map((book) => books[book])).toEqual(
      Array(2).fill({ weight: 0, sharp: false, family: 'event-contracts' }),
    )
  })

  it('says how often a tie is for every sport that may have one', () => {
    expect([...SPORTS_THAT_MAY_TIE].sort()).toEqual([
      'americanfootball_nfl',
      'americanfootball_nfl_preseason',
      'baseball_kbo',
      'mma_mixed_martial_arts',
    ])
    const { tieProbability } = readProfilesFile(CONFIG)
    expect(SPORTS_THAT_MAY_TIE.filter((sport) => !Object.hasOwn(tieProbability, sport))).toEqual([])
  })

  it('that is not there is named, with what to do', () =>
    expect(() => readProfilesFile(path.join(folder, 'none'))).toThrow('cannot be read'))

  it('has a family for every book of the recorded odds, of two regions', () => {
    const data = path.join(CONFIG, '..', '..', 'shared', 'data', 'odds_api')
    if (!fs.existsSync(data)) return console.warn(`skipped: ${data} is not here`)
    const files = fs.readdirSync(data).filter((name) => /\.jsonl?\.gz$/.test(name))
    const texts = files.map((name) => gunzipSync(fs.readFileSync(path.join(data, name))).toString())
    const keys = new Set(texts.flatMap((text) => [...text.matchAll(/"key":\s*"([a-z0-9_]+)",\s*"title"/g)].map(([, key]) => key)))
    const { books } = readProfilesFile(CONFIG).consensus
    expect(keys.size).toBeGreaterThan(25)
    expect([...keys].filter((key) => key === undefined || !Object.hasOwn(books, key))).toEqual([])
  })
})

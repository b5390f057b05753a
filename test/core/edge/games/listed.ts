/** A club as the sources write it: Kalshi's code, the odds source's name, what Kalshi shows. */
export type Club = readonly [code: string, name: string, shown: string]

/**
 * A league as both sources list it, written down from what they told and not from the resolver's own tables. Recorded: Kalshi's listings of NFL, MLB, WNBA
 * and KBO (July 2026) and tickers of the NBA (January 2026); the odds source's names of all but the NBA. Nobody has recorded a listing of the NHL: its
 * codes are those of the reference, its grammar that of the NBA.
 */
export interface ListedLeague {
  readonly series: string
  readonly sport: string
  readonly clubs: readonly Club[]
  /** A day of the season: of the ticker ("26JUL08"), by the calendar, and by how many hours US Eastern is behind UTC on it. */
  readonly day: readonly [ticker: string, date: string, behindUtc: number]
  /** Minutes of that day, US Eastern: an ordinary game, and the latest one of the league. */
  readonly starts: readonly [usual: string, latest: string]
  /** Its tickers tell the hour. */
  readonly tellsHour: boolean
  readonly title: (away: string, home: string, side: string) => string
}

const WINNER = (away: string, home: string): string => `${away} vs ${home} Winner?`

const NFL: readonly Club[] = [
  ['ARI', 'Arizona Cardinals', 'Arizona'],
  ['ATL', 'Atlanta Falcons', 'Atlanta'],
  ['BAL', 'Baltimore Ravens', 'Baltimore'],
  ['BUF', 'Buffalo Bills', 'Buffalo'],
  ['CAR', 'Carolina Panthers', 'Carolina'],
  ['CHI', 'Chicago Bears', 'Chicago'],
  ['CIN', 'Cincinnati Bengals', 'Cincinnati'],
  ['CLE', 'Cleveland Browns', 'Cleveland'],
  ['DAL', 'Dallas Cowboys', 'Dallas'],
  ['DEN', 'Denver Broncos', 'Denver'],
  ['DET', 'Detroit Lions', 'Detroit'],
  ['GB', 'Green Bay Packers', 'Green Bay'],
  ['HOU', 'Houston Texans', 'Houston'],
  ['IND', 'Indianapolis Colts', 'Indianapolis'],
  ['JAC', 'Jacksonville Jaguars', 'Jacksonville'],
  ['KC', 'Kansas City Chiefs', 'Kansas City'],
  ['LAC', 'Los Angeles Chargers', 'Los Angeles C'],
  ['LAR', 'Los Angeles Rams', 'Los Angeles R'],
  ['LV', 'Las Vegas Raiders', 'Las Vegas'],
  ['MIA', 'Miami Dolphins', 'Miami'],
  ['MIN', 'Minnesota Vikings', 'Minnesota'],
  ['NE', 'New England Patriots', 'New England'],
  ['NO', 'New Orleans Saints', 'New Orleans'],
  ['NYG', 'New York Giants', 'New York G'],
  ['NYJ', 'New York Jets', 'New York J'],
  ['PHI', 'Philadelphia Eagles', 'Philadelphia'],
  ['PIT', 'Pittsburgh Steelers', 'Pittsburgh'],
  ['SEA', 'Seattle Seahawks', 'Seattle'],
  ['SF', 'San Francisco 49ers', 'San Francisco'],
  ['TB', 'Tampa Bay Buccaneers', 'Tampa Bay'],
  ['TEN', 'Tennessee Titans', 'Tennessee'],
  ['WAS', 'Washington Commanders', 'Washington'],
]
const NBA: readonly Club[] = [
  ['ATL', 'Atlanta Hawks', 'Atlanta'],
  ['BOS', 'Boston Celtics', 'Boston'],
  ['BKN', 'Brooklyn Nets', 'Brooklyn'],
  ['CHA', 'Charlotte Hornets', 'Charlotte'],
  ['CHI', 'Chicago Bulls', 'Chicago'],
  ['CLE', 'Cleveland Cavaliers', 'Cleveland'],
  ['DAL', 'Dallas Mavericks', 'Dallas'],
  ['DEN', 'Denver Nuggets', 'Denver'],
  ['DET', 'Detroit Pistons', 'Detroit'],
  ['GSW', 'Golden State Warriors', 'Golden State'],
  ['HOU', 'Houston Rockets', 'Houston'],
  ['IND', 'Indiana Pacers', 'Indiana'],
  ['LAC', 'Los Angeles Clippers', 'Los Angeles C'],
  ['LAL', 'Los Angeles Lakers', 'Los Angeles L'],
  ['MEM', 'Memphis Grizzlies', 'Memphis'],
  ['MIA', 'Miami Heat', 'Miami'],
  ['MIL', 'Milwaukee Bucks', 'Milwaukee'],
  ['MIN', 'Minnesota Timberwolves', 'Minnesota'],
  ['NOP', 'New Orleans Pelicans', 'New Orleans'],
  ['NYK', 'New York Knicks', 'New York'],
  ['OKC', 'Oklahoma City Thunder', 'Oklahoma City'],
  ['ORL', 'Orlando Magic', 'Orlando'],
  ['PHI', 'Philadelphia 76ers', 'Philadelphia'],
  ['PHX', 'Phoenix Suns', 'Phoenix'],
  ['POR', 'Portland Trail Blazers', 'Portland'],
  ['SAC', 'Sacramento Kings', 'Sacramento'],
  ['SAS', 'San Antonio Spurs', 'San Antonio'],
  ['TOR', 'Toronto Raptors', 'Toronto'],
  ['UTA', 'Utah Jazz', 'Utah'],
  ['WAS', 'Washington Wizards', 'Washington'],
]
const MLB: readonly Club[] = [
  ['ATH', 'Athletics', "A's"],
  ['ATL', 'Atlanta Braves', 'Atlanta'],
  ['AZ', 'Arizona Diamondbacks', 'Arizona'],
  ['BAL', 'Baltimore Orioles', 'Baltimore'],
  ['BOS', 'Boston Red Sox', 'Boston'],
  ['CHC', 'Chicago Cubs', 'Chicago C'],
  ['CIN', 'Cincinnati Reds', 'Cincinnati'],
  ['CLE', 'Cleveland Guardians', 'Cleveland'],
  ['COL', 'Colorado Rockies', 'Colorado'],
  ['CWS', 'Chicago White Sox', 'Chicago WS'],
  ['DET', 'Detroit Tigers', 'Detroit'],
  ['HOU', 'Houston Astros', 'Houston'],
  ['KC', 'Kansas City Royals', 'Kansas City'],
  ['LAA', 'Los Angeles Angels', 'Los Angeles A'],
  ['LAD', 'Los Angeles Dodgers', 'Los Angeles D'],
  ['MIA', 'Miami Marlins', 'Miami'],
  ['MIL', 'Milwaukee Brewers', 'Milwaukee'],
  ['MIN', 'Minnesota Twins', 'Minnesota'],
  ['NYM', 'New York Mets', 'New York M'],
  ['NYY', 'New York Yankees', 'New York Y'],
  ['PHI', 'Philadelphia Phillies', 'Philadelphia'],
  ['PIT', 'Pittsburgh Pirates', 'Pittsburgh'],
  ['SD', 'San Diego Padres', 'San Diego'],
  ['SEA', 'Seattle Mariners', 'Seattle'],
  ['SF', 'San Francisco Giants', 'San Francisco'],
  ['STL', 'St. Louis Cardinals', 'St. Louis'],
  ['TB', 'Tampa Bay Rays', 'Tampa Bay'],
  ['TEX', 'Texas Rangers', 'Texas'],
  ['TOR', 'Toronto Blue Jays', 'Toronto'],
  ['WSH', 'Washington Nationals', 'Washington'],
]
const NHL: readonly Club[] = [
  ['ANA', 'Anaheim Ducks', 'Anaheim'],
  ['BOS', 'Boston Bruins', 'Boston'],
  ['BUF', 'Buffalo Sabres', 'Buffalo'],
  ['CAR', 'Carolina Hurricanes', 'Carolina'],
  ['CBJ', 'Columbus Blue Jackets', 'Columbus'],
  ['CGY', 'Calgary Flames', 'Calgary'],
  ['CHI', 'Chicago Blackhawks', 'Chicago'],
  ['COL', 'Colorado Avalanche', 'Colorado'],
  ['DAL', 'Dallas Stars', 'Dallas'],
  ['DET', 'Detroit Red Wings', 'Detroit'],
  ['EDM', 'Edmonton Oilers', 'Edmonton'],
  ['FLA', 'Florida Panthers', 'Florida'],
  ['LA', 'Los Angeles Kings', 'Los Angeles'],
  ['MIN', 'Minnesota Wild', 'Minnesota'],
  ['MTL', 'Montréal Canadiens', 'Montreal'],
  ['NJ', 'New Jersey Devils', 'New Jersey'],
  ['NSH', 'Nashville Predators', 'Nashville'],
  ['NYI', 'New York Islanders', 'New York I'],
  ['NYR', 'New York Rangers', 'New York R'],
  ['OTT', 'Ottawa Senators', 'Ottawa'],
  ['PHI', 'Philadelphia Flyers', 'Philadelphia'],
  ['PIT', 'Pittsburgh Penguins', 'Pittsburgh'],
  ['SEA', 'Seattle Kraken', 'Seattle'],
  ['SJ', 'San Jose Sharks', 'San Jose'],
  ['STL', 'St Louis Blues', 'St. Louis'],
  ['TB', 'Tampa Bay Lightning', 'Tampa Bay'],
  ['TOR', 'Toronto Maple Leafs', 'Toronto'],
  ['UTA', 'Utah Mammoth', 'Utah'],
  ['VAN', 'Vancouver Canucks', 'Vancouver'],
  ['VGK', 'Vegas Golden Knights', 'Vegas'],
  ['WPG', 'Winnipeg Jets', 'Winnipeg'],
  ['WSH', 'Washington Capitals', 'Washington'],
]
const WNBA: readonly Club[] = [
  ['ATL', 'Atlanta Dream', 'Atlanta'],
  ['CHI', 'Chicago Sky', 'Chicago'],
  ['CONN', 'Connecticut Sun', 'Connecticut'],
  ['DAL', 'Dallas Wings', 'Dallas'],
  ['GS', 'Golden State Valkyries', 'Golden State'],
  ['IND', 'Indiana Fever', 'Indiana'],
  ['LA', 'Los Angeles Sparks', 'Los Angeles'],
  ['LV', 'Las Vegas Aces', 'Las Vegas'],
  ['MIN', 'Minnesota Lynx', 'Minnesota'],
  ['NY', 'New York Liberty', 'New York'],
  ['PDX', 'Portland Fire', 'Portland'],
  ['PHX', 'Phoenix Mercury', 'Phoenix'],
  ['SEA', 'Seattle Storm', 'Seattle'],
  ['TOR', 'Toronto Tempo', 'Toronto'],
  ['WSH', 'Washington Mystics', 'Washington'],
]
const KBO: readonly Club[] = [
  ['DOO', 'Doosan Bears', 'Doosan Bears'],
  ['HAN', 'Hanwha Eagles', 'Hanwha Eagles'],
  ['KIA', 'Kia Tigers', 'Kia Tigers'],
  ['KIW', 'Kiwoom Heroes', 'Kiwoom Heroes'],
  ['KTW', 'KT Wiz', 'KT Wiz'],
  ['LG', 'LG Twins', 'LG Twins'],
  ['LOT', 'Lotte Giants', 'Lotte Giants'],
  ['NCD', 'NC Dinos', 'NC Dinos'],
  ['SAM', 'Samsung Lions', 'Samsung Lions'],
  ['SSG', 'SSG Landers', 'SSG Landers'],
]

export const LISTED: Readonly<Record<string, ListedLeague>> = {
  NFL: {
    ...{
      series: 'KXNFLGAME',
      sport: 'americanfootball_nfl',
      clubs: NFL,
      day: ['26DEC13', '2026-12-13', 5],
      starts: ['13:00', '20:20'],
      tellsHour: false,
    },
    title: (away, home, side) => `Will ${side} win the ${away} vs ${home} Pro Football game?`,
  },
  NBA: {
    ...{
      series: 'KXNBAGAME',
      sport: 'basketball_nba',
      clubs: NBA,
      day: ['27JAN15', '2027-01-15', 5],
      starts: ['19:00', '22:30'],
      tellsHour: false,
    },
    title: WINNER,
  },
  MLB: {
    ...{
      series: 'KXMLBGAME',
      sport: 'baseball_mlb',
      clubs: MLB,
      day: ['26JUL09', '2026-07-09', 4],
      starts: ['12:35', '22:10'],
      tellsHour: true,
    },
    title: WINNER,
  },
  NHL: {
    ...{
      series: 'KXNHLGAME',
      sport: 'icehockey_nhl',
      clubs: NHL,
      day: ['27JAN15', '2027-01-15', 5],
      starts: ['19:00', '22:30'],
      tellsHour: false,
    },
    title: WINNER,
  },
  WNBA: {
    ...{
      series: 'KXWNBAGAME',
      sport: 'basketball_wnba',
      clubs: WNBA,
      day: ['26JUL09', '2026-07-09', 4],
      starts: ['19:00', '22:00'],
      tellsHour: false,
    },
    title: (away, home) => `${away} vs ${home} winner?`,
  },
  // half past six in the evening in Seoul is the morning of the same day in New York, two in the afternoon the night of that day
  KBO: {
    ...{
      series: 'KXKBOGAME',
      sport: 'baseball_kbo',
      clubs: KBO,
      day: ['26JUL09', '2026-07-09', 4],
      starts: ['05:30', '01:00'],
      tellsHour: true,
    },
    title: (away, home) => `${away} vs ${home} winner?`,
  },
}

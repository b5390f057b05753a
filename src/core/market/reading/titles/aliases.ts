import { spelling } from '../words'

/** Exact other names, one spelling each; what is in no table is only ever itself. */

/** Kalshi may not print the marks of the American leagues: "Pro Baseball" is the MLB (its series KXMLB*). */
const PHRASES: readonly (readonly [string, string])[] = [
  ['pro baseball american league championship', 'alcs'],
  ['pro baseball national league championship', 'nlcs'],
  ['american league championship series', 'alcs'],
  ['national league championship series', 'nlcs'],
  ['american league pennant', 'alcs'],
  ['national league pennant', 'nlcs'],
  ['pro baseball championship', 'world series'],
  ['pro baseball', 'mlb'],
  ['major league baseball', 'mlb'],
  ['pro football championship', 'super bowl'],
  ['pro football', 'nfl'],
  ['pro basketball championship', 'nba finals'],
  ['pro basketball', 'nba'],
  ['pro hockey championship', 'stanley cup'],
  ['stanley cup finals', 'stanley cup'],
  ['pro hockey', 'nhl'],
  ['american league', 'al'],
  ['national league', 'nl'],
  ['formula 1', 'f1'],
  ['formula one', 'f1'],
  ['fifa mens world cup', 'world cup'],
  ['fifa world cup', 'world cup'],
  ['mens world cup', 'world cup'],
  ['grand final', 'final'],
  ['united states', 'us'],
]
/** Words that carry no difference where both titles name the same prize: "the 2026 AL Cy Young Award" and "AL Cy Young". */
const BARE = /\b(?:the|a|an|award|trophy|major|tournament|prize)\b/g
const CHAMPION = /\bbe (.*?)\b(drivers|constructors|world|national)? ?champion\b/

/** Signs that a spelling would lose, and with them the difference between two numbers. */
const SIGNS: readonly (readonly [RegExp, string])[] = [
  [/(?<![\w)])-(?=[\d.$])/g, ' minus '],
  [/\+/g, ' plus '],
  [/%/g, ' percent '],
  [/\$/g, ' dollars '],
  [/≥|>=/g, ' at least '],
  [/≤|<=/g, ' at most '],
  [/>/g, ' above '],
  [/</g, ' below '],
  [/=/g, ' equal '],
]
/** What is left of "win a major" is no question. */
const FEWEST_WORDS = 2

/** What a title says of its subject, in one spelling: names replaced by the first of their aliases, years and articles left out. */
export function phrase(words: string): string {
  const signed = SIGNS.reduce((text, [sign, name]) => text.replace(sign, name), words)
  let text = ` ${spelling(signed)} `.replace(/ 20\d\d /g, ' ')
  for (const [alias, name] of PHRASES) text = text.replaceAll(` ${alias} `, ` ${name} `)
  text = text.replace(CHAMPION, 'win $1 $2 championship').replace(/\bin (?:in )?$/, ' ')
  const bare = spelling(text.replace(BARE, ' '))
  return bare.split(' ').length < FEWEST_WORDS ? spelling(text) : bare
}

/** What teams put around their names: "Aurora Gaming" is "Aurora", "Team Spirit" is "Spirit"; "Spirit Academy" is another team. */
const ORGANISATION = /^(?:team|the) | (?:team|esports?|gaming|club|fc|cf)$/g
export function team(words: string): string {
  const name = spelling(words)
  const bare = name.replace(ORGANISATION, '').trim()
  return bare === '' ? name : bare
}

/** One club of the MLB to a city, but for those that share one: "New York", "Chicago", "Los Angeles" alone are nobody (market-math §8). */
const MLB =
  'AZ arizona diamondbacks,ATL atlanta braves,BAL baltimore orioles,BOS boston red sox,CHC chicago cubs,CWS chicago white sox,CIN cincinnati reds,CLE cleveland guardians,COL colorado rockies,DET detroit tigers,HOU houston astros,KC kansas city royals,LAA los angeles angels,LAD los angeles dodgers,MIA miami marlins,MIL milwaukee brewers,MIN minnesota twins,NYM new york mets,NYY new york yankees,ATH athletics,PHI philadelphia phillies,PIT pittsburgh pirates,SD san diego padres,SEA seattle mariners,SF san francisco giants,STL st louis cardinals,TB tampa bay rays,TEX texas rangers,TOR toronto blue jays,WSH washington nationals'
const CITIES =
  'AZ arizona,ATL atlanta,BAL baltimore,BOS boston,CHC chicago c,CWS chicago ws,CIN cincinnati,CLE cleveland,COL colorado,DET detroit,HOU houston,KC kansas city,LAA los angeles a,LAD los angeles d,MIA miami,MIL milwaukee,MIN minnesota,NYM new york m,NYY new york y,ATH as,PHI philadelphia,PIT pittsburgh,SD san diego,SEA seattle,SF san francisco,STL st louis,TB tampa bay,TEX texas,TOR toronto,WSH washington'
const clubs = new Map(
  `${MLB},${CITIES}`.split(',').map((entry) => [entry.slice(entry.indexOf(' ') + 1), entry.slice(0, entry.indexOf(' '))]),
)
const CLUB_PRIZES = /\b(?:alcs|nlcs|world series)\b/

/** Whom a title asks about: a party, a club of the league that the phrase names, else the name in one spelling. */
export function subjectName(words: string, of: string): string {
  const club = CLUB_PRIZES.test(of) ? clubs.get(spelling(words).replace(/^the /, '')) : undefined
  return club ? `club:${club}` : `name:${spelling(words).replace(/^the /, '')}`
}

import type { GameMapping, ListedMarket } from './game'
import { LEAGUES, type League } from './series'

/** How a game can end without a winner and the market still pays. */
type End = 'tie' | 'no contest'

/** What the rules of one market say of a game without a winner. */
interface Told {
  /** What each end pays a YES, by every sentence about it. */
  readonly paid: Readonly<Record<End, ReadonlySet<number>>>
  /** The first sentence that says how the market ends, in words that are not known; null: none. */
  readonly strange: string | null
}

/** What a refusal shows of a sentence: a screen's width, for the whole of it is at Kalshi. */
const SHOWN_CHARACTERS_MAX = 200

/**
 * What a tie pays by the rules of all markets of an event, and what a fight without a result does. Every sentence that says how a market ends has to be one
 * of the forms below, as they were recorded: of another one nobody knows what it pays, so the answer is unknown, and nothing is traded. So it is where the
 * sentences or the markets do not say the same. A game that is cancelled for a fair price, or waited for, costs nothing that the consensus does not know.
 */
export function tieOf(league: League, markets: readonly ListedMarket[]): GameMapping['tie'] {
  const { isThreeWay, mayTie, mayVoid } = LEAGUES[league]
  const all = markets.map((market) => toldBy(market, isThreeWay))
  const strange = all.find((told) => told.strange !== null)?.strange
  if (strange !== undefined && strange !== null) return unknown(`not understood: "${shownOf(strange)}"`)
  if (!mayVoid && all.some(({ paid }) => paid['no contest'].size > 0)) return unknown(`a no contest in ${league}`)
  const ends: readonly End[] = mayVoid ? ['tie', 'no contest'] : ['tie']
  const values = new Set(all.flatMap(({ paid }) => ends.flatMap((end) => (paid[end].size === 0 ? [null] : [...paid[end]]))))
  if (values.size > 1) return unknown(`the rules do not say one thing: ${[...values].map((value) => value ?? 'nothing').join(', ')}`)
  const [value = null] = values
  if (value !== null) return { value }
  return mayTie ? unknown('not told by the rules') : 'none'
}

const unknown = (why: string): GameMapping['tie'] => ({ value: 'unknown', why })
const shownOf = (sentence: string): string =>
  sentence.length > SHOWN_CHARACTERS_MAX ? `${sentence.slice(0, SHOWN_CHARACTERS_MAX)}…` : sentence

function toldBy({ rulesPrimary, rulesSecondary }: ListedMarket, isThreeWay: boolean): Told {
  const paid = { tie: new Set<number>(), 'no contest': new Set<number>() }
  const primary = rulesPrimary.trim()
  const beyond = primary.slice(questionOf(primary, isThreeWay).length)
  const sentences = [rulesSecondary ?? '', beyond].flatMap(sentencesOf)
  const strange = sentences.find((sentence) => hear(sentence, paid, isThreeWay ? THREE_WAY_TIE : null))
  return { paid, strange: strange ?? null }
}

const sentencesOf = (text: string): readonly string[] =>
  text
    .split(/\.(?:\s+|$)|\n+/)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '')

/** Words of a game that ends without a winner, of one that is not played as it was scheduled, of what a market then pays, and of any condition. */
const NO_WINNER = /\b(?:ties?|tied|draws?|drawn|no[- ]contest|dead[- ]heats?)\b/i
const NOT_PLAYED =
  /\b(?:cancel\w*|postpon\w*|re-?schedul\w*|delay\w*|suspen\w*|abandon\w*|forfeit\w*|walkovers?|void\w*|halt\w*|interrupt\w*|called (?:off|early)|shorten\w*|not (?:be |been )?(?:start|play|complet|finish|begin|begun|occur|take|held)\w*)\b/i
const PAYS = /\b(?:resolv\w*|settl\w*|expir\w*|worthless|pays?|paid|payouts?|refund\w*|fair(?: market)? price|50[/-]50|cents?)\b|\$/i
/** In capitals, but for the first word of a sentence, IF is a name: of clubs in Iceland and Sweden. */
const CONDITION = /\b(?:[Ii]f|[Uu]nless|[Ss]hould|[Ii]n the event|[Ii]n case|[Pp]rovided|[Ee]xcept\w*|[Oo]therwise)\b/
const CONDITION_FIRST = /^(?:if|unless|should|in the event|in case|provided|except\w*|otherwise)\b/i

const END = String.raw`(tie|draw|no[- ]contest)`
/** "If the game ends in a tie, the market will resolve to $0.50 for each team", "If the fight is declared a tie or no contest, …". */
const ENDS = new RegExp(
  String.raw`^if (?:(?:the|this)(?: following)? (?:game|match|fight|bout)|it) (?:ends in|is|is declared|results in) an? ${END}(?: or (?:an? )?${END})?,? ` +
    String.raw`(?:then )?(?:the markets?|all markets|both(?: markets)?|it) (?:will )?resolves? to ` +
    String.raw`(?:(50/50(?: for (?:both|each) (?:teams?|fighters?))?|\$0\.50(?: for each (?:team|fighter))?)|"?no"?)$`,
  'i',
)
/** Of three-way markets, where a tie is an outcome of its own. */
const THREE_WAY_TIE = /^if the game ends in a tie, the market called "tie" resolves to yes$/i
/** "If the game is cancelled or rescheduled to over two days away, the market will resolve to a fair price in accordance with the rules". */
const HARMLESS = new RegExp(
  String.raw`^if (?:the|this) [^,]*, (?:the markets?|all markets) will (?:` +
    String.raw`resolve to (?:the |a |the a )?fair(?: market)? price(?: for each (?:team|fighter))?(?: in accordance with the rules)?` +
    String.raw`|remain open and resolve based on the official final result` +
    String.raw`|remain open and close after the rescheduled (?:game|match|fight) has finished(?: \(within [a-z0-9]+ (?:hours|days|weeks)\))?)$`,
  'i',
)
const EXCEPTION = /\b(?:unless|except\w*|otherwise)\b/i
/** "If Atlanta wins the … game originally scheduled for Jul 5, 2026, then the market resolves to Yes": what is asked, full stops of names included. */
const QUESTION =
  /^if ((?:(?!\bor\b)[^,])+? (?:wins|is the winner of|is the result of) the .+?), then (?:the|this) market resolves to yes(?=\.|\n|$)/i

/** The question with which the rules begin; "": they begin with none, or with one that has a condition of its own. */
function questionOf(rulesPrimary: string, isThreeWay: boolean): string {
  const [question = '', asked = ''] = QUESTION.exec(rulesPrimary) ?? []
  if ([NOT_PLAYED, PAYS, CONDITION].some((words) => words.test(asked))) return ''
  const isOfTie = isThreeWay && /^tie is the result of the /i.test(asked)
  return isOfTie || !NO_WINNER.test(asked) ? question : ''
}

/** Adds what a sentence says that an end pays. @returns whether it says how the market ends in words that are not known */
function hear(sentence: string, paid: Readonly<Record<End, Set<number>>>, threeWay: RegExp | null): boolean {
  if (NO_WINNER.test(sentence)) {
    if (threeWay) return !threeWay.test(sentence)
    const match = ENDS.exec(sentence)
    if (!match) return true
    const [, first = '', second, half] = match
    for (const end of [first, second ?? first]) paid[endOf(end)].add(half === undefined ? 0 : HALF)
    return false
  }
  const isHarmless = NOT_PLAYED.test(sentence) && HARMLESS.test(sentence) && !EXCEPTION.test(sentence)
  return !isHarmless && [NOT_PLAYED, PAYS, CONDITION, CONDITION_FIRST].some((words) => words.test(sentence))
}
const HALF = 0.5
const endOf = (word: string): End => (/contest/i.test(word) ? 'no contest' : 'tie')

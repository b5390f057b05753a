import { statisticOf } from '../../statistics'
import type { Condition, Proposition, Reading } from '../../proposition'
import { branchesIn, fallbackIn, sourceIn } from '../clauses'
import { conditionsIn } from '../conditions'
import { monthOf, only, yearsIn } from '../dates'
import { plain, spelling } from '../words'
import { phrase, subjectName, team } from './aliases'
import { officeOf } from './offices'
import { partyOf } from './places'

/** A question of which the title says all: elections, awards, qualifications. */
export interface TitleText {
  readonly title: string
  /** '' where the venue tells none. */
  readonly rules: string
  /** The year of the election or the season as the venue's own code of the event has it; null: it has none. */
  readonly edition: string | null
}
interface Asked {
  readonly statistic: string
  readonly condition: Condition
  /** Set where the title itself tells a period that is not a plain year. */
  readonly period?: string
}

/** By families of grammar, codes and exact aliases; a question of no family is taken by its words. Never throws. */
export function readTitle(text: TitleText): Reading {
  const title = plain(text.title)
  const asked = officesIn(title) ?? seatsIn(title) ?? qualifierIn(title) ?? countIn(title) ?? questionIn(title)
  if (asked === null) return { kind: 'not-read', because: `not a question that is understood: "${title.slice(0, 200)}"` }
  const proposition: Proposition = {
    statistic: asked.statistic,
    adjustment: 'none',
    source: sourceIn([text.rules]),
    period: asked.period ?? editionIn(title, text),
    condition: asked.condition,
    grid: statisticOf(asked.statistic)?.grid ?? null,
    rounding: null,
    revision: null,
    measured: null,
    fallback: fallbackIn(text.rules),
    branches: branchesIn(text.rules),
  }
  return { kind: 'read', proposition }
}

/** "in the 2026 midterm elections": the year stands before what it is the year of; other years are dates. */
const EDITION = /\bthe (20\d\d) [a-z]/gi
/** A deadline; else the only year of the title, of the contest as the rules name it, of the venue's code. Where a text and the code differ neither is known. */
function editionIn(title: string, { rules, edition }: TitleText): string | null {
  const before = deadlineIn(title)
  if (before !== null) return before
  if (/\bnext\b/i.test(title)) return null
  const years = yearsIn(title)
  const told = only(years.length > 0 ? years : [...rules.matchAll(EDITION)].map(([, year = '']) => year))
  if (told === null) return edition
  return edition === null || edition === told ? told : null
}

/** "before Jan 2027", "before 2027": both before its first day. */
function deadlineIn(title: string): string | null {
  const [, month, year = ''] = /\bbefore (?:([a-z]{3,9})\.? )?(20\d\d)\b/i.exec(title) ?? []
  if (year === '') return null
  const number = month === undefined ? '01' : monthOf(month)
  return number === null ? null : `<${year}-${number}-01`
}

const named = (outcome: string): Condition => ({ kind: 'named', outcome })

function officesIn(title: string): Asked | null {
  const contest = officeOf(title)
  return contest && { statistic: contest.statistic, condition: named(contest.outcome) }
}

const SEATS = /^will (.{2,40}?) win (.{3,40}?) (house|senate) seats(?: in the (\d{3})(?:st|nd|rd|th) congress)?\b/i
/** The 120th Congress is the one elected in 2026: a new one every two years since the first of 1788. */
const electedIn = (congress: string): string => String(1786 + 2 * Number.parseInt(congress, 10))
function seatsIn(title: string): Asked | null {
  const [, who = '', amount = '', chamber = '', congress] = SEATS.exec(title) ?? []
  const party = partyOf(who)
  const [condition, ...others] = conditionsIn(/^\d+-\d+$/.test(amount) ? `between ${amount}` : amount)
  if (party === null || !condition || others.length > 0) return null
  const statistic = `us-${chamber.toLowerCase()}-seats-won/${party}`
  return { statistic, condition, ...(congress && { period: electedIn(congress) }) }
}

const STAGE = '(playoffs|(?:grand )?finals?|semi-?finals?|quarter-?finals?|knockouts?|group stage|stage \\d|round of \\d+)'
const QUALIFIES = [
  new RegExp(`^will (.{1,60}?) (?:qualify (?:for|to)|reach|make|advance to) the ${STAGE} (?:at|of|in) (.{3,80}?)\\?*$`, 'i'),
  new RegExp(`^will (.{1,60}?) (?:qualify (?:for|to)|reach|make|advance to) ${STAGE} (?:at|of|in) (.{3,80}?)\\?*$`, 'i'),
]
const QUALIFIES_AFTER = new RegExp(`^will (.{1,60}?) (?:qualify (?:for|to)|reach|make|advance to) the (.{3,80}?) ${STAGE}\\?*$`, 'i')
function qualifierIn(title: string): Asked | null {
  for (const pattern of QUALIFIES) {
    const [, who, stage, where] = pattern.exec(title) ?? []
    if (who && stage && where) return qualifier(who, stage, where)
  }
  const [, who, where, stage] = QUALIFIES_AFTER.exec(title) ?? []
  return who && stage && where ? qualifier(who, stage, where) : null
}
const qualifier = (who: string, stage: string, where: string): Asked => ({
  statistic: `qualifier/${phrase(where)}/${phrase(stage)}`,
  condition: named(`team:${team(who)}`),
})

const COUNT =
  /^will (?:there be )?((?:more than|at least|fewer than|less than|exactly|above|over) [\d,]+) (.{3,60}?)(?: in (?:the )?(u\.?s\.?|united states))? in (?:20\d\d)\?*$/i
function countIn(title: string): Asked | null {
  const [, amount = '', what = '', place] = COUNT.exec(title) ?? []
  const [condition] = conditionsIn(amount)
  // Where a title names no place none is assumed: a count of another place is another one.
  return condition ? { statistic: `count/${phrase(what)}${place ? '/us' : ''}`, condition } : null
}

/** Verbs that end the subject of a title; the first of them does. */
const VERB =
  /^will (.{2,80}?) ((?:win|lead|be|become|leave|finish|make|have|reach|qualify|announce|resign|get|sign|release|run|host|receive|join|remain|lose|advance)\b.{2,160}?)\?*$/i
const TEAMS = /\b(?:iem|esl|blast|pgl|cologne|katowice|dreamhack|valorant|cs2|dota|lol|worlds|starladder)\b/
function questionIn(title: string): Asked | null {
  const [, who = '', what = ''] = VERB.exec(title) ?? []
  const said = phrase(what.replace(/\bbefore (?:[a-z]{3,9}\.? )?20\d\d\b/gi, ''))
  if (spelling(who) === '' || said === '') return null
  return { statistic: `question/${said}`, condition: named(TEAMS.test(said) ? `team:${team(who)}` : subjectName(who, said)) }
}

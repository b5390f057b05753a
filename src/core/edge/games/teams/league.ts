import { invariant } from '../../../assert'
import { spelling } from '../../../market/reading/words'

/** One team of one league, as each source writes it. */
export interface Team {
  /** Canonical in this league alone: 34 of 106 codes are another team's elsewhere (B4). */
  readonly code: string
  /** As the source of odds writes it today. */
  readonly name: string
}

/** Codes (the canonical one first), the odds source's name, Kalshi's display name, further names that the odds source has used. */
export type TeamRow = readonly [codes: string, name: string, shown: string, ...formerNames: string[]]

/** The teams of one league; every alias belongs to one source and one league, and to one team there. */
export interface TeamTable {
  readonly teams: readonly Team[]
  /** Kalshi's code; null: unknown here. */
  ofCode(code: string): Team | null
  /** Kalshi's display name ("Los Angeles R"); a bare city that two teams share is none. */
  ofShown(shown: string): Team | null
  /** The odds source's name. */
  ofName(name: string): Team | null
  readonly codes: readonly string[]
}

/** @throws when an alias is given twice within one source: a table that contradicts itself confirms wrong teams. */
export function teamTable(rows: readonly TeamRow[]): TeamTable {
  const [byCode, byShown, byName] = [new Map<string, Team>(), new Map<string, Team>(), new Map<string, Team>()]
  const put = (aliases: Map<string, Team>, alias: string, team: Team): void => {
    invariant((aliases.get(alias) ?? team) === team, `two teams are called ${alias}`)
    aliases.set(alias, team)
  }
  const teams = rows.map(([codes, name, shown, ...formerNames]): Team => {
    const all = codes.split(' ')
    const team = { code: all[0] ?? '', name }
    for (const code of all) put(byCode, code, team)
    for (const alias of [shown, name]) put(byShown, spelling(alias), team)
    for (const alias of [name, ...formerNames]) put(byName, spelling(alias), team)
    return team
  })
  return {
    teams,
    codes: [...byCode.keys()],
    ofCode: (code) => byCode.get(code) ?? null,
    ofShown: (shown) => byShown.get(spelling(shown)) ?? null,
    ofName: (name) => byName.get(spelling(name)) ?? null,
  }
}

import { districtOf, partyOf, stateOf } from './places'
import { spelling } from '../words'

/** An office or a seat of the United States, and who would have it. */
export interface Contest {
  readonly statistic: string
  readonly outcome: string
}

const WHO = '(.{2,60}?)'
const DISTRICT = '([A-Z]{2}-?(?:\\d{1,2}|AL))'
const SEAT = [
  new RegExp(`^will ${WHO} win the (?:20\\d\\d )?(?:US )?house (?:race|election) (?:for|in) ${DISTRICT}(?: in 20\\d\\d)?\\?*$`, 'i'),
  new RegExp(`^will ${WHO} win the ${DISTRICT} (?:house|congressional) (?:seat|race|election)(?: in 20\\d\\d)?\\?*$`, 'i'),
]
const HOUSE =
  /^will (.{2,60}?) (?:win (?:a majority in |control of )?|control )the (?:US |united states )?(house|senate)(?: of representatives)?(?: in(?: the)? 20\d\d(?: .{0,30}election)?| after .{0,30})?\?*$/i
const GOVERNOR = [
  /^will (.{2,60}?) win the (lieutenant )?governorship in ([a-z ]+?)(?: in 20\d\d)?\?*$/i,
  /^will (.{2,60}?) win the (lieutenant )?governor (?:race|election) in ([a-z ]+?)(?: in 20\d\d)?\?*$/i,
]
const GOVERNOR_OF =
  /^will (.{2,60}?) win the (?:20\d\d )?([a-z ]+?) (lieutenant )?(?:governor|gubernatorial) (?:race|election)(?: in 20\d\d)?\?*$/i
const SENATE = [
  /^will (.{2,60}?) win the (?:20\d\d )?(?:US )?senate (?:race|election|seat) in ([a-z ]+?)(?: in 20\d\d)?\?*$/i,
  /^will (.{2,60}?) win the (?:20\d\d )?([a-z ]+?) (?:US )?senate (?:race|election|seat)(?: in 20\d\d)?\?*$/i,
]
const NOMINEE = /^will (.{2,60}?) (?:be|win|become) the (.{2,30}?) (?:nominee|nomination) for (.{2,60}?)\?*$/i
const OFFICE_IN = /^(?:the )?(?:US )?(governor|senate|lieutenant governor)(?: in| of)? ([a-z ]+?)(?: in 20\d\d)?$/i

const party = (words: string): string => {
  const code = partyOf(words)
  return code === null ? `name:${spelling(words)}` : `party:${code}`
}

/** The title as one of these families; null: none of them. */
export function officeOf(title: string): Contest | null {
  for (const pattern of SEAT) {
    const [, who, seat] = pattern.exec(title) ?? []
    const district = seat ? districtOf(seat) : null
    if (who && district) return { statistic: `us-house-seat/${district}`, outcome: party(who) }
  }
  const [, who, chamber] = HOUSE.exec(title) ?? []
  // "Will California win the House?" is no question about a party: it is left to whoever reads it whole.
  if (who && chamber && partyOf(who)) return { statistic: `us-${chamber.toLowerCase()}-control`, outcome: party(who) }
  return governorOf(title) ?? senatorOf(title) ?? nomineeOf(title)
}

function governorOf(title: string): Contest | null {
  for (const pattern of GOVERNOR) {
    const [, who, deputy, place] = pattern.exec(title) ?? []
    if (who && place) return ofState(deputy, place, who)
  }
  const [, who, place, deputy] = GOVERNOR_OF.exec(title) ?? []
  return who && place ? ofState(deputy, place, who) : null
}
function ofState(deputy: string | undefined, place: string, who: string): Contest | null {
  const state = stateOf(place)
  return state === null ? null : { statistic: `us-${deputy ? 'lieutenant-' : ''}governor/${state}`, outcome: party(who) }
}

function senatorOf(title: string): Contest | null {
  for (const pattern of SENATE) {
    const [, who, place] = pattern.exec(title) ?? []
    const state = place ? stateOf(place) : null
    if (who && state) return { statistic: `us-senate-seat/${state}`, outcome: party(who) }
  }
  return null
}

function nomineeOf(title: string): Contest | null {
  const [, who, ofParty, office = ''] = NOMINEE.exec(title) ?? []
  const code = ofParty ? partyOf(ofParty) : null
  if (!who || code === null) return null
  const [, kind, place] = OFFICE_IN.exec(office) ?? []
  const state = place ? stateOf(place) : null
  const seat = districtOf(office) ?? (kind && state ? `${spelling(kind).replace(' ', '-')}-${state}` : null)
  return seat === null ? null : { statistic: `us-nominee/${code}/${seat}`, outcome: `name:${spelling(who)}` }
}

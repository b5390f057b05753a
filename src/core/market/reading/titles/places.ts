import { spelling } from '../words'

const STATES =
  'AL alabama,AK alaska,AZ arizona,AR arkansas,CA california,CO colorado,CT connecticut,DE delaware,FL florida,GA georgia,HI hawaii,ID idaho,IL illinois,IN indiana,IA iowa,KS kansas,KY kentucky,LA louisiana,ME maine,MD maryland,MA massachusetts,MI michigan,MN minnesota,MS mississippi,MO missouri,MT montana,NE nebraska,NV nevada,NH new hampshire,NJ new jersey,NM new mexico,NY new york,NC north carolina,ND north dakota,OH ohio,OK oklahoma,OR oregon,PA pennsylvania,RI rhode island,SC south carolina,SD south dakota,TN tennessee,TX texas,UT utah,VT vermont,VA virginia,WA washington,WV west virginia,WI wisconsin,WY wyoming'
const CODE_OF = new Map(STATES.split(',').map((entry) => [entry.slice(3), entry.slice(0, 2)]))
const CODES = new Set(CODE_OF.values())

/** `TX` of "Texas" or "TX"; null: no state of the United States. */
export const stateOf = (words: string): string | null => {
  const code = words.trim().toUpperCase()
  return CODES.has(code) ? code : (CODE_OF.get(spelling(words)) ?? null)
}

/** `MI-07` of "MI-7"; `AK-AL` at large. null: no such district. */
export function districtOf(words: string): string | null {
  const [, state = '', number = ''] = /^([A-Z]{2})-?(\d{1,2}|AL)$/i.exec(words.trim()) ?? []
  const code = stateOf(state)
  return code === null ? null : `${code}-${number.toUpperCase().padStart(2, '0')}`
}

/** `R` of "Republican", "the Republican Party", "Republicans"; null: no party that we know. */
export function partyOf(words: string): string | null {
  const [, name = ''] = /^(?:the )?(republican|democratic|democrat|independent|libertarian|green)s?(?: party)?$/.exec(spelling(words)) ?? []
  return name === '' ? null : name.charAt(0).toUpperCase()
}

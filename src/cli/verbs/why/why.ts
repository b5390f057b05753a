import { existsSync } from 'node:fs'
import path from 'node:path'
import { configDirOf, dataDirOf, environment } from '../../../config/environment'
import { readFile } from '../../../config/files'
import { endpointsFile } from '../../../config/load'
import { venuesSchema } from '../../../config/schema/venues'
import { whyTrade } from '../../../operator/why/assemble'
import { parseOpportunityId } from '../../../operator/why/opportunity'
import { readOpportunities, type OpportunityPlaces } from '../../../operator/why/reading/opportunity'
import { readTradeRecord } from '../../../operator/why/reading/trade'
import { replayTerms } from '../../../wiring/captures/terms'
import { print, printJson } from '../../render'
import { withConnections } from '../session'
import { opportunityText, tradeText } from './text'

/** A capture of a busy hour is read in seconds; whoever waits longer than this has given up. */
const LIMIT_MS = 300_000

/**
 * `crossbook why ID`: what was seen, decided, sent, answered and booked, from the record alone. Where nothing runs, the files alone are read.
 * @returns 1 when nothing is on record
 */
export async function why(id: string, json: boolean): Promise<number> {
  const dataDir = dataDirOf(environment())
  const terms = replayTerms(readFile(path.join(configDirOf(environment()), 'venues.yaml'), venuesSchema))
  if (!existsSync(endpointsFile(dataDir))) return tell(id, { dataDir, terms, database: null, questdbUrl: null }, json)
  return withConnections(({ config: { endpoints }, database }) =>
    tell(id, { dataDir, terms, database, questdbUrl: endpoints.questdb?.httpUrl ?? null }, json),
  )
}

async function tell(id: string, places: OpportunityPlaces, json: boolean): Promise<number> {
  const signal = AbortSignal.timeout(LIMIT_MS)
  const wanted = parseOpportunityId(id)
  if (wanted === null) {
    const told = whyTrade(await readTradeRecord(id, places, signal))
    if (json) printJson(told)
    else print(tradeText(told))
    return told.steps.length === 0 ? 1 : 0
  }
  const { found, missing } = await readOpportunities(wanted, places, signal)
  if (json) printJson(found.length > 0 ? found : { found: [], missing })
  else print(found.length > 0 ? found.map(opportunityText).join('\n\n') : `nothing is on record of ${id}: ${missing.join('; ')}`)
  return found.length > 0 ? 0 : 1
}

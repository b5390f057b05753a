import { readStats } from '../../../operator/record/stats'
import { systemClock } from '../../../wiring/clock'
import { print, printJson } from '../../render'
import { statsText } from './text'
import { recordHere } from './where'

/** What the record holds, and whether its writers keep up. @returns 1 when a table is not written any more. */
export async function stats(json: boolean): Promise<number> {
  const { config, httpUrl } = recordHere()
  const { shards, streamingHealthPort } = config.endpoints
  const writers = shards?.map(({ name, healthPort }) => ({ process: `streaming ${name}`, port: healthPort }))
  const told = await readStats(httpUrl, writers ?? [{ process: 'streaming', port: streamingHealthPort }], systemClock().nowMs())
  if (json) printJson(told)
  else print(statsText(told))
  return told.tables.some(({ suspended }) => suspended !== null) ? 1 : 0
}

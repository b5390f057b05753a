import { readPairsFile, type PairsInput } from '../../../config/pairs'
import type { Operator } from '../../../core/risk/scope'
import { refuseViewer } from '../../../operator/pairs/decide'
import { importListed, readListings } from '../../../operator/pairs/import'
import { importMappings } from '../../../operator/pairs/mappings'
import { proposeStored, type Asked } from '../../../operator/pairs/propose'
import { withLimit } from '../../../ports/limit'
import { systemClock } from '../../../wiring/clock'
import type { Connections } from '../../../wiring/stores'
import { print, printJson } from '../../render'
import { withConnections } from '../session'
import { importText, proposedText, type ImportReport } from './text'

/** Some thousand proposals, each a transaction of some milliseconds; a person waits. */
const ENTER_LIMIT_MS = 120_000
const clock = systemClock()

export async function propose(asked: Asked, json: boolean): Promise<void> {
  await withConnections(async ({ database, config: { operator } }) => {
    refuseViewer(operator)
    const report = await withLimit([], ENTER_LIMIT_MS, (limit) => proposeStored(database, asked, operator, clock.nowMs(), limit))
    if (json) printJson(report)
    else print(proposedText(report))
  })
}

/** @returns 1 when a row could not be used. */
export async function importFile(file: string, json: boolean): Promise<number> {
  const input = readPairsFile(file) // first: a file that cannot be read needs no stack
  return withConnections(async ({ database, config }) => {
    refuseViewer(config.operator)
    const report = await withLimit([], ENTER_LIMIT_MS, (limit) => importAll(input, database, config.mode === 'sim', config.operator, limit))
    if (json) printJson(report)
    else print(importText(report))
    return report.refused.length === 0 ? 0 : 1
  })
}

async function importAll(
  input: PairsInput,
  database: Connections['database'],
  isSimulated: boolean,
  by: Operator,
  signal: AbortSignal,
): Promise<ImportReport> {
  if (input.kind === 'pairs') {
    const listed = { listings: await readListings(database), anew: isSimulated }
    const imported = await importListed(database, input.file, listed, by, clock.nowMs(), signal)
    return { imported: imported.map(({ id, kind, state }) => ({ id, kind, state })), refused: [] }
  }
  const { imported, refused } = await importMappings(database, input.mappings, by, clock.nowMs(), signal)
  return { imported, refused: [...input.bad, ...refused].toSorted((a, b) => a.row - b.row) }
}

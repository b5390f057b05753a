import fs from 'node:fs'
import { ConfigurationError } from '../../config/environment'
import { runVectors } from '../../replay/vectors/vectors'
import { print, printJson } from '../render'

export async function vectors(file: string, json: boolean): Promise<number> {
  let document: unknown
  try {
    document = JSON.parse(await fs.promises.readFile(file, 'utf8'))
  } catch (error) {
    throw new ConfigurationError(`${file} is not a readable JSON file: ${(error as Error).message}`)
  }
  const report = runVectors(document)
  if (json) printJson(report)
  else {
    for (const { id, expected, actual } of report.failed)
      print(`${id}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`)
    print(
      `${report.passed} passed, ${report.failed.length} failed${report.skipped.length ? `, skipped: ${[...new Set(report.skipped)].join(', ')}` : ''}`,
    )
  }
  return report.failed.length === 0 && report.skipped.length === 0 ? 0 : 1
}

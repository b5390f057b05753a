import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { marketId } from '../core/ids'
import type { PaperSettlement } from '../core/report/backtest/result'
import { millis, money } from '../core/units'

const settlementSchema = z.strictObject({
  venue: z.enum(['kalshi', 'forecastex']),
  market: z.string().transform((text) => marketId(text)),
  yes_pays: z.string().transform((text) => money(text)),
  at: z.iso.datetime().transform((text) => millis(Date.parse(text))),
})

/** JSON lines: {"venue", "market", "yes_pays": "1.00", "at": "2025-04-04T12:30:00Z"}. @throws RangeError naming file and line */
export function readSettlements(file: string): readonly PaperSettlement[] {
  const lines = readFileSync(file, 'utf8').split('\n')
  return lines
    .flatMap((line, at) => {
      if (line.trim() === '') return []
      try {
        const { venue, market, yes_pays: yesPays, at: atMs } = settlementSchema.parse(JSON.parse(line))
        return [{ venue, market, yesPays, atMs }]
      } catch (error) {
        throw new RangeError(`${file} line ${at + 1} is no settlement: ${(error as Error).message.split('\n')[0]}`, { cause: error })
      }
    })
    .toSorted((a, b) => a.atMs - b.atMs)
}

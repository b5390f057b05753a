import type { Mode } from '../../../../src/core/trade/plan'
import { freshLedger } from '../../ledger/support/ledger'
import { commandOf, controlsOfFile } from './controls'

/** One ledger and one back office for all tests of a file, wherever they are written. */
export const office: { mode: Mode } = { mode: 'sim' }
export const ledger = freshLedger()
export const controls = controlsOfFile(ledger, () => office.mode)
export const command = commandOf(ledger, controls)

import { approve, leave, parseApprovedFor, parseClass, parseDay } from '../../../operator/pairs/decide'
import { systemClock } from '../../../wiring/clock'
import type { ApproveArguments } from '../../pairs'
import { print, printJson } from '../../render'
import { withConnections } from '../session'
import { decidedText } from './text'

const clock = systemClock()

/** @throws RangeError for an option that cannot be read; PairRefused with what is missing. */
export async function approvePair(
  id: string,
  { for: what, class: identity, expires, evidence, second, certificate, json }: ApproveArguments,
): Promise<void> {
  if (certificate !== undefined && !/^[1-9]\d{0,8}$/.test(certificate))
    throw new RangeError(`"${certificate}" is no version of a certificate: crossbook pairs show ${id} names them`)
  const judged = {
    approvedFor: parseApprovedFor(what),
    class: identity === undefined ? null : parseClass(identity),
    expiresMs: expires === undefined ? null : parseDay(expires),
    evidence,
    secondBy: second ?? null,
    version: certificate === undefined ? null : Number(certificate),
  }
  await withConnections(async ({ database, config: { mode, operator } }) => {
    const view = await approve(database, id, { ...judged, mode }, operator, clock.nowMs())
    if (json) printJson(view)
    else print(decidedText(view))
  })
}

/** @throws PairRefused when the pair is in no such state. */
export async function leavePair(verb: 'suspend' | 'reject', id: string, reason: string, json: boolean): Promise<void> {
  await withConnections(async ({ database, config: { operator } }) => {
    const view = await leave(database, verb, id, reason, operator, clock.nowMs())
    if (json) printJson(view)
    else print(decidedText(view))
  })
}

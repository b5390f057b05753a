import type { Evidence } from '../evidence/evidence'
import type { Struck } from '../where'
import { provenAbsent } from './absence'
import { oneUnresolved, onceEach } from './bytes'
import { caseOf, type Case } from './case'
import { pacedCures, withinBudgetLeft } from './cures'
import { noBreaks, soundEnds } from './ends'
import { postedOnce } from './fills'
import { atTheGate } from './gates'
import { haltsHold } from './halts'
import { soundLedger } from './ledger'
import { oneOwner } from './owners'
import { reservedEnough, unpairedWithinLimits } from './reserves'
import { lossWithinBudget } from './results/loss'
import { profits } from './results/profit'
import { soundResults } from './results/vector'
import { secondLegs, withinGrant } from './sizes'
import type { Violation } from './violation'
import { bugs, getsOn } from './workflows'

export type Checker = (of: Case) => readonly Violation[]

/** In the order of execution.md §9. */
const CHECKERS: readonly Checker[] = [
  onceEach,
  oneUnresolved,
  withinGrant,
  atTheGate,
  provenAbsent,
  secondLegs,
  reservedEnough,
  unpairedWithinLimits,
  soundEnds,
  soundResults,
  noBreaks,
  haltsHold,
  oneOwner,
  withinBudgetLeft,
  pacedCures,
  postedOnce,
  profits,
  soundLedger,
  lossWithinBudget,
  getsOn,
  bugs,
]

/** Every violation that the evidence shows, in the order of the invariants. Pure: the same evidence gives the same answer. */
export function checkEvidence(evidence: Evidence, struck: readonly Struck[]): readonly Violation[] {
  const of = caseOf(evidence, struck)
  return CHECKERS.flatMap((check) => check(of))
}

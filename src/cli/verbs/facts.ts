import type { Proof } from '../../core/facts/fact'
import { countFacts, factsLine, parseEnvironment, proveFact, readFacts, withdraw, type FactView } from '../../operator/facts'
import { systemClock } from '../../wiring/clock'
import { print, printJson, table } from '../render'
import { withConnections } from './session'

const clock = systemClock()

export async function list(json: boolean): Promise<void> {
  await withConnections(async ({ database }) => {
    const facts = await readFacts(database, clock.nowMs())
    if (json) return printJson(facts)
    const rows = facts.map((fact) => [fact.id, fact.blocks === 'openings' ? 'yes' : '', fact.standing, seenIn(fact), fact.proof])
    const count = await countFacts(database, clock.nowMs())
    print([table(['fact', 'live needs it', 'for live', 'seen', 'proven by'], rows), factsLine(count)].join('\n\n'))
  })
}

/** "paper: 0.01 (2026-11-22)": what decides, or, where nothing does, the newest observation of any kind. */
function seenIn({ decidedBy, proofs }: FactView): string {
  const shown = decidedBy ?? proofs.find(({ withdrawn }) => withdrawn === null)
  return shown === undefined ? '' : `${shown.environment}: ${shown.value} (${day(shown.atMs)})`
}
const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

export interface ProveArguments {
  readonly value: string
  readonly evidence: string
  readonly environment: string
}

export async function prove(id: string, { value, evidence, environment }: ProveArguments, json: boolean): Promise<void> {
  const where = parseEnvironment(environment)
  await withConnections(async ({ database, config }) => {
    const fact = await proveFact(database, id, { value, evidence, environment: where }, config.operator, clock.nowMs())
    if (json) return printJson(fact)
    const [proof] = fact.proofs
    print([...(proof ? [proofText(proof)] : []), `for mode live: ${standingText(fact)}`].join('\n'))
  })
}

const proofText = ({ id, fact, value, environment, evidence, sha256, by, atMs, expiresMs }: Proof): string =>
  `proof ${id}: ${fact} is "${value}" in ${environment}, by ${by} on ${day(atMs)}, until ${day(expiresMs)}; ${evidence}${sha256 === null ? '' : ` (sha256 ${sha256})`}`

function standingText({ standing, expected, counts, decidedBy }: FactView): string {
  switch (standing) {
    case 'proven':
      return 'proven'
    case 'unproven':
      return `unproven: only ${counts.join(' and ')} count`
    case 'contradicted':
      return `contradicted: "${decidedBy?.value}" is not ${expected?.join(' or ')}, which the product is made for; nothing opens in live`
    case 'expired':
      return `expired on ${day(decidedBy?.expiresMs ?? 0)}: prove it again`
  }
}

export async function withdrawProof(proofText: string, reason: string, json: boolean): Promise<void> {
  if (!/^[1-9]\d{0,14}$/.test(proofText))
    throw new RangeError(`"${proofText}" is not the number of a proof: crossbook facts --json lists them`)
  if (reason.trim() === '') throw new RangeError('--reason is empty: say why the proof counts no more')
  await withConnections(async ({ database, config }) => {
    await withdraw(database, Number(proofText), reason, config.operator, clock.nowMs())
    if (json) printJson({ withdrawn: Number(proofText) })
    else print(`proof ${proofText} counts no more`)
  })
}

import { readLimitsFile } from '../../config/limits'
import { environment } from '../../config/environment'
import { formatLimit, LIMIT_NAMES, type LimitName } from '../../core/risk/limit-change'
import { quantity } from '../../core/units'
import { decide, propose as proposeLimits, showHistory, showLimits, type ProposalView } from '../../operator/limits'
import type { Connections } from '../../wiring/stores'
import { clockTime, print, printJson, table } from '../render'
import { withConnections } from './session'

export async function show(json: boolean): Promise<void> {
  await withConnections(async ({ database }) => {
    const view = await showLimits(database)
    if (json) return printJson(view)
    const { version, by, atMs, limits, open } = view
    const rows = LIMIT_NAMES.flatMap((name) => (limits[name] === undefined ? [] : [[inFile(name), human(name, limits[name])]]))
    print([`limits ${version}, by ${by} at ${date(atMs)}`, table(['limit', 'in force'], rows, [1]), ...open.map(proposalText)].join('\n\n'))
  })
}

export async function propose(file: string, json: boolean): Promise<void> {
  await withConnections(async (connections) => {
    const limits = readLimitsFile(file, connections.config.configDir, environment())
    tell(await proposeLimits(lineOf(connections), limits, connections.config.operator), json)
  })
}

export async function answer(verb: 'approve' | 'reject', idText: string, reason: string, json: boolean): Promise<void> {
  if (!/^[1-9]\d{0,9}$/.test(idText)) throw new RangeError(`"${idText}" is not the number of a proposal: crossbook limits show lists them`)
  await withConnections(async (connections) => {
    tell(await decide(lineOf(connections), verb, Number(idText), connections.config.operator, reason), json)
  })
}

export async function history(json: boolean): Promise<void> {
  await withConnections(async ({ database }) => {
    const proposals = await showHistory(database)
    if (json) printJson(proposals)
    else print(proposals.map(proposalText).join('\n\n') || 'nobody has proposed anything yet')
  })
}

const lineOf = ({ config, temporal }: Connections): Parameters<typeof proposeLimits>[0] => ({
  account: config.endpoints.kalshi.account,
  temporal,
})

function tell(proposal: ProposalView, json: boolean): void {
  if (json) printJson(proposal)
  else print(proposalText(proposal))
}

/** A proposal as a person reads it: what it would change, old → new, and what became of it. */
export function proposalText({ id, version, base, state, by, atMs, decidedBy, reason, changes }: ProposalView): string {
  const fate = {
    open: `waits: crossbook limits approve ${id}, or reject ${id}`,
    applied: `in force since ${decidedBy} said so`,
    rejected: `rejected by ${decidedBy}: ${reason}`,
  }[state]
  const rows = changes.map(({ limit, from, to, raises }) => [
    inFile(limit),
    from === null ? 'none' : human(limit, from),
    '→',
    human(limit, to),
    raises ? 'raised' : 'lowered',
  ])
  return [
    `proposal ${id}: ${base ?? 'nothing'} → ${version}, by ${by} at ${date(atMs)}; ${fate}`,
    table(['limit', 'old', '', 'new', ''], rows, [1, 3]),
  ].join('\n')
}

/** As it is written in limits.yaml. */
const inFile = (limit: LimitName): string => limit.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
const human = (limit: LimitName, value: string | number): string => formatLimit(limit, typeof value === 'string' ? quantity(value) : value)
const date = (atMs: number): string => `${new Date(atMs).toISOString().slice(0, 10)} ${clockTime(atMs).slice(0, 8)} UTC`

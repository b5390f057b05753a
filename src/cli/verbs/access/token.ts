import { environment, tokenOf } from '../../../config/environment'
import type { Config } from '../../../config/load'
import { issueToken, listTokens, parseLife, parseRole, revokeToken } from '../../../operator/access/tokens'
import { systemClock } from '../../../wiring/clock'
import { ledgerOwner } from '../../../wiring/stores'
import { print, printJson, table } from '../../render'
import { withConnections } from '../session'

const clock = systemClock()

interface CreateOptions {
  readonly name: string
  readonly role: string
  readonly for: string
  readonly asOwner?: boolean
}

export function create({ name, role: roleText, for: life, asOwner = false }: CreateOptions, json: boolean): Promise<void> {
  const order = { name, role: parseRole(roleText), lifeMs: parseLife(life) }
  const ownConnection = (config: Config): Config => ({
    ...config,
    endpoints: { ...config.endpoints, databaseUrl: ledgerOwner(config.endpoints.databaseUrl) },
  })
  return withConnections(
    async ({ database, config }) => {
      const word = { typed: config.operator, token: tokenOf(environment()), asOwner }
      const issued = await issueToken(database, clock, config.mode, word, order)
      if (json) return printJson(issued)
      print(`${issued.token}\n\ntoken ${issued.id} of ${name} (${order.role}), until ${moment(issued.expiresAtMs)}. It is not shown again.`)
    },
    asOwner ? ownConnection : undefined,
  )
}

export function list(json: boolean): Promise<void> {
  return withConnections(async ({ database }) => {
    const tokens = await listTokens(database, clock.nowMs())
    if (json) return printJson(tokens)
    if (tokens.length === 0) return print('no tokens: crossbook token create')
    const rows = tokens.map((each) => [
      each.id,
      each.name,
      each.role,
      each.state,
      moment(each.expiresAtMs),
      each.lastUsedMs === null ? 'never' : moment(each.lastUsedMs),
      each.createdBy,
    ])
    print(table(['token', 'name', 'role', 'state', 'until', 'last used', 'issued by'], rows))
  })
}

export function revoke(id: string, json: boolean): Promise<void> {
  return withConnections(async ({ database, config }) => {
    const revoked = await revokeToken(database, id, config.operator, clock.nowMs())
    if (json) return printJson(revoked)
    print(`token ${id} of ${revoked.name} is revoked`)
  })
}

/** "2026-12-24 15:04 UTC". */
const moment = (atMs: number): string => `${new Date(atMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`

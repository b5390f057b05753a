import type { FastifyRequest } from 'fastify'
import type { Mode } from '../core/trade/plan'
import type { Clock } from '../ports/clock'
import type { Verifier } from '../operator/access/verify'
import { isLoopback } from '../config/schema/api'
import { loopbackPrincipal, type Principal } from './auth'
import type { Desk } from './desk'
import { Problem } from './problem'

/** Who mistypes tries a few times; the rest of a minute is for nobody who guesses. */
const WRONG_PER_MINUTE = 20
const MINUTE_MS = 60_000
/** Addresses remembered; the one that has waited longest is forgotten for a new one. */
const ADDRESSES_MAX = 10_000
/** What a proxy adds, of any kind: who comes through one is not on this machine, whatever the address says. */
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'x-real-ip', 'via'] as const
/** Where a token is: of who asks, and of the second person. */
const TOKEN_IN = { authorization: /^Bearer (\S{1,200})$/i, 'crossbook-second': /^(?:Bearer )?(\S{1,200})$/i } as const
export type TokenHeader = keyof typeof TOKEN_IN

export interface IdentifyTerms extends Pick<Desk, 'here'> {
  readonly mode: Mode
  /** Whether who asks on this machine needs no token. Never so in mode `live`. */
  readonly tokens: 'loopback' | 'always'
  readonly verifier: Verifier
  readonly clock: Pick<Clock, 'nowMs'>
}

/**
 * Who asks: whom the token names, or, without one, this machine's user where that is allowed. A token that is wrong, expired or revoked is nobody's, and
 * the answer is the same for all of them.
 * @throws Problem `too-many-requests` after too many wrong tokens from an address; LedgerUnreachable
 */
export function createIdentify({ here, mode, tokens, verifier, clock }: IdentifyTerms) {
  const wrong = createCount(() => clock.nowMs())
  return async (request: FastifyRequest, header: TokenHeader = 'authorization'): Promise<Principal | null> => {
    const sent = request.headers[header]
    if (sent === undefined) {
      const wanted = header === 'crossbook-second' || tokens === 'always' || mode === 'live'
      return !wanted && isLocal(request) ? loopbackPrincipal({ here }) : null
    }
    if (wrong.of(request.ip) >= WRONG_PER_MINUTE)
      throw new Problem('too-many-requests', 'too many wrong tokens came from this address: wait a minute')
    const token = typeof sent === 'string' ? TOKEN_IN[header].exec(sent)?.[1] : undefined
    const found = token === undefined ? ({ kind: 'unknown' } as const) : await verifier.verify(token)
    if (found.kind === 'valid') return principalOf(found.record)
    wrong.add(request.ip)
    if (found.kind === 'known') request.refusedOf = principalOf(found.record)
    return null
  }
}

const principalOf = ({ name, role, id }: { readonly name: string; readonly role: Principal['role']; readonly id: string }): Principal => ({
  name,
  role,
  token: id,
})

/** By the connection itself, and through nothing: a header says where somebody says that he is. */
export function isLocal(request: FastifyRequest): boolean {
  const { headers, socket } = request
  if (FORWARDED.some((name) => headers[name] !== undefined)) return false
  return isLoopback(plain(socket.remoteAddress ?? '')) && isLoopback(hostOf(headers.host ?? ''))
}
/** An IPv4 address as IPv6 sockets write it. */
const plain = (address: string): string => address.replace(/^::ffff:/i, '')
/** Without port and brackets. */
const hostOf = (host: string): string =>
  host
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase()

interface Count {
  of(address: string): number
  add(address: string): void
}

/** Wrong tokens of the minute, by address. */
function createCount(nowMs: () => number): Count {
  const counts = new Map<string, { readonly sinceMs: number; readonly count: number }>()
  const current = (address: string): { readonly sinceMs: number; readonly count: number } => {
    const found = counts.get(address)
    return found !== undefined && nowMs() - found.sinceMs < MINUTE_MS ? found : { sinceMs: nowMs(), count: 0 }
  }
  return {
    of: (address) => current(address).count,
    add(address) {
      const { sinceMs, count } = current(address)
      counts.delete(address)
      const [oldest] = counts.keys()
      if (counts.size >= ADDRESSES_MAX && oldest !== undefined) counts.delete(oldest)
      counts.set(address, { sinceMs, count: count + 1 })
    },
  }
}

import helmet from '@fastify/helmet'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { isLoopback, type ApiFile } from '../config/schema/api'
import { isWrite } from './document'
import { Problem } from './problem'

/**
 * What comes from elsewhere is not read: a name that is none of ours (a web page may point its own name at this machine), an origin that is another
 * one (a browser writes in the name of whoever is logged in here), a body that is no JSON (a form needs nobody's leave to be sent).
 */
export async function keepBoundary(server: FastifyInstance, { host, hosts }: ApiFile): Promise<void> {
  await server.register(helmet, {
    // on loopback there is no TLS to upgrade to
    contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
    referrerPolicy: { policy: 'no-referrer' },
  })
  const names = new Set([...hosts, host].map((name) => name.toLowerCase()))
  server.removeContentTypeParser('text/plain')
  server.addHook('onRequest', async (request, reply) => {
    reply.header('cache-control', 'no-store') // what was true a moment ago is on no disk
    const name = bare(request.hostname ?? '')
    if (!isLoopback(name) && !names.has(name))
      throw new Problem('forbidden', 'this API is reached under no such name: config/api.yaml, hosts')
    refuseOrigin(request, names)
    if (isWrite(request.method) && !/^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? ''))
      throw new Problem('unsupported-media-type', 'a write carries content-type application/json')
  })
}

/** Its own pages come from where it is asked, or from a name of the configuration. */
function refuseOrigin({ headers, host }: FastifyRequest, names: ReadonlySet<string>): void {
  const { origin } = headers
  const site = headers['sec-fetch-site']
  if (site === 'cross-site') throw new Problem('forbidden', 'a page of another site may not ask here')
  if (origin === undefined) return
  const from = URL.canParse(origin) ? new URL(origin) : null
  if (from === null || (from.host !== host && !names.has(bare(from.hostname))))
    throw new Problem('forbidden', 'a page of another origin may not ask here')
}

const bare = (name: string): string => name.toLowerCase().replace(/^\[|\]$/g, '')

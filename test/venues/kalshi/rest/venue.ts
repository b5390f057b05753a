import { createKalshiRest, type KalshiRest } from '../../../../src/venues/kalshi/rest/call'
import { clock, json, recordingLog, serve, testSigner, type Asked, type Reply, type TestServer } from '../fakes'

export const never = new AbortController().signal
export const free = (): null => null
export const NOT_FOUND = json(404, { error: { code: 'not_found', message: 'not found' } })

/** A client and a server that answers each "METHOD /path" as told, and 404 otherwise. */
export class Venue {
  replies: Readonly<Record<string, Reply | ((asked: Asked) => Reply)>> = {}

  private constructor(
    readonly server: TestServer,
    readonly rest: KalshiRest,
  ) {}

  static async open(): Promise<Venue> {
    let venue: Venue | null = null
    const server = await serve((asked) => venue?.answer(asked) ?? NOT_FOUND)
    const baseUrl = `${server.origin}/trade-api/v2`
    const rest = createKalshiRest({ baseUrl, signer: testSigner(), clock, frameLog: null, log: recordingLog(), random: () => 0 })
    venue = new Venue(server, rest)
    return venue
  }

  answer(asked: Asked): Reply {
    const at = `${asked.method} ${asked.path.replace('/trade-api/v2', '').replace(/\?.*/, '')}`
    const reply = this.replies[at] ?? NOT_FOUND
    return typeof reply === 'function' ? reply(asked) : reply
  }

  /** What was asked: method, path with query, and the body. */
  asked(): { readonly call: string; readonly body: unknown }[] {
    return this.server.asked.map(({ method, path, body }) => ({
      call: `${method} ${path.replace('/trade-api/v2', '')}`,
      body: body === '' ? null : (JSON.parse(body) as unknown),
    }))
  }

  async close(): Promise<void> {
    await this.rest.close()
    await this.server.close()
  }
}

import { ALPHA, RunningSim } from '../../support/running'
import type { Message, Signer, StreamClient } from '../../support/client'
import { isHere, judge } from './asyncapi'

/** Streams whose every message is held against the venue's own description when the test has ended. */

const opened: StreamClient[] = []
const findings = isHere ? judge() : null
if (!findings) console.warn('messages are not validated: ../shared/spec/kalshi is not here')

afterEach(() => {
  const wrong = opened.splice(0).flatMap((stream) => stream.messages.flatMap(faultsOf))
  expect(wrong).toEqual([])
})

const faultsOf = (message: Message): string[] =>
  (findings?.(message) ?? []).map((finding) => `${finding} in ${JSON.stringify(message).slice(0, 400)}`)

export async function openStream(sim: RunningSim, signer: Signer = ALPHA): Promise<StreamClient> {
  const stream = await sim.stream(signer)
  opened.push(stream)
  return stream
}

export const external = (ticker: string, side: 'bid' | 'ask', price: string, count = '1.00'): Record<string, unknown> => ({
  venue: 'kalshi',
  type: 'external_order',
  ticker,
  side,
  price,
  count,
})

export const control = (type: string, fields: object = {}): Record<string, unknown> => ({ venue: 'kalshi', type, ...fields })

/** Sends a command and returns its first answer: the next message with that id. */
export async function ask(stream: StreamClient, cmd: string, params?: object, id = ++commands): Promise<Message> {
  stream.send({ id, cmd, ...(params === undefined ? {} : { params }) })
  return stream.next((message) => message['id'] === id)
}
let commands = 100

/** Nothing but the answer to this may follow: what was published before it has arrived. */
export async function flush(stream: StreamClient): Promise<void> {
  await ask(stream, 'list_subscriptions')
}

/** A time-independent view of a message. */
export function untimed({ sending_ts_ms: _sent, ...message }: Message): Record<string, unknown> {
  return message
}

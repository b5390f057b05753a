import { createServer, type AddressInfo, type Socket } from 'node:net'
import { inspectGateway, type GatewayInspection, type InspectOptions } from '../../../../src/venues/forecastex/inspection/inspect'
import type { RawFrame } from '../../../../src/venues/forecastex/inspection/summary'
import { ACCOUNT, atEnd, forever, TestClock } from '../rig'

/** Well above what loopback needs; what never answers is found soon. */
const LIMITS = { openMs: 400, answerMs: 400 }

export interface Looked extends GatewayInspection {
  readonly frames: readonly RawFrame[]
  /** "verdict: found; remedy" of one check; '' when it was not made. */
  row(check: string): string
}

/** One inspection of what listens there. */
export async function look(port: number, options: Partial<InspectOptions> = {}): Promise<Looked> {
  const frames: RawFrame[] = []
  const inspection = await inspectGateway(
    {
      ...{ host: '127.0.0.1', port, clientId: 9, account: ACCOUNT, mode: 'sim', simulated: true, contract: { symbol: 'FF' } },
      ...{
        messagesPerSecond: 50,
        whatIf: false,
        watchMs: 0,
        watching: () => undefined,
        enough: forever,
        limits: LIMITS,
        clock: new TestClock(),
      },
      record: (frame) => frames.push(frame),
      ...options,
    },
    forever,
  )
  const row = (name: string): string => {
    const found = inspection.checks.find(({ check }) => check === name)
    return found ? `${found.verdict}: ${[found.detail, found.remedy].filter(Boolean).join('; ')}` : ''
  }
  return { ...inspection, frames, row }
}

/** A server that does with each connection what a test says, and counts them. */
export async function serveSocket(
  accept: (socket: Socket) => void,
): Promise<{ readonly port: number; readonly connections: () => number }> {
  let connections = 0
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    connections += 1
    sockets.add(socket)
    socket.on('error', () => undefined)
    accept(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  atEnd(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
  return { port: (server.address() as AddressInfo).port, connections: () => connections }
}

import type { Socket } from 'node:net'
import { forever, stopAll, until } from '../../rig'
import { failure, rawGateway, start, START_API, turns, type Started } from '../rig'

afterEach(stopAll)

const LIBRARY_SOCKET_ERROR = 502
const endings: readonly (readonly [string, (socket: Socket | undefined) => void])[] = [
  ['RST, which the library tells as 502 and disconnected', (socket) => void socket?.resetAndDestroy()],
  ['FIN, of which it tells disconnected alone', (socket) => void socket?.end()],
]
const reconnected = async ({ gateway, clock }: Started): Promise<void> => {
  await turns() // until it waits for its next attempt
  await clock.advance(1_000)
  await gateway.whenUp(forever)
}

describe('the end of a session in the middle (trap 27)', () => {
  it.each(endings)('%s: one loss, and one new connection', async (_, end) => {
    const { server, port } = await rawGateway()
    const started = start(port)
    const { gateway, frameLog } = started
    await gateway.whenUp(forever)
    end(server.sockets[0])
    await until('the loss', () => !gateway.session.up)
    expect(gateway.session.trouble?.kind).toBe('lost')
    await reconnected(started)
    expect([gateway.session.conn, frameLog.named('in', 'disconnected').length, server.named(START_API).length]).toEqual([2, 1, 2])
  })

  it('a 502 that the gateway itself tells ends nothing: the socket lives', async () => {
    const { server, port } = await rawGateway()
    const { gateway, clock } = start(port)
    await gateway.whenUp(forever)
    failure(server, -1, LIBRARY_SOCKET_ERROR, "Couldn't connect to TWS.")
    await clock.advance(1_000)
    expect(gateway.session).toMatchObject({ up: true, conn: 1 })
  })
})

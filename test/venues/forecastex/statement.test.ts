import { millis, money } from '../../../src/core/units'
import { account, CASH } from './account-rig'
import { ACCOUNT, forever, stopAll, until, YES } from './rig'

afterEach(stopAll)

/** Of reqCurrentTime and cancelPositions. */
const [HEARTBEAT, POSITIONS, POSITIONS_END] = ['49', '61', '64']

describe('a statement is of one unbroken session', () => {
  const lost = [4, 2, -1, 1100, 'Connectivity between IBKR and Trader Workstation has been lost.', '']
  const regained = [4, 2, -1, 1102, 'Connectivity between IBKR and Trader Workstation has been restored - data maintained.', '']

  it('nothing is told while the gateway does not reach IBKR: what it then holds may be anything', async () => {
    const { server, adapter, account: read } = await account([CASH])
    server.send(...lost)
    await until('1100', () => adapter.gateway.session.broker === 'lost')
    await expect(read.statement(millis(0), forever)).rejects.toMatchObject({ name: 'RequestFailed', kind: 'disconnected' })
    server.send(...regained)
    await until('1102', () => adapter.gateway.session.broker === 'connected')
    expect((await read.statement(millis(0), forever)).cash).toBe(money('9941.50'))
  })

  it.each(['it is lost', 'it is lost and regained'])('nor when %s between two of its reads', async (what) => {
    const { server, adapter, account: read } = await account([CASH])
    const { onFrame } = server
    server.onFrame = (tokens, send, socket) => {
      if (tokens[0] === '61') send(...lost)
      if (tokens[0] === '61' && what.includes('regained')) send(...regained)
      onFrame(tokens, send, socket)
    }
    await expect(read.statement(millis(0), forever)).rejects.toMatchObject({ name: 'RequestFailed', kind: 'disconnected' })
    expect(adapter.gateway.session.up).toBe(true)
  })
})

it('a statement is nine messages: six reads, and the ends of those that would go on', async () => {
  const { server, orders, account: read } = await account([CASH])
  await until('the session is recovered', () => orders.recovering === null)
  const ids = (): readonly string[] => server.frames.flatMap(([id = '']) => (id === HEARTBEAT ? [] : [id]))
  const ends = (): number => server.named(Number(POSITIONS_END)).length
  // the looks of the recovery end their own streams of positions a turn later
  await until('the ends of what it read', () => ends() === server.named(Number(POSITIONS)).length)
  const before = ids().length
  const endsBefore = ends()
  await read.statement(millis(0), forever)
  await until('its last message', () => ends() === endsBefore + 2)
  expect(ids().slice(before)).toEqual(['16', '99', '7', POSITIONS, POSITIONS_END, '62', '63', POSITIONS, POSITIONS_END])
})

describe('positions and cash of a statement', () => {
  it('belong together: a position that is netted or settled between the two reads spoils it', async () => {
    const { server, account: read } = await account([CASH])
    const { onFrame } = server
    let isPaid = false
    server.onFrame = (tokens, send, socket) => {
      const contract = [YES, 'FF', 'OPT', '20301209', '3.625', 'C', '1', 'FORECASTX', 'USD', 'FF', 'FF']
      isPaid ||= tokens[0] === '62'
      if (tokens[0] === '61' && !isPaid) send(61, 3, ACCOUNT, ...contract, 10, '0.57')
      onFrame(tokens, send, socket)
    }
    await expect(read.statement(millis(0), forever)).rejects.toThrow('positions changed while the account was read')
    expect((await read.statement(millis(0), forever)).positions).toEqual([])
  })
})

describe('a position whose question is not told', () => {
  const told = (localSymbol: string, exchange: string): ReturnType<typeof account> =>
    account([CASH]).then((rig) => {
      const { onFrame } = rig.server
      rig.server.onFrame = (tokens, send, socket) => {
        const contract = [4711, 'FF', 'OPT', '20301209', '3.625', 'C', '1', exchange, 'USD', localSymbol, 'FF']
        if (tokens[0] === '61') send(61, 3, ACCOUNT, ...contract, 10, '0.57')
        onFrame(tokens, send, socket)
      }
      return rig
    })
  it.each([
    ["FF Sep17'24 4.88 YES", ''],
    ["FF Sep17'24 4.88 NO", 'SMART'],
    ['FF', 'FORECASTX'],
  ])('%s at "%s" is never taken for gone: the statement fails, and says of which', async (localSymbol, exchange) => {
    const { account: read } = await told(localSymbol, exchange)
    await expect(read.statement(millis(0), forever)).rejects.toMatchObject({
      name: 'RequestFailed',
      message: expect.stringContaining('10 of contract 4711 are held at ForecastEx') as string,
    })
  })
  it('an option of another exchange is not ours', async () => {
    const { account: read } = await told('SPX   301220C05000000', 'SMART')
    expect((await read.statement(millis(0), forever)).positions).toEqual([])
  })
})

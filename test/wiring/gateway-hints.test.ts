import { quantity } from '../../src/core/units'
import type { Callback } from '../../src/venues/forecastex/wire/messages'
import { createGatewayHints, type gatewayHint } from '../../src/wiring/sessions'

const told = (callback: Callback): Parameters<typeof gatewayHint>[0] => ({ callback }) as Parameters<typeof gatewayHint>[0]
const execution = (execId: string, orderRef = 'cb-t1-b2') =>
  told({
    kind: 'execution',
    reqId: -1,
    execution: {
      ...{ execId, orderRef, orderId: 1, clientId: 7, permId: 900, account: 'DU1', conId: 751, side: 'BOT', time: '' },
      ...{ quantity: quantity('10'), cumulative: quantity('10'), price: null },
    },
  })
const fee = (execId: string) => told({ kind: 'commission', execId, fee: 100_000 as never })

describe('hints of a gateway', () => {
  it('a fee names the order of its execution, which was told before it', () => {
    const hintOf = createGatewayHints()
    expect([execution('a.01'), fee('a.01')].map(hintOf)).toEqual([
      { clientOrderId: 'cb-t1-b2', executionId: 'a' },
      { clientOrderId: 'cb-t1-b2', executionId: 'a', tellsFee: true },
    ])
  })

  it('a fee of an execution that was not told is none', () => expect(createGatewayHints()(fee('a.01'))).toBeNull())

  it('is told once for each time that its execution is: a read of the day tells both again', () => {
    const hintOf = createGatewayHints()
    const hints = [execution('a.01'), fee('a.01'), fee('a.01'), execution('a.01'), fee('a.01')].map(hintOf)
    expect(hints.map((hint) => hint?.tellsFee ?? hint)).toEqual([expect.anything(), true, null, expect.anything(), true])
  })

  it("a correction has the venue's own number, its fee the fill's", () => {
    const hintOf = createGatewayHints()
    expect([execution('a.02'), fee('a.02')].map(hintOf)).toMatchObject([{ executionId: 'a.02' }, { executionId: 'a', tellsFee: true }])
  })
})

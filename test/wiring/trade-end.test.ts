import { ServiceError, WorkflowFailedError, WorkflowNotFoundError } from '@temporalio/client'
import type { TradeResult } from '../../src/core/trade/plan'
import { resultOf } from '../../src/wiring/temporal'

const RESULT = { label: 'locked' } as unknown as TradeResult

/** Answers as scripted, one after another. */
const asked = (...answers: readonly (() => TradeResult)[]): { readonly count: () => number; result(): Promise<TradeResult> } => {
  let n = 0
  return { count: () => n, result: async () => (answers[n++] ?? (() => RESULT))() }
}
const fails = (error: Error) => (): TradeResult => {
  throw error
}

describe('the end of a trade', () => {
  it.each([
    new WorkflowFailedError('failed', undefined, 'TERMINATED' as never),
    new WorkflowNotFoundError('gone', 'box-u3', undefined),
    new TypeError('the answer is no result'),
  ])('is a failure when the server says so: %s', async (error) => {
    const handle = asked(fails(error))
    await expect(resultOf(handle)).rejects.toBe(error)
    expect(handle.count()).toBe(1)
  })
})

describe('a server that is away', () => {
  it('says nothing of the trade: it is asked again', async () => {
    const handle = asked(fails(new ServiceError('Unexpected error while making gRPC request')), () => RESULT)
    expect(await resultOf(handle)).toBe(RESULT)
    expect(handle.count()).toBe(2)
  })
})

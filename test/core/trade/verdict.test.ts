import type { OrderVerdict } from '../../../src/core/trade/outcome'
import { verdictRefusal } from '../../../src/core/trade/verdict'
import { quantity } from '../../../src/core/units'
import { boxPlan } from '../../saga/plan'

const [first, second] = boxPlan('T1').legs
const verdict: OrderVerdict = {
  order: first.order.clientOrderId,
  outcome: { kind: 'done', filled: quantity('10') },
  by: 'ana',
  role: 'operator',
  evidence: 'statement',
  secondBy: null,
}

describe('E12 a verdict', () => {
  it('is taken on the order that is being resolved, up to what was ordered', () => {
    expect(verdictRefusal(verdict, first.order, 'sim')).toBeNull()
    expect(
      verdictRefusal({ ...verdict, outcome: { kind: 'rejected', reason: 'never-accepted', detail: '' } }, first.order, 'sim'),
    ).toBeNull()
  })

  it('is refused when nothing is being resolved, or something else', () => {
    expect(verdictRefusal(verdict, null, 'sim')).toMatch(/not being resolved/)
    expect(verdictRefusal(verdict, second.order, 'sim')).toMatch(/not being resolved/)
  })

  it('needs a second person in live, another one', () => {
    expect(verdictRefusal(verdict, first.order, 'live')).toMatch(/second person/)
    for (const same of ['ana', ' Ana', ' '])
      expect(verdictRefusal({ ...verdict, secondBy: same }, first.order, 'live')).toMatch(/second person/)
    expect(verdictRefusal({ ...verdict, secondBy: 'bo' }, first.order, 'live')).toBeNull()
  })

  it('E15 cannot claim a fraction at ForecastEx', () => {
    const fraction: OrderVerdict = { ...verdict, order: second.order.clientOrderId, outcome: { kind: 'done', filled: quantity('0.5') } }
    expect(verdictRefusal(fraction, second.order, 'sim')).toMatch(/whole contracts/)
  })
})

import { millis } from '../../../../src/core/units'
import { readMissedFills } from '../../../../src/venues/kalshi/missed'
import { filledRow, listed, never, NOT_AFTER_MS, order, PaperVenue } from './paper-venue'

const of = order()
const execution = (id: string, at = 'o1') => filledRow(of, { id, units: 100, fee: 1, order: at })

describe('what the private channels may have lost', () => {
  it('E14 is told from the fill list, with the id that only the order list knows', async () => {
    const venue = new PaperVenue()
    const heard: string[] = []
    const read = readMissedFills(venue.rest, ({ clientOrderId, executionId }) => void heard.push(`${clientOrderId} ${executionId}`))
    venue.orders = () => [listed(of), listed(of, { id: 'o2', clientOrderId: '' })]
    venue.fills = () => [execution('x1'), execution('x2'), execution('x3', 'o2')]
    await read(millis(NOT_AFTER_MS), never)
    expect(heard).toEqual([`${of.clientOrderId} x1`, `${of.clientOrderId} x2`])
    await read(millis(NOT_AFTER_MS), never)
    expect(heard).toHaveLength(4) // told again: whoever hears it knows what he has
    expect(venue.asked).toEqual(['/portfolio/fills', '/portfolio/orders', '/portfolio/fills'])
  })

  it('fails when a list cannot be read, so that the same time is asked for again', async () => {
    const venue = new PaperVenue()
    venue.fills = () => [execution('x1')]
    venue.orders = () => [{}]
    await expect(readMissedFills(venue.rest, () => undefined)(millis(NOT_AFTER_MS), never)).rejects.toThrow('order_id')
  })
})

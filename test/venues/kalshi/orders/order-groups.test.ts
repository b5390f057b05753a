import { quantity } from '../../../../src/core/units'
import { createOrderGroups } from '../../../../src/venues/kalshi/order-groups'
import { NotServed } from '../../../../src/venues/kalshi/runaway'
import { json } from '../fakes'
import { never, NOT_FOUND, Venue } from '../rest/venue'

const GROUPS = '/portfolio/order_groups'

describe('E27 the order groups at the venue', () => {
  let venue: Venue
  beforeEach(async () => {
    venue = await Venue.open()
  })
  afterEach(() => venue.close())

  it('are those of the subaccount that trades: one of another could be taken for ours, and takes none of our orders', async () => {
    venue.replies = {
      [`GET ${GROUPS}`]: json(200, {
        order_groups: [{ id: 'g', is_auto_cancel_enabled: true, contracts_limit_fp: '25.00', exchange_index: 2 }],
      }),
    }
    expect(await createOrderGroups(venue.rest).list(never)).toEqual([{ groupId: 'g', shard: 2, contractsLimit: quantity('25') }])
    expect(venue.asked().map(({ call }) => call)).toEqual([`GET ${GROUPS}?subaccount=0`])
  })

  it('that are gone when they are to be reset are not a venue that serves none', async () => {
    const groups = createOrderGroups(venue.rest)
    const reset = groups.reset({ groupId: 'g', shard: 2 }, never)
    await expect(reset).rejects.toThrow('Kalshi has not reset the order group: not_found')
    await expect(reset).rejects.not.toBeInstanceOf(NotServed)
    venue.replies = { [`POST ${GROUPS}/create`]: NOT_FOUND }
    await expect(groups.create(quantity('25'), 2, never)).rejects.toBeInstanceOf(NotServed)
    await expect(groups.list(never)).rejects.toBeInstanceOf(NotServed)
  })
})

import { NO, stopAll, YES } from '../rig'
import { executions, served, stopVenues, trading, type Trading } from './rig'

afterEach(async () => {
  await stopAll()
  await stopVenues()
})

/** Shares and price by version of the only execution. */
const versions = (rig: Trading): readonly unknown[] =>
  executions(rig.client).map(({ execId, shares, price, cumQty }) => [execId.slice(-3), shares, price, cumQty])

describe('a correction', () => {
  it.each<[string, object, readonly unknown[], string, number]>([
    ['of the price', { price: '0.55' }, [['.02', 10, 0.55, 10]], '9994.40', 10],
    ['of the price, by a cent when nothing is said', {}, [['.02', 10, 0.57, 10]], '9994.20', 10],
    ['of the size', { size: 8 }, [['.02', 8, 0.58, 8]], '9995.28', 8],
    ['of both', { price: '0.60', size: 9 }, [['.02', 9, 0.6, 9]], '9994.51', 9],
    [
      'of a correction',
      { steps: [{ price: '0.55' }, { price: '0.56' }] },
      [
        ['.02', 10, 0.55, 10],
        ['.03', 10, 0.56, 10],
      ],
      '9994.30',
      10,
    ],
    ['that takes everything back', { size: 0 }, [['.02', 0, 0.58, 0]], '10000.00', 0],
  ])('%s', async (_name, fields, then, cash, size) => {
    const rig = await trading()
    rig.arm('correction', { ...fields, order_ref: 'cb-t1-a1' })
    await rig.place(rig.id)
    expect(versions(rig)).toEqual([['.01', 10, 0.58, 10], ...then])
    expect(rig.state()).toMatchObject({ cash, positions: size === 0 ? [] : [{ con_id: YES, size }], violations: [] })
  })

  it('comes late by delay_ms, and over a restart', async () => {
    const rig = await trading()
    rig.arm('correction', {
      steps: [
        { price: '0.55', delay_ms: 300 },
        { size: 7, delay_ms: 200 },
      ],
    })
    await rig.place(rig.id)
    rig.clock.advance(300)
    await served(rig.client)
    expect(versions(rig)).toEqual([
      ['.01', 10, 0.58, 10],
      ['.02', 10, 0.55, 10],
    ])
    const later = await trading({}, rig.store, rig.clock)
    later.clock.advance(200)
    expect(later.state()).toMatchObject({ cash: '9996.08', positions: [{ size: 7 }], violations: [] })
  })

  it('of the size has its own commission report; one of the price has none', async () => {
    const { client, id, place, arm } = await trading()
    arm('correction', { size: 8 })
    await place(id)
    const reports = client.of('commissionReport').map((entry) => entry[1] as { execId: string; commission: number })
    expect(reports.map(({ execId, commission }) => [execId.slice(-3), commission])).toEqual([
      ['.01', 0.1],
      ['.02', 0.08],
    ])
  })

  it('of a partly filled order gives back to what rests', async () => {
    const { id, place, arm, event, state } = await trading()
    await place(id, { tif: 'GTC', lmtPrice: 0.57 })
    arm('correction', { size: 1 })
    event('external_order', { con_id: NO, price: '0.43', size: 4 })
    expect(state().open_orders).toMatchObject([{ filled: 1 }])
    event('external_order', { con_id: NO, price: '0.43', size: 9 })
    expect(state()).toMatchObject({ open_orders: [], positions: [{ size: 10 }], violations: [] })
  })

  it('that the account cannot bear is not made', async () => {
    const silence = jest.spyOn(process.stderr, 'write').mockReturnValue(true)
    const { id, place, arm, state } = await trading({ other: { accounts: [{ account: 'DU1234567', cash: '5.90' }] } })
    arm('correction', { price: '0.60' })
    await place(id)
    expect(silence.mock.calls.flat().join('')).toContain('fault correction')
    silence.mockRestore()
    expect(state()).toMatchObject({ cash: '0.00', violations: [] })
  })
})

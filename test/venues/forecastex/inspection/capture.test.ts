import { Redaction } from '../../../../src/venues/forecastex/inspection/redaction'
import { summarise } from '../../../../src/venues/forecastex/inspection/summary'
import { ACCOUNT, stopAll } from '../rig'
import { market, trading } from '../sim-rig'
import { look } from './look'

afterEach(stopAll)

describe('a capture', () => {
  it('holds every frame of both directions from the hello on, and no account', async () => {
    const { port } = await market()
    const { frames } = await look(port)
    expect(frames.slice(0, 4).map(({ dir, tokens }) => [dir, tokens[0]])).toEqual([
      ['out', 'API\0'],
      ['in', '193'],
      ['out', '71'],
      ['in', '15'],
    ])
    expect(JSON.stringify(frames)).not.toContain(ACCOUNT)
    expect(frames.find(({ tokens: [id] }) => id === '15')?.tokens).toEqual(['15', '1', 'DU0000001'])
  })

  it('comes to the executions and orders of the session, with their fees', async () => {
    const { port, adapter } = await trading({ master_client_id: 9 })
    const place = (): boolean =>
      adapter.gateway.send(['placeOrder'], (ib) =>
        ib.placeOrder(
          1,
          { conId: 800001, exchange: 'FORECASTX' },
          {
            ...{ action: 'BUY' as never, orderType: 'LMT' as never, totalQuantity: 30, lmtPrice: 0.58, tif: 'IOC' as never },
            ...{ account: ACCOUNT, orderRef: 'by hand', transmit: true },
          },
        ),
      )
    const { summary, observed } = await look(port, { watchMs: 300, watching: () => void place() })
    expect(summary.executions).toEqual([
      expect.objectContaining({ ref: 'by hand', side: 'BOT', quantity: '30.00', price: '0.5800', fee: '0.30' }),
    ])
    expect(summary.orders).toEqual([{ ref: 'by hand', terms: 'BUY LMT IOC', status: 'Filled', filled: '30.00' }])
    expect(observed).toContainEqual({ fact: 'forecastex.fee', value: '0.01' })
  })

  it('says what could not be read', () => {
    const { unreadable, callbacks } = summarise([], [['tickPrice', 1, 1, 7.5], ['currentTime', 5], ['connected']])
    expect([unreadable, callbacks]).toEqual([1, { currentTime: 1, tickPrice: 1 }])
  })
})

describe('redaction', () => {
  it.each([
    ['a paper account with a letter', 'DUM123456', 'DUM000001'],
    ['an advisor’s paper account', 'DF1234567', 'DF0000001'],
    ['all accounts of an advisor', 'F1234567A', 'F0000001A'],
    ['one before an underscore', 'U1234567_margin', 'U0000001_margin'],
    ['one after an underscore', 'acct_U1234567', 'acct_U0000001'],
    [
      'one in the text of an error',
      'Reject: [U7654321] has no permission (user=U7654321)',
      'Reject: [U0000001] has no permission (user=U0000001)',
    ],
    ['an address', 'mail to jane.doe+ib@mail.example.com, please', 'mail to name@redacted, please'],
    ['what only looks like one', '0000e0d5.F123.01 AF1234567 U1234 cb-01KU12345-a1', '0000e0d5.F123.01 AF1234567 U1234 cb-01KU12345-a1'],
  ])('%s', (_what, text, shown) => expect(new Redaction().text(text)).toBe(shown))

  it('hides every name that the gateway tells as an account, and the configured one, however they are spelled', () => {
    const redaction = new Redaction(['Family-Trust'])
    expect(redaction.frame(['63', '1', '9', 'Family-Trust', 'TotalCashValue'])[3]).toBe('account-1')
    expect(redaction.frame(['15', '1', 'janedoe77,Family-Trust,U1234567,'])[2]).toBe('account-2,account-1,U0000003,')
    expect(redaction.frame(['4', '2', '-1', '321', 'No rights for JANEDOE77 in family-trust or u1234567', ''])[4]).toBe(
      'No rights for account-2 in account-1 or U0000003',
    )
  })

  it('replaces an account by the same number everywhere, kind and length kept, and leaves everything else', () => {
    const redaction = new Redaction()
    expect(redaction.frame(['15', '1', 'DU1234567,U7654321,F1000001'])).toEqual(['15', '1', 'DU0000001,U0000002,F0000003'])
    expect(redaction.frame(['5', 'U7654321', 'cb-01KABC-a1', 'Order rejected for DU1234567.', undefined, 0.5])).toEqual([
      ...['5', 'U0000002', 'cb-01KABC-a1', 'Order rejected for DU0000001.', '', '0.5'],
    ])
  })
})

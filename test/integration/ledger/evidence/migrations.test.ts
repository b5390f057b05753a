import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { proveFact } from '../../../../src/operator/facts'
import { verifyAudit } from '../../../../src/operator/audit'
import { freshLedger, NOW } from '../support/ledger'
import { lockedBox } from '../support/trades'

const ledger = freshLedger()
const FOLDER = path.join(__dirname, '..', '..', '..', '..', 'migrations', 'postgres')
const ME = { name: 'me', role: 'operator' } as const

describe('migrations 8 to 10 on a ledger in use', () => {
  it('go down and up again, and leave money, audit chain and the guards of the register', async () => {
    const { database } = ledger()
    const prove = () => proveFact(database, 'forecastex.fee', { value: '0.01', environment: 'paper', evidence: 'seen' }, ME, NOW)
    await lockedBox(ledger())
    await prove()
    const before = await ledger().balances()
    const files = readdirSync(FOLDER).filter((name) => /0000000(08|09|10)_/.test(name))
    const parts = files.map((name) => readFileSync(path.join(FOLDER, name), 'utf8').split('-- Down Migration'))
    for (const [, down = ''] of parts.toReversed()) await database.query(down)
    for (const [up = ''] of parts) await database.query(up)
    expect([files.length, await ledger().balances()]).toEqual([3, before])
    expect((await verifyAudit(database, null)).violations).toEqual([])
    await prove()
    await expect(database.query(`update fact_proof set value = '0.02'`)).rejects.toThrow('append-only')
  })
})

import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { ConfigurationError } from '../../src/config/environment'
import { readLimitsFile } from '../../src/config/limits'
import { PRESETS } from '../../src/config/schema/limits'

const CONFIG = path.join(__dirname, '..', '..', 'config')
const LIMITS = path.join(CONFIG, 'limits.yaml')
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'crossbook-limits-'))
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

const read = (file = LIMITS, env: Record<string, string> = {}): ReturnType<typeof readLimitsFile> => readLimitsFile(file, CONFIG, env)
function written(text: string): string {
  const file = path.join(folder, 'limits.yaml')
  fs.writeFileSync(file, text)
  return file
}

describe('limits files', () => {
  it.each(PRESETS)('the preset %s is complete, and begins small', (preset) => {
    const limits = read(written(`preset: ${preset}\n`))
    expect(limits.version).toMatch(new RegExp(`^${preset}-\\d+$`))
    expect(limits.firstContracts).toBeLessThanOrEqual(1_000)
    expect(limits.firstCleanTrades).toBeGreaterThan(0)
    expect([limits.maxUnpairedFirstLegs, limits.moreFirstLegsCleanTrades]).toEqual([1, 200])
    expect(limits.maxUnpairedPremium).toBeLessThanOrEqual(limits.maxUnpairedPremiumTotal)
    expect(limits.maxDailyLoss).toBeLessThan(limits.maxWeeklyLoss)
  })

  it('names a preset, and what differs from it under a version of its own', () => {
    expect(read().version).toBe('conservative-2')
    const changed = read(written("preset: standard\nmax_daily_loss: '250.00'\n"))
    expect(changed).toMatchObject({
      maxDailyLoss: 250_000_000,
      maxWeeklyLoss: 3_000_000_000,
      version: expect.stringMatching(/^standard-1\+[0-9a-f]{8}$/),
    })
    expect(read(written("preset: standard\nmax_daily_loss: '251.00'\n")).version).not.toBe(changed.version)
    expect(read(written('preset: standard\nversion: mine-1\nmax_open_trades: 2\n'))).toMatchObject({ version: 'mine-1', maxOpenTrades: 2 })
  })

  it.each([
    ['a preset that does not exist', 'preset: reckless\n', 'preset'],
    ['a misspelt key beside a preset', "preset: standard\nmax_dayly_loss: '1'\n", 'did you mean "max_daily_loss"?'],
    ['a file without a preset that is not complete', 'version: mine-1\n', 'max_contracts_per_trade'],
    ['more clean trades than are counted', 'preset: standard\nnext_clean_trades: 1001\n', 'next_clean_trades'],
  ])('refuse %s', (_what, text, says) => {
    const file = written(text)
    expect(() => read(file)).toThrow(ConfigurationError)
    expect(() => read(file)).toThrow(says)
  })
})

describe('the environment of the first systems', () => {
  const ALL = {
    MAX_POSITION_SIZE: '90',
    MAX_RISK_PER_TRADE: '499.50',
    MAX_DAILY_LOSS: '900',
    MAX_DAILY_TRADES: '40',
    MAX_DAILY_VOLUME: '4000',
    MAX_POSITION_PER_EVENT: '400',
    MAX_ORDERS_PER_MINUTE: '9',
    MAX_CONSECUTIVE_LOSSES: '4',
    CIRCUIT_BREAKER_COOLDOWN: '900',
    MIN_BALANCE: '50',
  }

  it('goes before the file: dollars, contracts, counts and seconds', () => {
    expect(read(LIMITS, ALL)).toMatchObject({
      version: expect.stringMatching(/^conservative-2\+[0-9a-f]{8}$/),
      maxContractsPerTrade: 9_000,
      maxPremiumPerTrade: 499_500_000,
      maxDailyLoss: 900_000_000,
      maxOpeningsPerDay: 40,
      maxContractsPerDay: 400_000,
      maxContractsPerEvent: 40_000,
      maxOpeningsPerMinute: 9,
      maxConsecutiveLosses: 4,
      breakerCoolDownMs: 900_000,
      minCashPerVenue: 50_000_000,
      maxWeeklyLoss: 1_500_000_000,
    })
  })

  it('is the same as absent when it is empty, and names the same figures by the same version', () => {
    expect(read(LIMITS, { MAX_DAILY_LOSS: '' })).toEqual(read())
    expect(read(LIMITS, { MAX_DAILY_LOSS: '900' }).version).toBe(read(LIMITS, { MAX_DAILY_LOSS: '900' }).version)
  })

  it.each([
    ['MAX_DAILY_LOSS', '$900', 'MAX_DAILY_LOSS is "$900": write dollars as a decimal, like 500 or 12.50'],
    ['MAX_DAILY_LOSS', '-1', 'MAX_DAILY_LOSS is "-1": write dollars'],
    ['MAX_POSITION_SIZE', 'many', 'MAX_POSITION_SIZE is "many": write a number of contracts, like 100'],
    ['MAX_DAILY_TRADES', '4.5', 'MAX_DAILY_TRADES is "4.5": write a whole number, like 10'],
    ['CIRCUIT_BREAKER_COOLDOWN', '30m', 'CIRCUIT_BREAKER_COOLDOWN is "30m": write whole seconds, like 1800'],
    ['MAX_CONSECUTIVE_LOSSES', '0', 'max_consecutive_losses'],
  ])('%s=%s is refused with one sentence', (name, value, says) => {
    expect(() => read(LIMITS, { [name]: value })).toThrow(ConfigurationError)
    expect(() => read(LIMITS, { [name]: value })).toThrow(says)
  })
})

import { chmodSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { readAlertsFile, readAlertSecret } from '../../src/config/alerts'
import { temporaryDirectory } from '../stores/doubles'

const dir = temporaryDirectory()
const written = (text: string): string => {
  writeFileSync(path.join(dir, 'alerts.yaml'), text)
  return dir
}

describe('config/alerts.yaml', () => {
  it('is as the repository has it: nobody is told of anything', () => {
    expect(readAlertsFile(path.join(__dirname, '..', '..', 'config'))).toMatchObject({ channels: {}, routes: [], quiet: null })
  })

  it.each([
    ['chanels: {}', 'did you mean "channels"?'],
    ['routes: [{at_least: warning, to: [desk]}]', '"desk" is no channel of this file'],
    ['channels: {desk: {kind: pigeon}}', 'channels.desk'],
    ["quiet: {from: '25:00', until: '07:00', time_zone: UTC}", 'is a time of day'],
    ["quiet: {from: '22:00', until: '07:00', time_zone: Mars}", 'is no time zone'],
    ['severities: {bugs: info}', 'severities'],
  ])('refuses %s and says why', (text, why) => {
    expect(() => readAlertsFile(written(text))).toThrow(why)
  })

  it('a secret is one line that nobody else can read, and is in no error', () => {
    const file = path.join(dir, 'url')
    writeFileSync(file, 'https://hooks.example.org/secret\n', { mode: 0o600 })
    expect(readAlertSecret(dir, 'url')).toBe('https://hooks.example.org/secret')
    chmodSync(file, 0o644)
    expect(() => readAlertSecret(dir, 'url')).toThrow(/can be read by others.*chmod 600/)
    writeFileSync(file, 'one secret\ntwo', { mode: 0o600 })
    chmodSync(file, 0o600)
    expect(() => readAlertSecret(dir, 'url')).toThrow(/^(?!.*secret\ntwo).*does not hold a secret/s)
    expect(() => readAlertSecret(dir, 'none')).toThrow('cannot be read')
  })
})

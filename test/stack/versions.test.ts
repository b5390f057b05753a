import { isAtLeast, parseVersion } from '../../src/stack/versions'

describe('versions of programs', () => {
  it.each([
    ['temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)', [1, 9, 1]],
    ['postgres (PostgreSQL) 18.4', [18, 4]],
    ['postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)', [15, 18]],
    ['Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.2.1 bits=64', [7, 0, 15]],
    ['Valkey server v=9.1.2 sha=00000000:1 malloc=libc', [9, 1, 2]],
    ['openjdk version "17.0.15" 2025-04-15', [17, 0, 15]],
    ['java version "1.8.0_402"', [1, 8, 0]],
    ['command not understood', null],
  ])('reads %s', (text, version) => {
    expect(parseVersion(text)).toEqual(version)
  })

  it.each([
    [[18, 4], [18], true],
    [[15, 18], [18], false],
    [[1, 10], [1, 9, 1], true],
    [[1, 9], [1, 9, 1], false],
    [[1, 9, 1], [1, 9, 1], true],
    [[2], [1, 9, 1], true],
    [[1, 8, 0], [17], false],
  ])('%j is at least %j: %s', (version, oldest, answer) => {
    expect(isAtLeast(version, oldest)).toBe(answer)
  })
})

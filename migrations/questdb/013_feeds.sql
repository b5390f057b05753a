-- How the feed of a venue stood from ts on, as the process that trades a shard has it. state: connected (all of its connections are up and were heard in time),
-- unconfirmed (up, and nothing vouches for the books), disconnected (one is missing), ended (the process did). A row when the state changes, and every
-- fifteen seconds. conn: the connection that came or went; 0: none did.
CREATE TABLE IF NOT EXISTS feed_states (
  ts TIMESTAMP,
  venue SYMBOL CAPACITY 16,
  shard SYMBOL CAPACITY 64,
  conn LONG,
  state SYMBOL CAPACITY 8
) TIMESTAMP(ts) PARTITION BY DAY TTL 90 DAYS WAL DEDUP UPSERT KEYS(ts, venue, shard, conn, state);

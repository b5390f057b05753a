-- Up Migration

-- E19: which streaming process trades a pair. No row: the shard that config/venues.yaml names first.
create table pair_shard (
  pair text primary key references pair (id),
  shard text not null check (shard ~ '^[a-z0-9-]{1,20}$'),
  by_name text not null,
  at_ms bigint not null
);

-- A trade stays with the shard that it began on: its journal, its client id and its queue are there. null: the first one.
alter table trade add column shard text;

-- A box is of its pair's shard, an edge of the shard of a pair that names its market.
create function shard_of_subject(p_subject text) returns text language sql stable as $$
  select coalesce(
    (select shard from pair_shard where pair = p_subject),
    (select s.shard from pair_shard s join pair p on p.id = s.pair where p_subject in (p.kalshi_market, p.forecastex_market) order by p.id limit 1))
$$;
create function trade_on_its_shard() returns trigger language plpgsql as $$
begin
  new.shard := shard_of_subject(new.subject);
  return new;
end $$;
create trigger trade_on_its_shard before insert on trade for each row execute function trade_on_its_shard();

-- Down Migration

drop trigger trade_on_its_shard on trade;
drop function trade_on_its_shard;
drop function shard_of_subject;
alter table trade drop column shard;
drop table pair_shard;

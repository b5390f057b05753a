-- Up Migration

-- What the API has answered to a write, so that the same request again is answered so and not done twice (docs/api.md). A row without a status: the write
-- was begun, and nobody has told how it ended. Kept for a day.
create table api_write (
  principal text not null check (principal <> ''),
  key text not null check (key <> ''),
  request_sha256 bytea not null check (octet_length(request_sha256) = 32),
  status int check (status between 200 and 599),
  response text,
  at_ms bigint not null,
  primary key (principal, key),
  constraint api_write_answer_is_whole check ((status is null) = (response is null))
);
create index api_write_by_age on api_write (at_ms);

-- The product deletes a claim when it is let go, and an answer when its day is over; and nothing else.
create or replace function grant_to_roles() returns void language plpgsql as $$
declare
  own record;
  has_app boolean := exists (select 1 from pg_roles where rolname = 'crossbook_app');
  has_reader boolean := exists (select 1 from pg_roles where rolname = 'crossbook_reader');
begin
  for own in select c.relname, c.relname = 'schema_migration' or c.relkind = 'v' as only_read, c.relname in ('claim', 'api_write') as deletes,
      exists (select 1 from pg_trigger t where t.tgrelid = c.oid and t.tgfoid = 'refuse_change'::regproc) as append_only
      from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'v') loop
    if has_reader then
      execute format('grant select on public.%I to crossbook_reader', own.relname);
    end if;
    if has_app then
      execute format('revoke all on public.%I from crossbook_app', own.relname);
      execute format('grant %s on public.%I to crossbook_app',
        case when own.only_read then 'select' when own.append_only then 'select, insert' when own.deletes then 'select, insert, update, delete'
          else 'select, insert, update' end, own.relname);
    end if;
  end loop;
  if has_reader then
    grant usage on schema public to crossbook_reader;
  end if;
  if has_app then
    grant usage on schema public to crossbook_app;
  end if;
end $$;
select grant_to_roles();

-- Down Migration

create or replace function grant_to_roles() returns void language plpgsql as $$
declare
  own record;
  has_app boolean := exists (select 1 from pg_roles where rolname = 'crossbook_app');
  has_reader boolean := exists (select 1 from pg_roles where rolname = 'crossbook_reader');
begin
  for own in select c.relname, c.relname = 'schema_migration' or c.relkind = 'v' as only_read, c.relname = 'claim' as deletes,
      exists (select 1 from pg_trigger t where t.tgrelid = c.oid and t.tgfoid = 'refuse_change'::regproc) as append_only
      from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'v') loop
    if has_reader then
      execute format('grant select on public.%I to crossbook_reader', own.relname);
    end if;
    if has_app then
      execute format('revoke all on public.%I from crossbook_app', own.relname);
      execute format('grant %s on public.%I to crossbook_app',
        case when own.only_read then 'select' when own.append_only then 'select, insert' when own.deletes then 'select, insert, update, delete'
          else 'select, insert, update' end, own.relname);
    end if;
  end loop;
  if has_reader then
    grant usage on schema public to crossbook_reader;
  end if;
  if has_app then
    grant usage on schema public to crossbook_app;
  end if;
end $$;
drop table api_write;

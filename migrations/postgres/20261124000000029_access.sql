-- Up Migration

-- Who may ask the API (docs/access.md). Of a token only its sha256 is kept: it is 256 random bits, which nobody finds by trying, so a hash that is slow on purpose
-- would cost every request and protect nothing.
create table api_token (
  id text primary key check (id ~ '^[0-9a-f]{12}$'),
  name text not null check (name ~ '^[A-Za-z0-9][A-Za-z0-9._@-]{0,59}$'),
  role text not null check (role in ('viewer', 'operator', 'approver')),
  sha256 bytea not null check (octet_length(sha256) = 32),
  created_at_ms bigint not null,
  created_by text not null,
  expires_at_ms bigint not null check (expires_at_ms > created_at_ms),
  revoked_at_ms bigint,
  revoked_by text,
  last_used_ms bigint,
  check ((revoked_at_ms is null) = (revoked_by is null))
);

-- A token is issued once and revoked once. What it is, whose, and until when, never changes, and none comes back.
create function token_stays() returns trigger language plpgsql as $$
begin
  if (new.id, new.name, new.role, new.sha256, new.created_at_ms, new.created_by, new.expires_at_ms)
      is distinct from (old.id, old.name, old.role, old.sha256, old.created_at_ms, old.created_by, old.expires_at_ms)
    or old.revoked_at_ms is not null and (new.revoked_at_ms, new.revoked_by) is distinct from (old.revoked_at_ms, old.revoked_by) then
    raise exception 'token % stays as it was issued: revoke it and issue another', old.id;
  end if;
  return new;
end $$;
create trigger token_stays before update on api_token for each row execute function token_stays();
select grant_to_roles();

-- Down Migration

drop table api_token;
drop function token_stays;

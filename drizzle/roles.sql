-- The application's role: it reads and writes rows, and can do nothing else. Run as the owner of the tables after the migrations, any
-- number of times:  psql "$DATABASE_URL_UNPOOLED" -f drizzle/roles.sql
-- Then give it a password of its own (`alter role planning_agent password '…'`) and put it into DATABASE_URL. Migrations keep the owner's.

do $$ begin
  create role planning_agent login;
exception when duplicate_object or unique_violation then null;
end $$;

-- No statement outlives its caller, who waits ten seconds; nothing waits long for a lock; no transaction is left open.
alter role planning_agent set statement_timeout = '9s';
alter role planning_agent set lock_timeout = '5s';
alter role planning_agent set idle_in_transaction_session_timeout = '10s';
alter role planning_agent set idle_session_timeout = '10min';

do $$ begin
  execute format('revoke all on database %I from public', current_database());
  execute format('grant connect on database %I to planning_agent', current_database());
end $$;
revoke all on schema public from public;
grant usage on schema public to planning_agent;

-- Tables and views of now, and those that later migrations of the same owner add.
grant select, insert, update, delete on all tables in schema public to planning_agent;
alter default privileges in schema public grant select, insert, update, delete on tables to planning_agent;

-- A session's log and the audit log are only ever added to. Deleting an organization takes them along by the owner's right.
revoke update, delete on session_events, audit_log from planning_agent;

-- What version 1 of the record of runs brought.
create table run (
  id text primary key, config text not null, domain text not null, config_text text not null,
  folder text not null, folder_path text not null, integration text not null,
  ignore_errors integer not null, skip_duplicate_urls integer not null, upsert_metadata integer not null,
  jobs_in_flight integer not null, state text not null, started text not null, finished text
) strict;
create table batch (
  run text not null references run(id) on delete cascade, number integer not null,
  kind text not null, first integer not null, count integer not null, state text not null, job text,
  done integer not null default 0, errors integer not null default 0, cancelled integer not null default 0,
  message text, primary key (run, number)
) strict;
create table failed_unit (
  run text not null references run(id) on delete cascade, batch integer not null, urls text not null,
  error text not null, subtask text, action text
) strict;
create index failed_unit_run on failed_unit (run, batch);
pragma user_version = 1;

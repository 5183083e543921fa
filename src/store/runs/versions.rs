//! What each version of the program brought to the record of runs.

/// What brings the database from each version to the next; the first makes it.
pub(super) const STEPS: [&str; 6] = [VERSION_1, VERSION_2, VERSION_3, VERSION_4, VERSION_5, VERSION_6];

pub(super) const VERSION_1: &str = "
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
";

/// The checks that the user went on in spite of, a JSON list of their ids.
pub(super) const VERSION_2: &str = "
alter table run add column despite text not null default '[]';
pragma user_version = 2;
";

/// What a run follows that has no batches, but lets Encord list a container: what its folder mirrors, and how far that is.
const VERSION_3: &str = "
alter table run add column remote_url text;
alter table run add column sidecar text;
alter table run add column sync_state text;
alter table run add column sync_job text;
alter table run add column sync_counts text;
alter table run add column sync_message text;
pragma user_version = 3;
";

/// How many of a batch's items were new to the folder, and whether its request was sent again although the first one may have
/// been carried out.
const VERSION_4: &str = "
alter table batch add column created integer;
alter table batch add column resent integer not null default 0;
";

/// Why each unit failed, without what names single files; when a batch's job began and ended, in seconds since 1970; and how many
/// items the folder held before and after.
const VERSION_5: &str = "
alter table failed_unit add column cause text not null default '';
create index failed_unit_cause on failed_unit (run, cause);
alter table batch add column sent real;
alter table batch add column ended real;
alter table run add column retry_of text;
alter table run add column held_before integer;
alter table run add column held_after integer;
";

/// The numbers of each run, kept as its batches change, and what lists tell of it: reading all runs at a glance takes the same
/// time however many jobs they had, and reads no config.
const VERSION_6: &str = "
create table run_sums (
  run text primary key references run(id) on delete cascade,
  done integer not null, errors integer not null, cancelled integer not null, count integer not null, open integer not null
) strict, without rowid;
insert into run_sums
  select run, sum(done), sum(errors), sum(cancelled), sum(count), sum(state not in ('done', 'error', 'cancelled'))
  from batch group by run;
create trigger batch_added after insert on batch begin
  insert into run_sums values
    (new.run, new.done, new.errors, new.cancelled, new.count, new.state not in ('done', 'error', 'cancelled'))
    on conflict (run) do update set done = done + excluded.done, errors = errors + excluded.errors,
      cancelled = cancelled + excluded.cancelled, count = count + excluded.count, open = open + excluded.open;
end;
create trigger batch_changed after update on batch begin
  update run_sums set done = done + new.done - old.done, errors = errors + new.errors - old.errors,
    cancelled = cancelled + new.cancelled - old.cancelled, count = count + new.count - old.count,
    open = open + (new.state not in ('done', 'error', 'cancelled')) - (old.state not in ('done', 'error', 'cancelled'))
    where run = new.run;
end;
create trigger batch_removed after delete on batch begin
  update run_sums set done = done - old.done, errors = errors - old.errors, cancelled = cancelled - old.cancelled,
    count = count - old.count,
    open = open - (old.state not in ('done', 'error', 'cancelled'))
    where run = old.run;
end;
create index run_glance on run (id, config, folder_path, state, started, retry_of, sync_state, sync_counts);
";

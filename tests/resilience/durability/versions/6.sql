-- What version 6 of the record of runs brought.
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
pragma user_version = 6;

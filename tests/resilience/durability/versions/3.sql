-- What version 3 of the record of runs brought.
alter table run add column remote_url text;
alter table run add column sidecar text;
alter table run add column sync_state text;
alter table run add column sync_job text;
alter table run add column sync_counts text;
alter table run add column sync_message text;
pragma user_version = 3;

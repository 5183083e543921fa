//! How long past runs took, kind by kind.

use std::{collections::BTreeMap, time::Duration};

use rusqlite::{Connection, OpenFlags};

use crate::{
    manifest::kind::Kind,
    store::{paths::Home, runs::unsigned},
};

/// Without any job at Encord for longer than this, a run was paused or broken off and taken up again. In seconds.
const GAP: f64 = 60.0;
/// As long is waited for another process that writes to the record.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long the jobs of one past run took.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Pace {
    /// From when its first job was accepted to when its last one ended, in seconds.
    pub seconds: f64,
    /// Of each kind, how long Encord had each job for an item of it: for each job its seconds by its items.
    pub kinds: BTreeMap<Kind, Vec<f64>>,
}

/// The paces of up to `most` runs on an Encord that came to their end in one go, the newest first. Runs that mirror a place have
/// none, as Encord does not tell how long it took; nor have runs that were begun under an earlier version.
///
/// The record is only read: it is not made, brought up to date or moved aside. What cannot be read tells nothing, and whoever
/// writes to the record next says why.
pub fn paces(home: &Home, domain: &str, most: usize) -> Vec<Pace> {
    read(home, domain, most).unwrap_or_default()
}

fn read(home: &Home, domain: &str, most: usize) -> rusqlite::Result<Vec<Pace>> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(home.data().join("runs.db"), flags)?;
    connection.busy_timeout(PATIENCE)?;
    let mut runs = connection.prepare(
        "select id from run where domain = ?1 and remote_url is null and state in ('done', 'done-with-errors')
           and not exists (select 1 from batch where run = id and (resent or sent is null or ended is null))
         order by run.rowid desc",
    )?;
    let mut jobs = connection.prepare("select kind, count, sent, ended from batch where run = ?1 order by sent")?;
    let mut paces = Vec::new();
    let mut ids = runs.query([domain])?;
    while let (true, Some(id)) = (paces.len() < most, ids.next()?) {
        let rows = jobs.query_map([id.get::<_, String>(0)?], |row| {
            Ok((row.get(0)?, unsigned(row.get(1)?), row.get(2)?, row.get(3)?))
        })?;
        paces.extend(pace(rows.collect::<rusqlite::Result<_>>()?));
    }
    Ok(paces)
}

/// What the jobs of a run tell, with their kinds, items, beginnings and ends, in the order of their beginnings; nothing where there
/// was a gap between them.
fn pace(jobs: Vec<(String, u64, f64, f64)>) -> Option<Pace> {
    let begun = jobs.first()?.2;
    let mut ended = begun;
    let mut pace = Pace::default();
    for (kind, items, from, to) in jobs {
        if from - ended > GAP {
            return None;
        }
        ended = ended.max(to);
        if let (Some(kind), true) = (Kind::from_name(&kind), items > 0) {
            #[expect(clippy::cast_precision_loss, reason = "a pace, told no finer than to a few per cent")]
            pace.kinds.entry(kind).or_default().push((to - from).max(0.0) / items as f64);
        }
    }
    pace.seconds = ended - begun;
    Some(pace)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        manifest::batch::Batch,
        run::state::{BatchState, RunState},
        store::runs::{RunStore, tests::new_run},
    };

    fn run(store: &mut RunStore, id: &str, state: RunState, change: &str, jobs: &[(Kind, u64, f64, f64)]) {
        let place = |place: usize| jobs[..place].iter().map(|job| job.1).sum();
        let batches: Vec<Batch> = (0..jobs.len())
            .map(|number| Batch { kind: jobs[number].0, first: place(number), count: jobs[number].1 })
            .collect();
        store.create(&new_run(id), &batches).unwrap();
        for (mut row, (_, count, from, to)) in store.batches(id).unwrap().into_iter().zip(jobs) {
            (row.state, row.done, row.job) = (BatchState::Done, *count, Some(uuid::Uuid::new_v4()));
            store.save_batch(id, &row, None).unwrap();
            let times = (from, to, id, row.number);
            store
                .connection
                .execute("update batch set sent = ?1, ended = ?2 where run = ?3 and number = ?4", times)
                .unwrap();
        }
        store.set_state(id, state).unwrap();
        if !change.is_empty() {
            store.connection.execute(&format!("update {change} = ?1"), [id]).unwrap();
        }
    }

    #[test]
    fn only_runs_that_went_through_in_one_go_count() {
        let dir = tempfile::tempdir().unwrap();
        let home = Home::below(dir.path());
        assert_eq!((paces(&home, "https://none", 9), home.data().exists()), (Vec::new(), false));
        let mut store = RunStore::open(&home).unwrap();
        let two = [(Kind::Video, 10, 0.0, 100.0), (Kind::Image, 100, 50.0, 150.0)];
        let gap = [(Kind::Image, 10, 0.0, 100.0), (Kind::Image, 10, 200.0, 300.0)];
        run(&mut store, "old", RunState::Done, "", &two);
        run(&mut store, "failed", RunState::Failed, "", &two);
        run(&mut store, "cancelled", RunState::Cancelled, "", &two);
        run(&mut store, "open", RunState::Running, "", &two);
        run(&mut store, "gap", RunState::Done, "", &gap);
        run(&mut store, "resent", RunState::Done, "batch set resent = 1 where run", &two);
        run(&mut store, "unknown", RunState::Done, "batch set sent = null where run", &two);
        run(&mut store, "synced", RunState::Done, "run set remote_url = 'u' where id", &two);
        run(&mut store, "elsewhere", RunState::Done, "run set domain = 'https://other' where id", &two);
        run(&mut store, "new", RunState::DoneWithErrors, "", &[(Kind::Image, 50, 1000.0, 1010.0)]);
        let domain = new_run("x").domain;
        let found = paces(&home, &domain, 10);
        assert_eq!(
            found,
            [
                Pace { seconds: 10.0, kinds: BTreeMap::from([(Kind::Image, vec![0.2])]) },
                Pace { seconds: 150.0, kinds: BTreeMap::from([(Kind::Video, vec![10.0]), (Kind::Image, vec![1.0])]) },
            ]
        );
        assert_eq!(paces(&home, &domain, 1).len(), 1);
        assert_eq!(paces(&home, "https://other", 9).len(), 1);
        assert_eq!(paces(&home, "https://none", 9), []);
        drop(store);
        std::fs::write(home.data().join("runs.db"), "not a database").unwrap();
        assert_eq!(paces(&home, &domain, 9), []);
        assert_eq!(std::fs::read(home.data().join("runs.db")).unwrap(), b"not a database", "it stays as it is");
    }
}

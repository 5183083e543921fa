//! A run that is broken off after its last job and before its end is on record: it is brought to its end, and nothing is sent.

use azure_to_encord::{demo::encord::Pace, run::state::RunState, store::RunStore};

use crate::support::{
    program::{program, run},
    upload::{RUN, Upload, plain},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_run_whose_end_was_not_recorded_is_brought_to_it() {
    let upload = Upload::prepare(&plain(20), 10, 2, true, Pace::Unlimited).await;
    tokio::task::spawn_blocking(move || {
        let resume = ["runs", "resume", RUN, "--json"];
        run(&mut program(upload.root(), &resume)).expect(0);
        let reports = upload.home.run(RUN).join("report.json");
        std::fs::remove_file(&reports).unwrap();
        RunStore::open(&upload.home).unwrap().set_state(RUN, RunState::Running).unwrap();
        let listed = run(&mut program(upload.root(), &["runs"])).expect(0);
        assert!(listed.stdout.contains("interrupted"), "{listed:?}");
        let before = upload.batches();
        let ended = run(&mut program(upload.root(), &resume)).expect(0);
        assert!(ended.stdout.contains("\"state\":\"done\""), "{ended:?}");
        assert_eq!(upload.batches(), before);
        assert!(reports.exists());
        upload.assert_each_once("an end that is recorded later");
        // Now there is nothing to resume.
        run(&mut program(upload.root(), &resume)).expect(2);
    })
    .await
    .unwrap();
}

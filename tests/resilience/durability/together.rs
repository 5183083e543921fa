//! Two processes on one run: the second is refused, and spoils nothing.

use azure_to_encord::demo::encord::Pace;

use crate::{
    durability::PATIENCE,
    support::{
        program::{Running, program, run},
        upload::{RUN, Upload, plain},
    },
};

#[tokio::test(flavor = "multi_thread")]
async fn a_second_process_is_refused_while_the_first_goes_on() {
    let upload = Upload::prepare(&plain(40), 10, 2, true, Pace::PerSecond(1.0)).await;
    tokio::task::spawn_blocking(move || {
        let first = ["runs", "resume", RUN, "--json"];
        let mut first = Running::start(&mut program(upload.root(), &first));
        first.wait_until("a job", PATIENCE, |first| first.stdout().contains("\"event\":\"job\""));
        for arguments in [["resume", RUN], ["cancel", RUN], ["forget", RUN]] {
            let arguments = [["runs"].as_slice(), &arguments].concat();
            let second = run(&mut program(upload.root(), &arguments)).expect(1);
            assert!(second.stderr.contains("Another azure-to-encord is working on run"), "{arguments:?} {second:?}");
            assert!(second.stderr.contains("(process "), "{arguments:?} {second:?}");
            assert!(!first.has_ended());
        }
        // Looking on is no work on it.
        for arguments in [["runs", "list"].as_slice(), &["runs", "show", RUN]] {
            let shown = run(&mut program(upload.root(), arguments)).expect(0);
            assert!(shown.stdout.contains("under way"), "{shown:?}");
        }
        first.signal("INT");
        assert_eq!(first.end(PATIENCE).code, Some(130));
        let ended = run(&mut program(upload.root(), &["runs", "list", "--json"])).expect(0);
        assert!(ended.stdout.contains("\"interrupted\""), "{ended:?}");
        run(&mut program(upload.root(), &["runs", "resume", RUN])).expect(0);
        upload.assert_each_once("after two at a time");
    })
    .await
    .unwrap();
}

//! File systems beneath the program: a shell in a mount namespace of its own, whose mounts nobody else sees and which end with it.

use std::{path::Path, process::Command, sync::LazyLock};

use crate::{
    durability::PATIENCE,
    support::program::{Ended, Running},
};

/// How a mount namespace is made here, if it can be: as root, as a user where the system lets users, or by `sudo` without a
/// password.
static WAY: LazyLock<Option<&[&str]>> = LazyLock::new(|| {
    let ways: [&[&str]; 3] = [&["unshare", "-m"], &["unshare", "-Urm"], &["sudo", "-n", "-E", "unshare", "-m"]];
    let works = |way: &&[&str]| {
        let script = "d=$(mktemp -d) && mount -t tmpfs none \"$d\" && umount \"$d\" && rmdir \"$d\"";
        let tried = Command::new(way[0]).args(&way[1..]).args(["sh", "-c", script]).output();
        tried.is_ok_and(|tried| tried.status.success())
    };
    ways.into_iter().find(works)
});

/// Whether file systems can be mounted here; without them there is no disk that could be full or read-only.
pub(crate) fn can_mount() -> bool {
    let can = WAY.is_some();
    if !can {
        eprintln!("Not tried: mounting needs root, a user namespace, or sudo without a password.");
    }
    can
}

/// Runs a script to its end, where [`can_mount`]; `$1`, `$2` … are the arguments, `$program` the built program, which keeps its files in `home`.
pub(crate) fn script(home: &Path, script: &str, arguments: &[&str]) -> Ended {
    let path = std::env::var_os("PATH").unwrap_or_else(|| "/usr/sbin:/usr/bin:/sbin:/bin".into());
    let way = WAY.expect("a way to mount a file system");
    let mut command = Command::new(way[0]);
    command.args(&way[1..]).args(["sh", "-euc", script, "sh"]).args(arguments);
    command.env_clear().env("PATH", path).env("HOME", home).env("AZURE_TO_ENCORD_HOME", home);
    command.env("program", env!("CARGO_BIN_EXE_azure-to-encord"));
    Running::start(&mut command).end(PATIENCE)
}

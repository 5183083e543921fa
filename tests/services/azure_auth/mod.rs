//! Every way to sign in to a storage account, good and bad, with the built program against Azurite, Microsoft's emulator.

#[cfg(unix)]
mod authority;
// The tools that sign in are shell scripts there.
#[cfg(unix)]
mod entra;
mod keys;

use std::path::Path;

use tempfile::TempDir;

use crate::support::{
    config::ConfigText,
    events::events,
    program::{Ended, program, run},
};

/// The variable that holds the secret.
const SECRET: &str = "AZURE_AUTH_SECRET";

/// A try to reach a container.
struct Try {
    home: TempDir,
    config: ConfigText,
    variables: Vec<(String, String)>,
}

impl Try {
    fn new(endpoint: &str, container: &str, auth: &str) -> Try {
        let config = ConfigText::default()
            .text("azure", "endpoint", endpoint)
            .text("azure", "container", container)
            .text("azure", "auth", auth);
        Try { home: tempfile::tempdir().unwrap(), config, variables: Vec::new() }
    }

    /// With the secret in the variable that the config names.
    fn secret(mut self, key: &str, secret: &str) -> Try {
        self.config = self.config.text("azure", key, SECRET);
        self.with(SECRET, secret)
    }

    fn with(mut self, variable: &str, value: impl Into<String>) -> Try {
        self.variables.push((variable.to_owned(), value.into()));
        self
    }

    fn home(&self) -> &Path {
        self.home.path()
    }

    fn run(&self, arguments: &[&str]) -> Ended {
        let config = self.config.write(self.home(), "try.toml");
        let arguments: Vec<&str> =
            arguments.iter().map(|text| if *text == "CONFIG" { config.to_str().unwrap() } else { text }).collect();
        let ended = run(program(self.home(), &arguments).envs(self.variables.iter().cloned()));
        for (name, value) in self.variables.iter().filter(|(name, _)| name.contains("SECRET")) {
            for part in std::iter::once(value.as_str()).chain(value.split_once("sig=").map(|(_, signature)| signature))
            {
                assert!(!ended.stdout.contains(part) && !ended.stderr.contains(part), "{name} shows: {ended:?}");
            }
        }
        ended
    }

    /// Lists the container into a manifest.
    fn list(&self) -> Ended {
        let out = self.home().join("out.json");
        self.run(&["manifest", "build", "CONFIG", "-o", out.to_str().unwrap(), "--force"])
    }

    /// Listing must succeed and find one image.
    fn expect_listed(&self) {
        self.list().expect(0);
        let manifest = std::fs::read_to_string(self.home().join("out.json")).unwrap();
        assert!(manifest.contains("a%20b.png"), "{manifest}");
    }

    /// Listing must fail with this exit code and say all of this.
    fn expect_refused(&self, code: i32, says: &[&str]) {
        let ended = self.list().expect(code);
        for part in says {
            assert!(ended.stderr.contains(part), "no {part:?} in {}", ended.stderr);
        }
    }

    /// The state and detail, with the fix, of one of the checks.
    fn check(&self, id: &str) -> (String, String) {
        let ended = self.run(&["check", "CONFIG", "--json"]);
        let found = events(&ended).into_iter().find(|event| event["event"] == "check" && event["id"] == id);
        let found = found.unwrap_or_else(|| panic!("no {id} in {ended:?}"));
        let text = |key: &str| found[key].as_str().unwrap_or_default().to_owned();
        (text("state"), format!("{} {}", text("detail"), text("fix")))
    }

    fn expect_readable(&self) {
        let (state, detail) = self.check("azure.read");
        assert_eq!(state, "pass", "{detail}");
    }
}

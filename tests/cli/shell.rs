//! What the built program gives to shells: completions that load, manual pages that render, explanations, and refusals that say
//! what to use instead of a terminal.

use std::{
    io::Write as _,
    path::Path,
    process::{Command, Output, Stdio},
};

use crate::support::program::program;

fn run(home: &Path, arguments: &[&str]) -> Output {
    program(home, arguments).stdin(Stdio::null()).output().unwrap()
}

/// Whether a program that is not ours is on this machine.
fn installed(name: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|dir| dir.join(name).is_file())
}

fn stdout(home: &Path, arguments: &[&str]) -> String {
    let output = run(home, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Runs a command with a text on its input; its output, and that it found nothing to complain of.
fn filter(command: &mut Command, text: &str) -> String {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("is installed");
    let mut input = child.stdin.take().unwrap();
    let text = text.to_owned();
    let writer = std::thread::spawn(move || input.write_all(text.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && complaints.trim().is_empty(), "{command:?}: {complaints}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn completions_load_and_hold_every_command() {
    let home = tempfile::tempdir().unwrap();
    for (shell, check) in [
        ("bash", &["bash", "-n"][..]),
        ("zsh", &["zsh", "-n"]),
        ("fish", &["fish", "--no-execute"]),
        ("powershell", &["pwsh", "-NoProfile", "-Command", "-"]),
        ("elvish", &["elvish", "-compileonly"]),
    ] {
        let script = stdout(home.path(), &["completions", shell]);
        for command in ["demo", "run", "check", "manifest", "schema", "runs", "config", "explain", "man", "--despite"] {
            assert!(script.contains(command.trim_start_matches('-')), "{shell}: {command}");
        }
        if matches!(shell, "zsh" | "fish" | "powershell") {
            assert!(script.contains("Import without a terminal UI, for pipelines"), "{shell} describes nothing");
        }
        if installed(check[0]) {
            let file = home.path().join(format!("completions.{shell}"));
            std::fs::write(&file, &script).unwrap();
            match shell {
                "powershell" | "elvish" => _ = filter(Command::new(check[0]).args(&check[1..]), &script),
                _ => _ = filter(Command::new(check[0]).args(&check[1..]).arg(&file), ""),
            }
        }
    }
    // The script works in the shell that is always there.
    if installed("bash") {
        let file = home.path().join("completions.bash");
        let ask = format!(
            ". '{}'; COMP_WORDS=(azure-to-encord runs re); COMP_CWORD=2; _azure__to__encord azure-to-encord re runs; echo \"${{COMPREPLY[*]}}\"",
            file.display()
        );
        let completed = filter(Command::new("bash").args(["--norc", "-c", &ask]), "");
        assert_eq!(completed.trim(), "resume retry report");
    }
}

#[test]
fn manual_pages_render() {
    let home = tempfile::tempdir().unwrap();
    let page = stdout(home.path(), &["man"]);
    for section in
        ["NAME", "SYNOPSIS", "OPTIONS", "SUBCOMMANDS", "EXAMPLES", "\"EXIT STATUS\"", "ENVIRONMENT", "\"CONFIG FILE\""]
    {
        assert!(page.contains(&format!(".SH {section}")), "{section} is missing:\n{page}");
    }
    let dir = home.path().join("man/man1");
    let output = run(home.path(), &["man", "--dir", dir.to_str().unwrap()]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut names: Vec<_> = std::fs::read_dir(&dir).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    let names: Vec<_> = names.iter().map(|name| name.to_str().unwrap()).collect();
    for name in ["azure-to-encord.1", "azure-to-encord-run.1", "azure-to-encord-runs-resume.1", "azure-to-encord-man.1"]
    {
        assert!(names.contains(&name), "{name} is not among {names:?}");
    }
    for renderer in [&["groff", "-man", "-Tutf8", "-ww", "-z"][..], &["mandoc", "-Tlint", "-Werror"]] {
        if installed(renderer[0]) {
            for name in &names {
                filter(
                    Command::new(renderer[0]).args(&renderer[1..]),
                    &std::fs::read_to_string(dir.join(name)).unwrap(),
                );
            }
        }
    }
    if installed("groff") {
        let shown = filter(Command::new("groff").args(["-man", "-Tutf8", "-P-c"]), &page);
        // Bold and underlined letters are typed over each other.
        let plain: String = {
            let mut letters: Vec<char> = Vec::new();
            for letter in shown.chars() {
                if letter == '\u{8}' { _ = letters.pop() } else { letters.push(letter) }
            }
            letters.into_iter().collect()
        };
        for text in ["azure-to-encord run site.toml --yes --json", "upload.jobs_in_flight", "AZURE_TO_ENCORD_HOME"] {
            assert!(plain.contains(text), "{text} is missing:\n{plain}");
        }
    }
}

#[test]
fn codes_checks_keys_and_exit_codes_are_explained() {
    let home = tempfile::tempdir().unwrap();
    for (topic, says) in [
        (&["url.whitespace"][..], &["finding, an error", "%20"][..]),
        (&["azure.cors"], &["CORS rules, check", "check CONFIG --fix"]),
        (&["upload.skip_duplicate_urls"], &["config key", "makes sending again safe"]),
        (&["exit", "3"], &["Partly, exit code", "runs retry ID"]),
        (&["folder"], &["Ready when a folder is chosen", "Typical troubles"]),
        (&[], &["Keys of a config", "azure.container", "Exit codes", "folder-marker"]),
    ] {
        let said = stdout(home.path(), &[&["explain"], topic].concat());
        for text in says {
            assert!(said.contains(text), "{topic:?} does not say {text:?}:\n{said}");
        }
        assert!(!said.contains('`'), "{topic:?}:\n{said}");
    }
    let lines = stdout(home.path(), &["explain", "azure.container", "--json"]);
    let kinds: Vec<String> = lines
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["kind"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(kinds, ["config key", "check"]);
    let unknown = run(home.path(), &["explain", "azure.cros"]);
    let said = String::from_utf8_lossy(&unknown.stderr);
    assert_eq!(unknown.status.code(), Some(2), "{said}");
    assert!(said.contains("Did you mean azure.cors"), "{said}");
}

#[test]
fn without_a_terminal_the_wizard_names_the_command_to_use() {
    let home = tempfile::tempdir().unwrap();
    let refusal = |arguments: &[&str]| {
        let output = run(home.path(), arguments);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{arguments:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    let said = refusal(&[]);
    assert!(said.contains("its input comes from elsewhere"), "{said}");
    assert!(said.contains("azure-to-encord run CONFIG --yes, or --dry-run"), "{said}");
    let configs = stdout(home.path(), &["config", "path"]);
    std::fs::create_dir_all(configs.trim()).unwrap();
    for name in ["nightly", "site a"] {
        let file = Path::new(configs.trim()).join(format!("{name}.toml"));
        std::fs::write(file, "version = 1\n[azure]\naccount = \"acmemedia\"\ncontainer = \"raw\"\n").unwrap();
    }
    let said = refusal(&[]);
    assert!(said.contains("Saved configs: nightly, site a."), "{said}");
    let said = refusal(&["site a"]);
    assert!(said.contains("azure-to-encord run 'site a' --yes"), "{said}");
    let said = refusal(&["run", "nightly"]);
    assert!(said.contains("Add --yes") && said.contains("--dry-run"), "{said}");
}

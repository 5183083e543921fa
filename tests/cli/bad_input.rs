//! What users get wrong, and what the built program answers: the exit code, a sentence that helps, and never a secret.

use std::{path::Path, process::Command};

use azure_to_encord::demo::{
    azure,
    encord::{Pace, StorageAccess},
};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use tempfile::TempDir;
use time::Duration;

use crate::support::{
    config::ConfigText,
    encord::{Encord, INTEGRATION},
    installed,
    keys::Key,
    program::{program, run},
};

const TOKEN: &str = "BAD_INPUT_SAS";
const BEARER: &str = "BAD_INPUT_BEARER";
const PASSPHRASE: &str = "correct horse battery staple";

/// Both services, healthy, and a config that would work.
struct Bench {
    encord: Encord,
    azure: azure::Server,
    home: TempDir,
    config: ConfigText,
    sas: SecretString,
}

/// One thing that is wrong.
struct Case {
    what: &'static str,
    config: ConfigText,
    variables: Vec<(&'static str, String)>,
    code: i32,
    /// What stdout and stderr together must hold.
    says: Vec<String>,
}

impl Case {
    fn with(mut self, variable: &'static str, value: impl Into<String>) -> Case {
        self.variables.push((variable, value.into()));
        self
    }
}

impl Bench {
    async fn set() -> Bench {
        let azure = azure::Server::start(azure::Options::default()).await.unwrap();
        for number in 0..3 {
            azure.put_blob("media", azure::StoredBlob::new(format!("{number}.txt"), "text", "text/plain"));
        }
        let sas = azure.account_sas("rl", "sco", Duration::HOUR);
        let storage = StorageAccess { base_url: azure.account_url().clone(), sas: Some(sas.clone()) };
        let encord = Encord::start(Some(storage), Pace::Unlimited).await;
        let config = ConfigText::default()
            .text("encord", "domain", encord.recorder.url())
            .text("encord", "ssh_key_file", encord.key_file().to_str().unwrap())
            .text("encord", "integration", INTEGRATION)
            .text("azure", "endpoint", azure.account_url())
            .text("azure", "container", "media")
            .text("azure", "sas_token_env", TOKEN)
            .text("folder", "path", "Raw");
        Bench { encord, azure, home: tempfile::tempdir().unwrap(), config, sas }
    }

    fn home(&self) -> &Path {
        self.home.path()
    }

    fn case(&self, what: &'static str, config: ConfigText, code: i32, says: &[&str]) -> Case {
        let says = says.iter().map(|text| (*text).to_owned()).collect();
        Case { what, config, variables: Vec::new(), code, says }
    }

    /// A case in which the key file holds this text.
    fn key_case(&self, what: &'static str, text: &str, code: i32, says: &[&str]) -> Case {
        let path = self.home().join(what.replace(' ', "-"));
        std::fs::write(&path, text).unwrap();
        let config = self.config.clone().text("encord", "ssh_key_file", path.to_str().unwrap());
        self.case(what, config, code, says)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = program(self.home(), arguments);
        command.env(TOKEN, self.sas.expose_secret()).current_dir(self.home());
        command
    }

    fn try_out(&self, case: &Case) {
        let config = case.config.write(self.home(), "case.toml");
        for arguments in
            [&["run", config.to_str().unwrap(), "--yes"][..], &["run", config.to_str().unwrap(), "--yes", "--json"]]
        {
            let mut command = self.command(arguments);
            for (variable, value) in &case.variables {
                command.env(variable, value);
            }
            self.judge(case.what, &mut command, case.code, &case.says);
        }
    }

    fn judge(&self, what: &str, command: &mut Command, code: i32, says: &[impl AsRef<str>]) {
        let secrets: Vec<String> = command
            .get_envs()
            .filter_map(|(name, value)| Some((name.to_str()?, value?.to_str()?)))
            .flat_map(|(name, value)| match name {
                TOKEN => signature(value).into_iter().collect(),
                BEARER | "ENCORD_SSH_KEY_PASSPHRASE" => vec![value.to_owned()],
                "ENCORD_SSH_KEY" => key_lines(value),
                _ => Vec::new(),
            })
            .chain(key_lines(&self.encord.key.pem()))
            .collect();
        let ended = run(command);
        let all = format!("{}{}", ended.stdout, ended.stderr);
        assert_eq!(ended.code, Some(code), "{what}: {all}");
        for text in says {
            assert!(all.contains(text.as_ref()), "{what}: no {:?} in\n{all}", text.as_ref());
        }
        // A problem is told on stderr in any case, and never as a crash.
        assert!(code == 0 || ended.stderr.contains("azure-to-encord"), "{what}: {all}");
        assert!(!all.contains("panicked") && !all.contains("RUST_BACKTRACE"), "{what}: {all}");
        for secret in &secrets {
            assert!(!all.contains(secret.as_str()), "{what}: a secret is shown in\n{all}");
        }
    }
}

/// The secret part of a SAS token, as it is and decoded.
fn signature(token: &str) -> Option<String> {
    let (_, rest) = token.split_once("sig=")?;
    rest.split('&').next().filter(|text| text.len() > 8).map(str::to_owned)
}

/// The lines of a private key that hold its secret.
fn key_lines(pem: &str) -> Vec<String> {
    pem.lines().filter(|line| line.len() > 30 && !line.starts_with('-')).skip(1).map(str::to_owned).collect()
}

/// A port of this machine where nobody listens, and no other test ever does.
const CLOSED_PORT: u16 = 1;

/// A private key of another algorithm in a format of the `cryptography` package.
fn foreign_key(algorithm: &str, format: &str) -> String {
    let script = format!(
        "from cryptography.hazmat.primitives.asymmetric import ec, rsa\n\
         from cryptography.hazmat.primitives import serialization as s\n\
         key = {algorithm}\n\
         print(key.private_bytes(s.Encoding.PEM, s.PrivateFormat.{format}, s.NoEncryption()).decode())"
    );
    let output = Command::new(installed("ENCORD_TEST_PYTHON")).args(["-c", &script]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bench_itself_is_sound() {
    let bench = Bench::set().await;
    bench.try_out(&bench.case("nothing wrong", bench.config.clone(), 0, &[]));
}

#[tokio::test(flavor = "multi_thread")]
async fn configs() {
    let bench = Bench::set().await;
    let head = "version = 1\n\n[azure]\naccount = \"acme\"\n";
    let secret = "sv=2026-04-06&sp=rl&sig=THISISASECRETSIGNATURE";
    for (what, text, says) in [
        ("unknown key", format!("{head}containr = \"raw\"\n"), &["line 5, column 1", "Did you mean 'container'?"][..]),
        ("unknown section", format!("{head}\n[uplod]\nx = 1\n"), &["line 6", "Did you mean 'upload'?"]),
        ("wrong type", "version = 1\n[upload]\njobs_in_flight = \"two\"\n".to_owned(), &["line 3", "jobs_in_flight"]),
        ("unknown value", format!("{head}auth = \"sass\"\n"), &["line 5", "Did you mean 'sas'?"]),
        ("not TOML", "Dear program,\nplease import my files.\n".to_owned(), &["line 1"]),
        ("JSON", "{\"version\": 1}\n".to_owned(), &["line 1"]),
        ("empty", String::new(), &["version"]),
        ("a newer version", "version = 2\n".to_owned(), &["version = 1"]),
        (
            "a token in the endpoint",
            format!("version = 1\n[azure]\nendpoint = \"https://a.b/?{secret}\"\n"),
            &["sas_token_env"],
        ),
        ("a token under a key", format!("{head}sas_token = \"{secret}\"\n"), &["line 5", "sas_token_env"]),
        ("a token in a broken line", format!("{head}sas_token_env = \"{secret}\n"), &["line 5"]),
    ] {
        std::fs::write(bench.home().join("case.toml"), text).unwrap();
        for command in [&["run", "case.toml", "--yes"][..], &["config", "check", "case.toml"], &["check", "case.toml"]]
        {
            let mut command = bench.command(command);
            command.env(TOKEN, secret);
            bench.judge(what, &mut command, 2, says);
        }
    }
    std::fs::write(bench.home().join("latin.toml"), b"version = 1 # caf\xe9\n").unwrap();
    bench.judge("not UTF-8", &mut bench.command(&["run", "latin.toml", "--yes"]), 2, &["UTF-8"]);
    bench.judge(
        "no file",
        &mut bench.command(&["run", "no/such.toml", "--yes"]),
        2,
        &["There is no config file 'no/such.toml'"],
    );
    bench.judge("no name", &mut bench.command(&["run", "nowhere", "--yes"]), 2, &["There is no config 'nowhere'"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn command_lines() {
    let bench = Bench::set().await;
    let config = bench.config.write(bench.home(), "site.toml");
    let config = config.to_str().unwrap();
    for (arguments, says) in [
        (&["run"][..], "CONFIG"),
        (&["run", config, "--frobnicate"], "--frobnicate"),
        (&["run", config, "--yes=maybe"], "--yes"),
        (&["run", config], "--yes"),
        (&["runs", "resume"], "ID"),
        (&["runs", "resume", "20260101-000000-abcdef"], "There is no run '20260101-000000-abcdef'"),
        (&["runs", "show", "../../etc"], "There is no run"),
        (&["runs", "forget", ".."], "There is no run"),
        (&["manifest", "build", config, "-o", "out.xlsx"], ".json"),
        (&["schema", "frob"], "frob"),
        (&["demo", "--headless", "--serve"], "--serve"),
        (&["demo"], "azure-to-encord demo --headless"),
        (&[], "The wizard needs a terminal"),
        (&[config], "The wizard needs a terminal"),
    ] {
        bench.judge(&arguments.join(" "), &mut bench.command(arguments), 2, &[says]);
    }
    assert!(bench.encord.recorder.requests().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn ssh_keys() {
    let bench = Bench::set().await;
    let key = &bench.encord.key;
    let pem = key.pem();
    let encrypted = key.encrypted_pem(PASSPHRASE);
    let rsa = foreign_key("rsa.generate_private_key(65537, 2048)", "OpenSSH");
    let old_rsa = foreign_key("rsa.generate_private_key(65537, 2048)", "TraditionalOpenSSL");
    let ecdsa = foreign_key("ec.generate_private_key(ec.SECP256R1())", "OpenSSH");
    let elsewhere = bench.home().join("no-key");
    let variable = "ENCORD_SSH_KEY_PASSPHRASE";
    for case in [
        bench.case(
            "no key file",
            bench.config.clone().text("encord", "ssh_key_file", elsewhere.to_str().unwrap()),
            2,
            &["there is no SSH key at", "ssh-keygen -t ed25519"],
        ),
        bench.case(
            "no key named",
            bench.config.clone().raw("encord", "ssh_key_file", ""),
            2,
            &["No SSH key for Encord is named"],
        ),
        bench.key_case("empty key", "", 2, &["not an OpenSSH private key"]),
        bench.key_case("truncated key", &pem[..pem.len() / 2], 2, &["cut short"]),
        bench.key_case(
            "damaged key",
            &pem.replace("b3BlbnNzaC1rZXktdjEA", "b3BlbnNzaC1rZXktdjIA"),
            2,
            &["cannot be used"],
        ),
        bench.key_case("public key", &key.public_line(), 2, &["this is a public key", "without .pub"]),
        bench.key_case("RSA key", &rsa, 2, &["a key of type RSA", "Ed25519"]),
        bench.key_case("RSA key of old", &old_rsa, 2, &["a key of type RSA", "Ed25519"]),
        bench.key_case("ECDSA key", &ecdsa, 2, &["a key of type ECDSA", "Ed25519"]),
        bench.key_case("some text", "my key is under the mat\n", 2, &["not an OpenSSH private key"]),
        bench.key_case("no passphrase", &encrypted, 2, &["protected by a passphrase", variable]),
        bench
            .key_case("wrong passphrase", &encrypted, 2, &["does not open the SSH key", variable])
            .with(variable, "wrong horse"),
        bench.key_case("right passphrase", &encrypted, 0, &[]).with(variable, PASSPHRASE),
        bench
            .case("key in the environment", bench.config.clone().raw("encord", "ssh_key_file", ""), 0, &[])
            .with("ENCORD_SSH_KEY", &pem),
        bench
            .case(
                "half a key in the environment",
                bench.config.clone().raw("encord", "ssh_key_file", ""),
                2,
                &["cut short"],
            )
            .with("ENCORD_SSH_KEY", &pem[..pem.len() * 2 / 3]),
        bench.key_case("a stranger's key", &Key::new().pem(), 4, &["not registered", "https://api.us.encord.com"]),
    ] {
        bench.try_out(&case);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn encord_side() {
    let bench = Bench::set().await;
    let config = || bench.config.clone();
    let nobody = format!("http://127.0.0.1:{CLOSED_PORT}");
    let by_token = config().raw("encord", "ssh_key_file", "").text("encord", "bearer_token_env", BEARER);
    for _ in 0..2 {
        bench.encord.create_folder(&json!({ "name": "Twin" })).await;
    }
    let twins: Vec<String> = bench.encord.server.folders().iter().map(|folder| folder.uuid.to_string()).collect();
    for case in [
        bench.case("nobody there", config().text("encord", "domain", &nobody), 1, &["Encord", "Check the network"]),
        bench.case("no encryption", config().text("encord", "domain", "http://api.encord.com"), 2, &["https://"]),
        bench.case(
            "the web app",
            config().text("encord", "domain", "https://app.encord.com"),
            2,
            &["https://api.encord.com"],
        ),
        bench.case("no address", config().text("encord", "domain", "encord"), 2, &["encord"]),
        bench.case("not Encord", config().text("encord", "domain", bench.azure.account_url()), 1, &["Encord"]),
        bench.case(
            "unknown integration",
            config().text("encord", "integration", "Azure production"),
            2,
            &["no integration 'Azure production'", "'Azure tests'"],
        ),
        bench.case(
            "unknown folder",
            config().raw("folder", "path", "").text("folder", "uuid", "11111111-1111-4111-8111-111111111111"),
            4,
            &["11111111-1111-4111-8111-111111111111"],
        ),
        bench.case("no folder", config().raw("folder", "path", ""), 2, &["No destination folder"]),
        bench.case(
            "twins",
            config().text("folder", "path", "Twin/Sub"),
            2,
            &["There are 2 folders at 'Twin'", &twins[0], &twins[1]],
        ),
        bench.case("no bearer token", by_token.clone(), 2, &[BEARER, "is not set"]),
        bench
            .case("wrong bearer token", by_token.clone(), 4, &["bearer token has expired"])
            .with(BEARER, "wrong-bearer-token"),
        bench.case("right bearer token", by_token, 0, &[]).with(BEARER, bench.encord.bearer_token()),
    ] {
        bench.try_out(&case);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn azure_side() {
    let bench = Bench::set().await;
    let config = || bench.config.clone();
    let nobody = format!("http://127.0.0.1:{CLOSED_PORT}/acme");
    let sas = |letters, kinds, valid| bench.azure.account_sas(letters, kinds, valid).expose_secret().to_owned();
    let expired = sas("rl", "sco", Duration::minutes(-5));
    let altered = bench.sas.expose_secret().replace("sig=", "sig=AAAA");
    bench.azure.create_container("empty");
    for case in [
        bench.case("nobody there", config().text("azure", "endpoint", &nobody), 1, &["cannot be reached"]),
        bench.case(
            "no encryption",
            config().text("azure", "endpoint", "http://acme.blob.core.windows.net"),
            2,
            &["https://"],
        ),
        bench.case("no container", config().raw("azure", "container", ""), 2, &["container"]),
        bench.case("wrong container", config().text("azure", "container", "medai"), 2, &["\"medai\" was not found"]),
        bench.case(
            "no container's name",
            config().text("azure", "container", "Media Files"),
            2,
            &["cannot be the name of a container"],
        ),
        bench.case("no account", config().raw("azure", "endpoint", ""), 2, &["account"]),
        bench.case(
            "anonymous",
            config().text("azure", "auth", "anonymous").raw("azure", "sas_token_env", ""),
            4,
            &["anonymously"],
        ),
        bench.case(
            "no variable",
            config().text("azure", "sas_token_env", "NO_SUCH_SAS"),
            2,
            &["NO_SUCH_SAS", "is not set"],
        ),
        bench.case(
            "no token's place",
            config().raw("azure", "sas_token_env", "").text("azure", "auth", "sas"),
            2,
            &["sas_token_env"],
        ),
        bench.case(
            "nobody signed in",
            config().raw("azure", "sas_token_env", ""),
            4,
            &["az login", "az is not installed"],
        ),
        bench.case("no token", config(), 2, &["cannot be used", "neither a SAS token"]).with(TOKEN, "c2VjcmV0"),
        bench
            .case("another account's", config(), 2, &["storage account elsewhere"])
            .with(TOKEN, "AccountName=elsewhere;AccountKey=c2VjcmV0"),
        bench.case("expired", config(), 4, &["expired on"]).with(TOKEN, expired),
        bench.case("no List", config(), 4, &["List permission"]).with(TOKEN, sas("r", "sco", Duration::HOUR)),
        bench.case("not for containers", config(), 4, &["resource types"]).with(TOKEN, sas("rl", "o", Duration::HOUR)),
        bench.case("altered", config(), 4, &["does not fit"]).with(TOKEN, altered),
        bench
            .case("empty container", config().text("azure", "container", "empty"), 2, &["holds no blobs", "prefixes"])
            .with(TOKEN, sas("rl", "sco", Duration::HOUR)),
        bench
            .case(
                "prefix of nothing",
                config().raw("manifest", "prefixes", "[\"nothing/\"]"),
                2,
                &["holds no blobs", "prefixes"],
            )
            .with(TOKEN, sas("rl", "sco", Duration::HOUR)),
    ] {
        bench.try_out(&case);
    }
}

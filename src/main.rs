//! Reads the command line, picks a front end, sets the exit code.

fn main() -> std::process::ExitCode {
    azure_to_encord::cli::main()
}

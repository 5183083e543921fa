//! The one choice of cryptography for every TLS connection of the program.

/// Makes ring the process-wide TLS provider. Must run before the first HTTP client is built; calling it again is harmless.
pub fn install() {
    // An error only says that a provider is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

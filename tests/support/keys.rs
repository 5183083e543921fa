//! SSH keys, made afresh for every test.

use ssh_key::{
    LineEnding, PrivateKey,
    private::Ed25519Keypair,
    rand_core::{CryptoRng, Error, RngCore},
};

struct SystemRandom;

impl CryptoRng for SystemRandom {}

impl RngCore for SystemRandom {
    fn next_u32(&mut self) -> u32 {
        getrandom::u32().unwrap()
    }

    fn next_u64(&mut self) -> u64 {
        getrandom::u64().unwrap()
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        getrandom::fill(bytes).unwrap();
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Error> {
        self.fill_bytes(bytes);
        Ok(())
    }
}

/// An Ed25519 key.
pub(crate) struct Key {
    pair: Ed25519Keypair,
}

impl Key {
    pub(crate) fn new() -> Key {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).unwrap();
        Key { pair: Ed25519Keypair::from_seed(&seed) }
    }

    /// The raw public half, as the embedded Encord service wants it.
    pub(crate) fn public(&self) -> [u8; 32] {
        self.pair.public.0
    }

    /// The line of a `.pub` file.
    pub(crate) fn public_line(&self) -> String {
        PrivateKey::from(self.pair.clone()).public_key().to_openssh().unwrap()
    }

    /// OpenSSH's text of the private half.
    pub(crate) fn pem(&self) -> String {
        PrivateKey::from(self.pair.clone()).to_openssh(LineEnding::LF).unwrap().to_string()
    }

    /// The same, protected by a passphrase.
    pub(crate) fn encrypted_pem(&self, passphrase: &str) -> String {
        let key = PrivateKey::from(self.pair.clone()).encrypt(&mut SystemRandom, passphrase).unwrap();
        key.to_openssh(LineEnding::LF).unwrap().to_string()
    }
}

//! Random numbers of the tests. Ordinary runs repeat exactly. `ENCORD_TEST_RANDOM=1` takes a new seed, prints it, and tries ten times as
//! many cases; `ENCORD_TEST_SEED` with the printed seed repeats such a run.

#![allow(dead_code, reason = "shared by the unit tests and the integration tests, which use different parts")]

use std::{io::Write as _, sync::LazyLock};

use proptest::test_runner::{Config, RngSeed};

const ORDINARY: u64 = 20_260_301;
/// A run with a seed of its own goes on for so many times as long.
const LONGER: u32 = 10;

/// The seed, and how much longer than ordinary the run is. Printed past the capture of output: a test that hangs shows nothing.
static CHOSEN: LazyLock<(u64, u32)> = LazyLock::new(|| {
    if let Ok(seed) = std::env::var("ENCORD_TEST_SEED") {
        return (seed.parse().expect("ENCORD_TEST_SEED is a number"), LONGER);
    }
    if std::env::var("ENCORD_TEST_RANDOM").is_ok_and(|value| value == "1") {
        let seed = u64::from(getrandom::u32().unwrap());
        let _ = writeln!(std::io::stderr(), "ENCORD_TEST_SEED={seed} repeats this run");
        return (seed, LONGER);
    }
    (ORDINARY, 1)
});

/// The seed of this run.
pub(crate) fn seed() -> u64 {
    CHOSEN.0
}

/// How many times as long as an ordinary run this one is.
pub(crate) fn factor() -> u32 {
    CHOSEN.1
}

/// The settings of a property that is tried with so many cases in an ordinary run. Nothing is written into the sources when it
/// fails: an example that found a fault becomes a test of its own.
pub(crate) fn cases(ordinary: u32) -> Config {
    let cases = ordinary * factor();
    Config { cases, rng_seed: RngSeed::Fixed(seed()), failure_persistence: None, ..Config::default() }
}

/// Marsaglia's xorshift: the same numbers on every machine.
pub(crate) struct Chance(u64);

impl Chance {
    /// The numbers that a seed stands for.
    pub(crate) fn new(seed: u64) -> Chance {
        // Seeds that differ little, and zero, begin far apart.
        Chance(seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// Any number.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number below this one, or zero.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }
}

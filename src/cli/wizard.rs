//! The wizard at a terminal.

use super::Exit;
use crate::store::{Home, config::Config};

pub(crate) async fn wizard(_config: Option<&str>) -> Exit {
    Exit::Usage
}

pub(crate) async fn open(_home: Home, _config: Config, _label: &str) -> Exit {
    Exit::Usage
}

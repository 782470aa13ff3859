//! A configuration that is looked at, whatever is wrong with it.

use std::path::Path;

use super::source;
use super::validate::assess;
use super::values::Config;
use crate::error::Error;

/// What a source of configuration holds, and every fault of it.
#[derive(Debug)]
pub(crate) struct Examined {
    /// As far as it can be read; with a fault it is to be looked at, not used. `None` when nothing can be read.
    pub(crate) config: Option<Config>,
    /// One line each.
    pub(crate) faults: Vec<String>,
}

impl Examined {
    /// A JSON file with the environment taking precedence, or the environment alone.
    pub(crate) fn read(file: Option<&Path>) -> Self {
        let environment = source::from_env();
        let Some(file) = file else { return Self::of(environment, None) };
        match source::from_file(file) {
            Ok(mut entries) => {
                let warning = source::warn_if_others_can_read(file, &entries);
                entries.override_with(environment);
                Self::of(entries, warning)
            }
            Err(error) => Self { config: None, faults: vec![Error::with_causes(&error)] },
        }
    }

    /// A configuration that is used already.
    pub(crate) fn valid(config: Config) -> Self {
        Self { config: Some(config), faults: Vec::new() }
    }

    fn of(mut entries: super::entries::Entries, warning: Option<String>) -> Self {
        let mut config = assess(&mut entries);
        config.warnings.extend(warning);
        Self { config: Some(config), faults: entries.faults().map(str::to_owned).collect() }
    }
}

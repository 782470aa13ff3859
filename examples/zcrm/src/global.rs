//! The options of every subcommand.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use indicatif::ProgressBar;
use log::LevelFilter;
use zcrm_cli::{connect, progress, stdio};
use zcrm_core::{Client, Config};

#[derive(Debug, Args)]
pub(crate) struct Global {
    /// The configuration as JSON; the environment variables ZCRM_* take precedence over it, or stand alone without it
    #[arg(long, global = true, value_name = "FILE", help_heading = "Global options")]
    pub(crate) config: Option<PathBuf>,
    /// No progress and no notes; errors only
    #[arg(long, short, global = true, help_heading = "Global options")]
    pub(crate) quiet: bool,
    /// Log to standard error from this level on
    #[arg(long, global = true, value_name = "LEVEL", help_heading = "Global options", value_parser = levels())]
    log: Option<LevelFilter>,
    /// The most requests in flight at once; 5 unless given, which every edition of Zoho CRM allows
    #[arg(long, global = true, value_name = "N", help_heading = "Global options")]
    concurrency: Option<NonZeroUsize>,
    /// The most expensive requests among them, such as searches and conversions, that Zoho limits apart
    #[arg(long, global = true, value_name = "N", help_heading = "Global options")]
    heavy: Option<NonZeroUsize>,
    /// The most API credits that this run may spend, by estimate; the call that would pass it is not sent
    #[arg(long, global = true, value_name = "N", help_heading = "Global options")]
    max_credits: Option<u64>,
}

fn levels() -> impl TypedValueParser<Value = LevelFilter> {
    PossibleValuesParser::new(["error", "warn", "info", "debug", "trace"]).try_map(|level| level.parse::<LevelFilter>())
}

impl Global {
    /// Logs to standard error, if that is wanted.
    pub(crate) fn start_log(&self) {
        if let Some(level) = self.log {
            zcrm_core::logging::to_console(level);
        }
    }

    /// The configuration, with what the options say.
    pub(crate) fn config(&self) -> Result<Config> {
        self.start_log();
        let config = zcrm_cli::config(self.config.as_deref())?;
        config.warnings().iter().for_each(|warning| self.note(warning));
        let mut http = config.http().clone();
        if let Some(most) = self.concurrency {
            http = http.concurrency(most.get());
        }
        if let Some(most) = self.heavy {
            http = http.heavy_concurrency(most.get());
        }
        if let Some(most) = self.max_credits {
            http = http.max_credits(most);
        }
        Ok(config.with_http(http))
    }

    /// A client by the configuration. Where a budget is given, Zoho's own prices are read first, so that it holds.
    pub(crate) fn client(&self) -> Result<Client> {
        let client = connect(self.config()?)?;
        if self.max_credits.is_some() {
            self.read_prices(&client);
        }
        Ok(client)
    }

    /// Lets estimates go by Zoho's own prices, where the tokens may read them; it costs a credit.
    pub(crate) fn read_prices(&self, client: &Client) {
        if client.limits().prices().is_none()
            && let Err(error) = client.limits().read_prices()
        {
            log::debug!("estimates go by the built-in prices: {error}");
        }
    }

    /// Tells people, unless they want to be told nothing.
    pub(crate) fn note(&self, text: impl std::fmt::Display) {
        Self::tell(self.quiet, text);
    }

    /// The same, for threads that cannot hold the options.
    pub(crate) fn tell(quiet: bool, text: impl std::fmt::Display) {
        if !quiet {
            stdio::note(format_args!("note: {text}"));
        }
    }

    /// The bar, unless nobody wants to see it.
    pub(crate) fn progress(&self, bar: impl FnOnce() -> ProgressBar) -> ProgressBar {
        if self.quiet { progress::hidden() } else { bar() }
    }
}

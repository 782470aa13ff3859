//! What a process has used.

use anyhow::Result;
use serde::{Deserialize, Serialize};

/// Whose use is asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Of {
    /// This process, all its threads.
    This,
    /// The one child that it had and waited for.
    Child,
}

/// What a job has used.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Usage {
    /// How many rows it saw.
    pub(crate) rows: usize,
    /// Processor time in user mode and in the kernel, from the start of the process.
    pub(crate) cpu_seconds: f64,
    /// The most memory that was resident at a time.
    pub(crate) peak_megabytes: f64,
}

#[cfg(unix)]
impl Usage {
    pub(crate) fn so_far(of: Of, rows: usize) -> Result<Self> {
        use nix::sys::resource::{UsageWho, getrusage};

        let usage = getrusage(match of {
            Of::This => UsageWho::RUSAGE_SELF,
            Of::Child => UsageWho::RUSAGE_CHILDREN,
        })?;
        let seconds = |time: nix::sys::time::TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6;
        // Linux counts in kilobytes.
        let peak_megabytes = usage.max_rss() as f64 / 1024.0;
        Ok(Self { rows, cpu_seconds: seconds(usage.user_time()) + seconds(usage.system_time()), peak_megabytes })
    }
}

#[cfg(not(unix))]
impl Usage {
    pub(crate) fn so_far(_: Of, _: usize) -> Result<Self> {
        anyhow::bail!("what a process uses is measured on Unix only")
    }
}

//! Progress on standard error: a bar on a terminal, nothing in a pipe.

use indicatif::{ProgressBar, ProgressStyle};

/// Counts things of which nobody knows how many there are.
#[must_use]
pub fn count_of(what: &str) -> ProgressBar {
    styled(ProgressBar::no_length(), &format!("{{spinner}} {{human_pos}} {what}, {{per_sec}}, {{elapsed}}"))
}

/// Measures bytes, out of so many where that is known.
#[must_use]
pub fn bytes(all: Option<u64>) -> ProgressBar {
    let bar = all.map_or_else(ProgressBar::no_length, ProgressBar::new);
    styled(bar, "{msg} {wide_bar} {bytes} of {total_bytes}, {eta}")
}

fn styled(bar: ProgressBar, template: &str) -> ProgressBar {
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

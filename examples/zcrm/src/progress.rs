//! Progress on standard error: a bar on a terminal, nothing in a pipe.

use indicatif::{HumanCount, ProgressBar, ProgressState, ProgressStyle};

/// No progress.
#[must_use]
pub fn hidden() -> ProgressBar {
    ProgressBar::hidden()
}

/// Counts things of which nobody knows how many there are.
#[must_use]
pub fn count_of(what: &str) -> ProgressBar {
    styled(ProgressBar::no_length(), &format!("{{spinner}} {{human_pos}} {what}, {{rate}}, {{elapsed}}"))
}

/// Measures bytes, out of so many where that is known.
#[must_use]
pub fn bytes(all: Option<u64>) -> ProgressBar {
    match all {
        Some(all) => styled(ProgressBar::new(all), "{msg} {wide_bar} {bytes} of {total_bytes}, {eta}"),
        None => styled(ProgressBar::no_length(), "{msg} {spinner} {bytes}, {elapsed}"),
    }
}

fn styled(bar: ProgressBar, template: &str) -> ProgressBar {
    let rate = |state: &ProgressState, text: &mut dyn std::fmt::Write| {
        // Text that goes to a terminal; there is nothing to be done about a failure.
        let _ = write!(text, "{}/s", HumanCount(state.per_sec() as u64));
    };
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style.with_key("rate", rate)),
        Err(_) => bar,
    }
}

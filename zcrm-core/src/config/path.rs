//! Paths that were meant differently from what they would do.

/// Why a text is not taken for a path, with the remedy.
///
/// Shells and other systems give meaning to texts that would silently become the name of a new folder here.
pub(super) fn check(text: &str) -> Result<(), String> {
    if text.contains(char::is_control) {
        return Err(
            "contains a control character, such as the tab that \"\\t\" is in JSON; write each backslash twice, \
                    or use forward slashes"
                .to_owned(),
        );
    }
    if text.trim() != text {
        return Err("begins or ends with a space; remove it".to_owned());
    }
    if text.starts_with('~') {
        return Err("~ is not expanded; write the full path, or ./~ for a folder of that name".to_owned());
    }
    if let Some(variable) = variable(text) {
        return Err(format!("variables such as {variable} are not expanded; write the full path"));
    }
    if text.starts_with("file:") {
        return Err("is a URL; write the path without file://".to_owned());
    }
    if cfg!(not(windows)) && is_of_windows(text) {
        return Err("is a Windows path, and this system is not Windows".to_owned());
    }
    Ok(())
}

/// Whether a text is a named pipe of Windows, `\\.\pipe\name`.
pub(super) fn is_named_pipe(text: &str) -> bool {
    let text = text.replace('/', "\\").to_ascii_lowercase();
    text.starts_with("\\\\.\\pipe\\") || text.starts_with("\\\\?\\pipe\\")
}

/// A variable in the notation of cmd.exe (anywhere), or of a POSIX shell or PowerShell (at the start, or in braces).
fn variable(text: &str) -> Option<&str> {
    let of_cmd = text.split('%').skip(1).zip(text.split('%').skip(2)).map(|(name, _)| name).find(|name| is_name(name));
    if of_cmd.is_some() {
        return of_cmd;
    }
    if let Some((_, rest)) = text.split_once("${")
        && let Some((name, _)) = rest.split_once('}')
    {
        return Some(name);
    }
    let name = text.strip_prefix('$')?.split(['/', '\\']).next()?;
    let name_alone = name.strip_prefix("env:").unwrap_or(name);
    is_name(name_alone).then_some(name)
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '(' | ')'))
}

/// Whether a text begins with a drive, `C:\` or `C:/`, or names another computer, `\\computer\folder`.
fn is_of_windows(text: &str) -> bool {
    let mut chars = text.chars();
    let drive = chars.next().is_some_and(|c| c.is_ascii_alphabetic())
        && chars.next() == Some(':')
        && matches!(chars.next(), Some('\\' | '/'));
    drive || text.starts_with("\\\\")
}

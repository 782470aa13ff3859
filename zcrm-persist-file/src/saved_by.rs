//! Which program saves: for people who look after many.

use std::sync::OnceLock;

/// Program, process and host, such as `zcrm, process 4711 on example`.
pub(crate) fn this_program() -> &'static str {
    static NAME: OnceLock<String> = OnceLock::new();
    NAME.get_or_init(|| {
        let program = std::env::current_exe().ok();
        let program =
            program.as_deref().and_then(|path| path.file_stem()).map(|name| name.to_string_lossy().into_owned());
        let process = std::process::id();
        format!("{}, process {process} on {}", program.as_deref().unwrap_or("a program"), host())
    })
}

#[cfg(unix)]
fn host() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

#[cfg(not(unix))]
fn host() -> String {
    std::env::var("COMPUTERNAME").unwrap_or_else(|_| "this host".to_owned())
}

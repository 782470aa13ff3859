//! Runs a private database server until its standard input ends, and prints the URL of its administrator.

use std::io::{self, Write};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let server = zcrm_test_mariadb::Server::builder().start()?;
    let mut out = io::stdout().lock();
    writeln!(out, "{}", server.url())?;
    out.flush()?;
    // Nobody has to type anything; what is typed is of no interest.
    io::copy(&mut io::stdin().lock(), &mut io::sink())?;
    server.stop()?;
    Ok(())
}

//! `zcrm api`

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use serde_json::value::RawValue;
use zcrm_cli::names::key_and_value;
use zcrm_cli::output::WholeFile;
use zcrm_cli::{Outcome, Written, stdio, text};

use crate::global::Global;

/// Sends a request to any endpoint, and writes the response as it came
///
/// With the same tokens, retries, limits and errors as everything else. What Zoho rejects ends with exit code 1, and
/// the first lines of standard error are its response as it came, unless it has the status of a success: then they are
/// on standard output. A POST whose response was lost is not sent again: exit code 2 says that it may have been carried
/// out, or was in part.
#[derive(Debug, Args)]
pub(crate) struct Api {
    /// GET, POST, PUT, PATCH or DELETE
    #[arg(value_enum, ignore_case = true)]
    method: Method,
    /// The path below /crm/{version}/, such as settings/roles; or one that begins with /crm/
    path: String,
    /// A parameter of the query; may be given several times
    #[arg(long, value_name = "KEY=VALUE", value_parser = key_and_value)]
    query: Vec<(String, String)>,
    /// The body; @FILE reads it from a file, @- from standard input
    #[arg(long, value_name = "JSON|@FILE")]
    data: Option<String>,
    /// Write the response, a file of any kind, to this file, for instance of photos and attachments
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Method {
    #[value(name = "GET")]
    Get,
    #[value(name = "POST")]
    Post,
    #[value(name = "PUT")]
    Put,
    #[value(name = "PATCH")]
    Patch,
    #[value(name = "DELETE")]
    Delete,
}

impl From<Method> for zcrm_core::Method {
    fn from(method: Method) -> Self {
        match method {
            Method::Get => Self::Get,
            Method::Post => Self::Post,
            Method::Put => Self::Put,
            Method::Patch => Self::Patch,
            Method::Delete => Self::Delete,
        }
    }
}

impl Api {
    pub(crate) fn run(&self, global: &Global) -> Result<Outcome> {
        let body = self.data.as_deref().map(body).transpose()?;
        let client = global.client()?;
        let mut call = client.call(self.method.into(), &self.path);
        for (key, value) in &self.query {
            call = call.query(key, value);
        }
        if let Some(body) = &body {
            call = call.json(body);
        }
        let told = |error: zcrm_core::Error| {
            error.response_text().into_iter().for_each(|body| stdio::note(body.trim_end()));
            error
        };
        if let Some(path) = &self.output {
            let mut file = WholeFile::new(path)?;
            call.to_writer(&mut file).map_err(told)?;
            file.complete().with_context(|| format!("{} cannot be written", path.display()))?;
            return Ok(Outcome::Done);
        }
        let reply = call.send().map_err(told)?;
        stdio::print(reply.body())?;
        if io::stdout().is_terminal() && !reply.body().ends_with('\n') {
            stdio::say("")?;
        }
        let mut written = Written::of(reply.body());
        match self.method {
            Method::Get => written.in_doubt = false,
            method if reply.is_retry() => written = written.after_retry(matches!(method, Method::Delete)),
            _ => {}
        }
        written.rejected.iter().for_each(|rejected| stdio::note(format_args!("error: Zoho rejected {rejected}")));
        match written {
            written if written.is_nothing() => bail!("nothing was done"),
            Written { rejected, .. } if !rejected.is_empty() => Ok(Outcome::InPart),
            _ => Ok(Outcome::Done),
        }
    }
}

/// JSON, kept digit by digit.
fn body(data: &str) -> Result<Box<RawValue>> {
    let text = match data.strip_prefix('@') {
        Some("-") => text::of_stdin()?,
        Some(file) => text::of_file(Path::new(file))?,
        None => data.to_owned(),
    };
    serde_json::from_str(&text).context("--data is no JSON; a file is named by @FILE")
}

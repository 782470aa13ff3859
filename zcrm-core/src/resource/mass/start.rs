//! Starting a job: never twice, and not while another one of the organization is not over.

use std::time::Duration;

use super::handle::MassJobHandle;
use super::job::{MassJob, MassOperation};
use crate::config::ApiVersion;
use crate::entity::Json;
use crate::error::{Error, ErrorKind, Result};
use crate::resource::module::ModuleHandle;
use crate::rest::{ItemResult, Pauses, Request, Response};

/// How long a start waits for another job.
pub(super) const PATIENCE: Duration = Duration::from_secs(10 * 60);

/// The most ids that a request takes.
pub(super) const MOST_IDS: usize = 500;

/// How many ids one credit pays for.
pub(super) const IDS_A_CREDIT: usize = 100;

/// What Zoho answers to a start.
pub(super) enum Answer {
    /// The id of the job.
    Started(String),
    /// It was done at once.
    Done,
    /// Another job is not over.
    Busy(Error),
}

/// Starts a job, after waiting for another one where Zoho says so.
pub(super) fn start(
    module: &ModuleHandle,
    operation: MassOperation,
    request: Request<Response>,
    key: &'static str,
    patience: Duration,
) -> Result<Option<MassJobHandle>> {
    let request = request.handle(move |response| answer(response, key));
    let mut pauses = Pauses::within(patience);
    loop {
        match module.session.run(&request)? {
            Answer::Started(id) => {
                let job = MassJob::attach(id, module.api_name(), operation, module.session.version());
                return Ok(Some(MassJobHandle::new(module.session.clone(), job)));
            }
            Answer::Done => return Ok(None),
            Answer::Busy(error) => {
                log::info!("{operation} of {}: another job is not over; waiting for it", module.api_name());
                if !pauses.pause(&module.session)? {
                    let text = format!(
                        "another mass job of the organization is not over after {} seconds; nothing was started",
                        patience.as_secs_f64()
                    );
                    return Err(error.understood_as(ErrorKind::JobPending, text).logged());
                }
            }
        }
    }
}

/// The job that was started; where Zoho gave no id, whether there is one is not known.
pub(super) fn started(job: Option<MassJobHandle>) -> Result<MassJobHandle> {
    let no_id = || {
        let text = "Zoho took the job and gave no id by which to ask for it";
        Error::new(ErrorKind::InvalidResponse, text).with_outcome_unknown(true).logged()
    };
    job.ok_or_else(no_id)
}

fn answer(response: Result<Response>, key: &'static str) -> Result<Answer> {
    let result = response.and_then(|response| {
        let body = response.body().parse::<Json>().unwrap_or_default();
        let first = |json: Json| json.elements().map_or(Some(json), |items| items.into_iter().next());
        let item = body.get(key).and_then(first).unwrap_or(body);
        match ItemResult::parse(item.raw()).filter(is_accepted).and_then(|item| job_id(&item)) {
            Some(id) => Ok(Answer::Started(id)),
            None => response.result(key).map(|_| Answer::Done),
        }
    });
    match result {
        Err(error) if is_busy(&error) => Ok(Answer::Busy(error)),
        result => result,
    }
}

/// Whether Zoho took the job. A refusal may name a job as well: the one that is in the way.
fn is_accepted(item: &ItemResult) -> bool {
    item.is_success() || ["SCHEDULED", "QUEUED", "RUNNING"].contains(&item.clone().into_api_error().code.as_str())
}

/// The id of the job: a text, a number, or an object with it.
fn job_id(item: &ItemResult) -> Option<String> {
    let id = item.details.get("job_id")?;
    let id = id.get("id").unwrap_or(id);
    match id.text() {
        Some(text) => Some(text.into_owned()).filter(|text| !text.is_empty()),
        None => Some(id.raw().to_owned()).filter(|raw| raw.starts_with(|first: char| first.is_ascii_digit())),
    }
}

/// Whether Zoho says that another job is not over.
fn is_busy(error: &Error) -> bool {
    let is_scheduler = |text: &str| text.to_ascii_lowercase().contains("scheduler");
    error.api().is_some_and(|api| match api.code.as_str() {
        "ALREADY_SCHEDULED" => true,
        "CANNOT_PROCESS" => is_scheduler(&api.message),
        _ => false,
    })
}

/// Refuses what the version of the API does not have.
pub(super) fn since(module: &ModuleHandle, first: ApiVersion, what: &MassOperation) -> Result<()> {
    let version = module.session.version();
    if version >= first {
        return Ok(());
    }
    let text = format!("Zoho's API {version} has no {what}; {first} and later have");
    Err(Error::new(ErrorKind::Unsupported, text))
}

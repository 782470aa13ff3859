//! Bulk reading: jobs that export the records of a module as CSV within a ZIP file.
//!
//! | File | Holds |
//! |---|---|
//! | `request` | what a new job is to export, checked for the version |
//! | `criteria` | its conditions, which are JSON here |
//! | `export` | writing the file |
//!
//! How far jobs are lies in `jobs`.

mod criteria;
mod export;
mod request;

use std::time::Instant;

use serde_json::{Value, json};

use crate::answer::{Answer, Outcome};
use crate::crm::jobs::{Continuation, End, Job, Progress, Start};
use crate::crm::org::Org;
use crate::crm::visit::Visit;
use crate::verdict::{refuse, success, too_many_requests, unknown};
use crate::version::Version;

/// Paths below `/crm/bulk/{version}`.
pub(crate) fn route(org: &mut Org, visit: &Visit<'_>, path: &[&str]) -> Outcome {
    match (visit.call.method.as_str(), path) {
        ("POST", ["read"]) => create(org, visit),
        ("GET", ["read", id]) => detail(org, visit, id),
        ("GET", ["read", id, "result"]) => download(org, visit, id),
        _ => unknown(matches!(path, ["read", ..])),
    }
}

fn not_found() -> Box<Answer> {
    refuse(404, "RESOURCE_NOT_FOUND", "the requested resource is not found", json!({}))
}

fn create(org: &mut Org, visit: &Visit<'_>) -> Outcome {
    let is_json = visit.call.header("content-type").is_some_and(|kind| kind.starts_with("application/json"));
    if !is_json {
        return Err(refuse(415, "MEDIA_TYPE_NOT_SUPPORTED", "media type is not supported", json!({})));
    }
    let (export, start) = request::read(&org.jobs, visit)?;
    if !org.jobs.may_create(visit.behaviour.bulk_jobs_a_day) {
        return Err(refuse(400, "DAILY_LIMIT_EXCEEDED", "the daily limit has been exceeded", json!({})));
    }
    let id = org.records.new_id().to_string();
    org.jobs.add(id.clone(), export, start, visit.person.clone(), visit.behaviour);
    let created_time = org.jobs.find(&id).map(|job| job.created_time.clone());
    let mut item = success(
        "Added successfully.",
        json!({
            "id": id,
            "operation": "read",
            "state": "ADDED",
            "created_by": visit.person.short(),
            "created_time": created_time,
        }),
    );
    item["code"] = json!("ADDED_SUCCESSFULLY");
    Ok(Answer::json(201, &json!({ "data": [item], "info": {} })))
}

fn detail(org: &mut Org, visit: &Visit<'_>, id: &str) -> Outcome {
    let job = org.jobs.find(id).ok_or_else(not_found)?;
    let progress = job.look(visit.behaviour.bulk_polls);
    if progress == Progress::Over && job.end.is_none() {
        finish(org, visit, id)?;
    }
    let job = org.jobs.find(id).ok_or_else(not_found)?;
    Ok(Answer::json(200, &json!({ "data": [tell(visit, id, job, progress)], "info": {} })))
}

/// Does the work of a job whose time has come.
fn finish(org: &mut Org, visit: &Visit<'_>, id: &str) -> Result<(), Box<Answer>> {
    let job = org.jobs.find(id).ok_or_else(not_found)?;
    if let Some(code) = &visit.behaviour.bulk_failure {
        job.end = Some(End::Failed(code.clone()));
        return Ok(());
    }
    let (export, start, person) = (job.export.clone(), job.start, job.person.clone());
    let written = export::write(org, &person, id, &export, start, visit.behaviour.bulk_page);
    let written = written.map_err(|error| refuse(500, "INTERNAL_SERVER_ERROR", &error.to_string(), json!({})))?;
    let page = match start {
        Start::Page(page) | Start::Behind(_, page) => page,
    };
    let by_token = visit.version >= Version::V7;
    let next = written.last.filter(|_| written.more && by_token).map(|last| {
        let start = Start::Behind(last, page + 1);
        org.jobs.keep(Continuation { export, start, person_id: person.id, made: Instant::now() })
    });
    let job = org.jobs.find(id).ok_or_else(not_found)?;
    let (count, more, file) = (written.count, written.more, written.file);
    job.end = Some(End::Done { count, next, more, file, at: Instant::now() });
    Ok(())
}

fn tell(visit: &Visit<'_>, id: &str, job: &Job, progress: Progress) -> Value {
    let state = match (progress, &job.end) {
        (Progress::Added, _) => "ADDED",
        (Progress::Queued, _) => "QUEUED",
        (Progress::Running, _) => "IN PROGRESS",
        (Progress::Over, Some(End::Failed(_))) => "FAILURE",
        (Progress::Over, _) => "COMPLETED",
    };
    let mut told = json!({
        "id": id,
        "operation": "read",
        "state": state,
        "query": job.export.told,
        "created_by": job.person.short(),
        "created_time": job.created_time,
        "file_type": "csv",
    });
    match &job.end {
        Some(End::Done { count, next, more, .. }) => {
            let page = match job.start {
                Start::Page(page) | Start::Behind(_, page) => page,
            };
            told["result"] = json!({
                "page": page,
                "per_page": visit.behaviour.bulk_page,
                "count": count,
                "download_url": format!("/crm/bulk/{}/read/{id}/result", visit.version.name()),
                "more_records": more,
            });
            if visit.version >= Version::V7 {
                told["result"]["next_page_token"] = json!(next);
            }
        }
        Some(End::Failed(code)) => {
            let reason = json!({ "status": "error", "code": code, "message": code, "details": {} });
            told["result"] = json!({ "error_message": reason });
        }
        None => {}
    }
    told
}

fn download(org: &mut Org, visit: &Visit<'_>, id: &str) -> Outcome {
    let job = org.jobs.find(id).ok_or_else(not_found)?;
    let file = match &job.end {
        Some(End::Done { file, at, .. }) if at.elapsed() < visit.behaviour.bulk_result_life => file.clone(),
        _ => return Err(not_found()),
    };
    if !org.jobs.may_download(visit.behaviour.bulk_downloads_a_minute) {
        return Err(too_many_requests());
    }
    Ok(Answer::file(file).header("Content-Disposition", format!("attachment;filename={id}.zip")))
}

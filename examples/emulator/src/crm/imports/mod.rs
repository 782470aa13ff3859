//! Bulk writing: files that are uploaded, and jobs that import their rows.
//!
//! | File | Holds |
//! |---|---|
//! | `upload` | taking a file in |
//! | `file` | reading the CSV file within a ZIP file |
//! | `request` | what a new job is to do, checked for the version |
//! | `cells` | a row of the file as a record |
//! | `work` | doing a job, row by row |
//! | `outcome` | writing the result |
//! | `state` | the files and jobs that there are |

mod cells;
mod file;
mod outcome;
mod request;
mod state;
mod upload;
mod work;

use serde_json::{Value, json};

use crate::answer::{Answer, Outcome};
use crate::crm::jobs::Progress;
use crate::crm::org::Org;
use crate::crm::visit::Visit;
use crate::verdict::{refuse, unknown};
use crate::version::Version;
use state::{End, Job};

pub(crate) use state::Imports;
pub(crate) use upload::upload;

/// Paths below `/crm/bulk/{version}/write`.
pub(crate) fn route(org: &mut Org, visit: &Visit<'_>, path: &[&str]) -> Outcome {
    match (visit.call.method.as_str(), path) {
        ("POST", []) => create(org, visit),
        ("GET", [id]) => detail(org, visit, id),
        _ => unknown(path.len() < 2),
    }
}

fn not_found() -> Box<Answer> {
    refuse(404, "RESOURCE_NOT_FOUND", "the requested resource is not found", json!({}))
}

fn create(org: &mut Org, visit: &Visit<'_>) -> Outcome {
    let import = request::read(&org.imports, visit)?;
    let id = org.records.new_id().to_string();
    org.imports.add(id.clone(), Job::new(import, visit.person.clone()), visit.behaviour.bulk_job_time);
    let body = json!({
        "status": "success",
        "code": "SUCCESS",
        "message": "success",
        "details": { "id": id, "created_by": visit.person.short() },
    });
    Ok(Answer::json(201, &body))
}

fn detail(org: &mut Org, visit: &Visit<'_>, id: &str) -> Outcome {
    let job = org.imports.job(id).ok_or_else(not_found)?;
    let progress = job.look(visit.behaviour.bulk_polls);
    if progress == Progress::Over && job.end.is_none() {
        let end = match &visit.behaviour.bulk_failure {
            Some(code) => End::Failed(code.clone()),
            None => {
                let (import, person) = (job.import.clone(), job.person.clone());
                let done = work::run(org, visit, &person, id, &import);
                done.map_err(|error| refuse(500, "INTERNAL_SERVER_ERROR", &error.to_string(), json!({})))?
            }
        };
        org.imports.job(id).ok_or_else(not_found)?.end = Some(end);
    }
    let job = org.imports.job(id).ok_or_else(not_found)?;
    Ok(Answer::json(200, &tell(visit, id, job, progress)))
}

fn tell(visit: &Visit<'_>, id: &str, job: &Job, progress: Progress) -> Value {
    let (status, code) = match (progress, &job.end) {
        (Progress::Added | Progress::Queued, _) => ("ADDED", "ADDED"),
        // The samples have it without a blank, the text with one.
        (Progress::Running, _) if visit.version >= Version::V7 => ("IN PROGRESS", "INPROGRESS"),
        (Progress::Running, _) => ("INPROGRESS", "INPROGRESS"),
        (Progress::Over, Some(End::Failed(code))) => ("FAILED", code.as_str()),
        (Progress::Over, _) => ("COMPLETED", "SUCCESS"),
    };
    let mut told = job.import.told.clone();
    told["id"] = json!(id);
    told["status"] = json!(status);
    told["created_by"] = job.person.short();
    told["created_time"] = json!(job.created_time);
    if let Some(resource) = told["resource"].get_mut(0) {
        resource["status"] = json!(status);
        resource["code"] = json!(code);
    }
    if let Some(End::Done { counts, .. }) = &job.end {
        // Zoho's page shows a path; its SDK's samples a whole URL.
        let host = visit.behaviour.bulk_result_host.as_deref().unwrap_or_default();
        let url = format!("{host}/{}/crm/org669351987/bulk-write/{id}/{id}.zip", visit.version.name());
        told["result"] = json!({ "download_url": url });
        if let Some(resource) = told["resource"].get_mut(0) {
            resource["file"] = json!({
                "status": "COMPLETED",
                "name": format!("{}.csv", job.import.module.api_name),
                "added_count": counts.added,
                "skipped_count": counts.skipped,
                "updated_count": counts.updated,
                "total_count": counts.total(),
            });
        }
    }
    told
}

/// The result of a job, `/{version}/crm/{org}/bulk-write/{id}/{id}.zip`.
pub(crate) fn result(org: &mut Org, visit: &Visit<'_>, id: &str) -> Outcome {
    match org.imports.job(id).and_then(|job| job.end.as_ref()) {
        Some(End::Done { file, at, .. }) if at.elapsed() < visit.behaviour.bulk_result_life => {
            Ok(Answer::file(file.clone()).header("Content-Disposition", format!("attachment;filename={id}.zip")))
        }
        _ => Err(not_found()),
    }
}

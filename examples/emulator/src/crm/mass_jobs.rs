//! The mass jobs of the organization: one at a time, and how far each is.

use std::collections::HashMap;
use std::time::Instant;

use serde_json::{Value, json};

use crate::answer::{Answer, Outcome};
use crate::behaviour::Behaviour;
use crate::crm::visit::Visit;
use crate::verdict::{failure, invalid_id, missing_param, refuse};

/// A mass job, whose work was done when it was started.
#[derive(Clone, Debug)]
pub(crate) struct MassJob {
    /// As the path has it, such as `mass_update`.
    action: &'static str,
    total: usize,
    done: usize,
    polls: u64,
    ends: Instant,
    fails: bool,
}

/// All mass jobs.
#[derive(Debug, Default)]
pub(crate) struct MassJobs(HashMap<String, MassJob>);

impl MassJobs {
    fn is_busy(&self) -> bool {
        let now = Instant::now();
        self.0.values().any(|job| job.ends > now)
    }

    /// Refuses a job while another one is not over: mass updates with 202 among their results, the others with 400.
    pub(crate) fn accept(&self, action: &str) -> Result<(), Box<Answer>> {
        if !self.is_busy() {
            return Ok(());
        }
        let message = "a job has been scheduled already";
        match action {
            "mass_update" => {
                let item = failure("ALREADY_SCHEDULED", message, json!({}));
                Err(Box::new(Answer::json(202, &json!({ "data": [item] }))))
            }
            "merge" => Err(refuse(400, "CANNOT_PROCESS", "Scheduler is running", json!({}))),
            _ => Err(refuse(400, "ALREADY_SCHEDULED", message, json!({}))),
        }
    }

    pub(crate) fn add(&mut self, id: u64, action: &'static str, (total, done): (usize, usize), behaviour: &Behaviour) {
        let ends = Instant::now() + behaviour.mass_job_time;
        let job = MassJob { action, total, done, polls: 0, ends, fails: behaviour.mass_job_fails };
        self.0.insert(id.to_string(), job);
    }

    /// Tells how far a job is.
    pub(crate) fn status(&mut self, visit: &Visit<'_>, action: &str, key: &str) -> Outcome {
        let id = visit.call.query("job_id").ok_or_else(|| missing_param("job_id"))?;
        let told = self.look(id, action, visit.behaviour).ok_or_else(invalid_id)?;
        Ok(Answer::json(200, &json!({ key: [told] })))
    }

    /// How far a job is, seen once more; none where there is no such job.
    fn look(&mut self, id: &str, action: &str, behaviour: &Behaviour) -> Option<Value> {
        let job = self.0.get_mut(id).filter(|job| job.action == action)?;
        let left = behaviour.mass_polls.saturating_sub(job.polls);
        job.polls += 1;
        let state = match left {
            0 if Instant::now() < job.ends => "RUNNING",
            0 if job.fails => {
                if action == "merge" {
                    "FAILURE"
                } else {
                    "FAILED"
                }
            }
            // Zoho's page on conversions has small letters.
            0 => "COMPLETED",
            1 => "RUNNING",
            _ => "SCHEDULED",
        };
        Some(job.told(id, state))
    }
}

impl MassJob {
    fn told(&self, id: &str, state: &str) -> Value {
        let (total, done, left) = (self.total, self.done, self.total.saturating_sub(self.done));
        match self.action {
            "merge" => json!({ "job_id": id, "status": state }),
            "mass_delete_tags" => json!({
                "job_id": id, "status": state, "total_count": total, "deleted_count": done, "failed_count": left,
            }),
            "mass_delete" => json!({
                "Status": state, "Total_Count": total, "Deleted_Count": done, "Failed_Count": left,
            }),
            "mass_convert" => json!({
                "Status": state, "Total_Count": total, "Converted_Count": done, "Not_Converted_Count": left,
                "Failed_Count": 0,
            }),
            _ => json!({
                "Status": state, "Total_Count": total, "Updated_Count": done, "Not_Updated_Count": left,
                "Failed_Count": 0,
            }),
        }
    }
}

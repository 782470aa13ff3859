//! Remote control for other processes, below `/emulator`; the crate's page lists the requests.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::call::Call;
use crate::crm::{self, MadeUpLeads};
use crate::faults::{Fault, On};
use crate::world::World;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    on: On,
    fault: Fault,
}

/// Answers a request, or none where there is nothing.
pub(crate) fn route(world: &World, call: &Call, path: &[&str]) -> Option<Answer> {
    let done = || Answer::json(200, &json!({ "status": "success" }));
    let user = call.query("user").unwrap_or("abc@xyz.com");
    Some(match (call.method.as_str(), path) {
        ("POST", ["grant"]) => {
            let grant = world.new_grant(user, &call.query_list("scopes"));
            Answer::json(200, &json!({ "grant_token": grant }))
        }
        ("GET", ["counters"]) => serialized(&world.watch.read()),
        ("DELETE", ["counters"]) => {
            world.watch.reset();
            done()
        }
        ("GET", ["requests"]) => requests(world),
        ("POST", ["expire"]) => {
            world.oauth.lock().expire_now();
            done()
        }
        ("POST", ["revoke"]) => {
            world.oauth.lock().revoke_user(user, call.query("everything") == Some("true"));
            done()
        }
        ("GET", ["channels"]) => {
            let living = world.org.lock().channels.living().into_iter();
            let living: Vec<Value> =
                living.map(|(id, expiry)| json!({ "channel_id": id.to_string(), "channel_expiry": expiry })).collect();
            Answer::json(200, &json!({ "channels": living }))
        }
        ("DELETE", ["channels"]) => {
            world.org.lock().channels.expire();
            done()
        }
        ("GET", ["behaviour"]) => serialized(&*world.behaviour.lock()),
        ("PUT", ["behaviour"]) => change(world, call).map_or_else(mistaken, |()| done()),
        ("POST", ["faults"]) => match serde_json::from_slice::<Rule>(&call.body) {
            Ok(rule) => {
                world.rules.add(rule.on, rule.fault);
                done()
            }
            Err(error) => mistaken(error),
        },
        ("DELETE", ["faults"]) => {
            world.rules.clear();
            done()
        }
        ("PUT", ["leads"]) => {
            let count = call.query("count").and_then(|count| count.parse().ok());
            let leads = match count {
                Some(count) => Ok(MadeUpLeads::of(count)),
                None => serde_json::from_slice(&call.body),
            };
            match leads {
                Ok(leads) => {
                    world.org.lock().records.make_up_leads(leads);
                    done()
                }
                Err(error) => mistaken(error),
            }
        }
        ("PUT", ["records", module, id]) => match serde_json::from_slice(&call.body) {
            Ok(fields) if crm::set_fields(&mut world.org.lock(), module, id, &fields) => done(),
            Ok(_) => Answer::error(404, "INVALID_DATA", "no such record", json!({})),
            Err(error) => mistaken(error),
        },
        _ => return None,
    })
}

fn serialized(value: &impl serde::Serialize) -> Answer {
    serde_json::to_value(value).map_or_else(mistaken, |value| Answer::json(200, &value))
}

fn mistaken(error: serde_json::Error) -> Answer {
    Answer::error(400, "INVALID_DATA", &error.to_string(), json!({}))
}

/// Lays the members given over the present behaviour.
fn change(world: &World, call: &Call) -> serde_json::Result<()> {
    let changes: serde_json::Map<String, Value> = serde_json::from_slice(&call.body)?;
    let mut behaviour = world.behaviour.lock();
    let mut members = serde_json::to_value(&*behaviour)?;
    if let Value::Object(members) = &mut members {
        members.extend(changes);
    }
    *behaviour = serde_json::from_value(members)?;
    Ok(())
}

fn requests(world: &World) -> Answer {
    let log: Vec<Value> = world
        .watch
        .log()
        .iter()
        .map(|request| {
            json!({
                "method": request.method,
                "path": request.path,
                "query": request.query,
                "headers": request.headers,
                "body": String::from_utf8_lossy(&request.body),
                "parts": request.parts,
            })
        })
        .collect();
    Answer::json(200, &json!({ "requests": log }))
}

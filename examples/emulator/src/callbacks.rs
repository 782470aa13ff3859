//! Sending callbacks, as unreliably as it is asked for.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::behaviour::Behaviour;
use crate::crm::Callback;
use crate::world::World;

/// How long the other side may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Sends each callback once, or not at all, twice or late, on its own: whoever is late is overtaken. Zoho's retries, if
/// there are any, are not documented, so there are none.
pub(crate) fn send(world: &Arc<World>, behaviour: &Behaviour, callbacks: Vec<Callback>) {
    for callback in callbacks {
        let share = |share: f64| fastrand::f64() < share;
        if share(behaviour.callbacks_dropped) {
            count(world, "dropped");
            continue;
        }
        let copies = if share(behaviour.callbacks_doubled) { 2 } else { 1 };
        if copies == 2 {
            count(world, "doubled");
        }
        for _ in 0..copies {
            let late = share(behaviour.callbacks_late);
            let wait = if late { behaviour.callback_lateness.mul_f64(fastrand::f64()) } else { Duration::ZERO };
            if late {
                count(world, "late");
            }
            let (world, callback) = (Arc::clone(world), callback.clone());
            tokio::spawn(async move {
                tokio::time::sleep(wait).await;
                count(&world, "sent");
                let status = tokio::time::timeout(PATIENCE, post(&callback)).await.ok().flatten();
                match status {
                    Some(status) => count(&world, &format!("answered {status}")),
                    None => count(&world, "failed"),
                }
            });
        }
    }
}

fn count(world: &World, what: &str) {
    world.watch.count(|counters| *counters.callbacks.entry(what.to_owned()).or_default() += 1);
}

/// The status of the answer; none over https, or where nobody answers.
async fn post(callback: &Callback) -> Option<u16> {
    let url = url::Url::parse(&callback.url).ok().filter(|url| url.scheme() == "http")?;
    let (host, port) = (url.host_str()?, url.port_or_known_default()?);
    let stream = TcpStream::connect((host.trim_matches(['[', ']']), port)).await.ok()?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.ok()?;
    let connection = tokio::spawn(connection);
    let target = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let request = Request::post(target)
        .header("host", format!("{host}:{port}"))
        .header("content-type", "application/json;charset=UTF-8")
        .header("connection", "close")
        .body(Full::new(Bytes::from(callback.body.to_string())))
        .ok()?;
    let response = sender.send_request(request).await.ok()?;
    let status = response.status().as_u16();
    let _ = response.into_body().collect().await;
    connection.abort();
    Some(status)
}

//! From a request to the answer on the wire: counting, faults, the limit in flight, compression.

use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, DATE, HeaderName, HeaderValue, VARY};
use hyper::{Request, Response, StatusCode};
use tokio::sync::watch;

use super::line::Line;
use super::sending::{self, InFlight, Sending};
use crate::answer::{Answer, Content};
use crate::call::Call;
use crate::faults::Fault;
use crate::moment;
use crate::verdict::too_many_requests;
use crate::world::World;

pub(super) async fn respond(world: &Arc<World>, line: &Line, request: Request<Incoming>) -> Response<Sending> {
    let mut response = answer(world, line, request).await;
    let ahead = world.behaviour.lock().clock_ahead;
    if let Some(date) = moment::http_date(ahead).and_then(|date| HeaderValue::try_from(date).ok()) {
        response.headers_mut().insert(DATE, date);
    }
    response
}

async fn answer(world: &Arc<World>, line: &Line, request: Request<Incoming>) -> Response<Sending> {
    let (head, body) = request.into_parts();
    let call = Call::new(head);
    let segments = call.segments();
    let (is_crm, is_remote) = (call.is_of_crm(), segments.first() == Some(&"emulator"));
    let entered = is_crm.then(|| {
        let name = format!("{} {}", call.method, call.path);
        world.watch.count(|counters| *counters.calls.entry(name).or_default() += 1);
        InFlight::enter(world, crate::crm::slots(&call))
    });
    let cleared = world.rules.cleared();
    let fault = if is_remote { None } else { world.rules.take(&call.method, &call.path) };
    if fault.is_some() {
        world.watch.count(|counters| counters.faults += 1);
    }
    let together = entered.as_ref().map_or(0, |(_, together)| *together);
    let mut in_flight = entered.map(|(in_flight, _)| in_flight);

    match fault {
        Some(fault) if !fault.lets_work() => {
            let answer = break_early(world, line, call, body, &fault).await;
            send(line, answer, None, cleared, in_flight).await
        }
        fault => {
            let answer = work(world, call, body, together, in_flight.as_mut()).await;
            send(line, answer, fault, cleared, in_flight).await
        }
    }
}

/// Everything that a request makes happen. Once it has arrived it is worked on to the end, also when the client is gone
/// meanwhile, as a real server would.
async fn work(
    world: &Arc<World>,
    mut call: Call,
    body: Incoming,
    together: usize,
    in_flight: Option<&mut InFlight>,
) -> Answer {
    let behaviour = world.behaviour();
    let mut refusal = crate::routes::refuse_by_headers(world, &behaviour, &mut call, together);
    if (refusal.is_none() || call.is_read_before_refusal()) && call.read(body).await.is_err() {
        let message = "the body cannot be read";
        return Answer::error(400, "REQUEST_BODY_NOT_READABLE", message, serde_json::json!({}));
    }
    if let Some(in_flight) = in_flight.filter(|_| refusal.is_none() && crate::crm::is_heavy(&call)) {
        let heavy = in_flight.enter_heavy();
        refusal = behaviour.max_heavy_in_flight.filter(|most| heavy > *most).map(|_| too_many_requests());
    }
    crate::accounts::count(world, &call);
    let gzip =
        behaviour.gzip && call.header(ACCEPT_ENCODING.as_str()).is_some_and(|accepted| accepted.contains("gzip"));
    let delay = match call.segments().first() {
        _ if call.is_of_crm() => behaviour.delay,
        Some(&"oauth") if call.path.starts_with("/oauth/v2/token") => behaviour.token_delay,
        _ => Duration::ZERO,
    };
    if call.segments().first() != Some(&"emulator") {
        world.watch.record(call.recorded());
    }
    let world = Arc::clone(world);
    let job = tokio::spawn(async move {
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        refusal.map_or_else(|| crate::routes::route(&world, &behaviour, &call), |refusal| *refusal)
    });
    let failed = |error| Answer::error(500, "INTERNAL_ERROR", &format!("{error}"), serde_json::json!({}));
    let answer = job.await.unwrap_or_else(failed);
    if gzip { compress(answer) } else { answer }
}

async fn break_early(world: &Arc<World>, line: &Line, mut call: Call, mut body: Incoming, fault: &Fault) -> Answer {
    if let Fault::ReplyWithin(bytes, reply) = fault {
        let mut read = 0;
        while read < *bytes {
            match body.frame().await {
                Some(Ok(frame)) => read += frame.data_ref().map_or(0, |data| data.len() as u64),
                _ => break,
            }
        }
        world.watch.record(call.recorded());
        // The rest is read and thrown away: with bytes unread the connection would be reset, and the answer lost.
        tokio::spawn(async move { while let Some(Ok(_)) = body.frame().await {} });
        return reply.answer();
    }
    if call.is_read_before_refusal() && call.read(body).await.is_err() {
        return Answer::empty(400);
    }
    world.watch.record(call.recorded());
    match fault {
        Fault::Reply(reply) => reply.answer(),
        Fault::ResetBeforeWork => match line.reset().await {},
        _ => match line.close().await {},
    }
}

async fn send(
    line: &Line,
    mut answer: Answer,
    fault: Option<Fault>,
    mut cleared: watch::Receiver<()>,
    in_flight: Option<InFlight>,
) -> Response<Sending> {
    match &fault {
        Some(Fault::ResetAfterWork) => match line.reset().await {},
        Some(Fault::Silence) => std::future::pending().await,
        Some(Fault::SlowHeaders(delay)) => {
            let _ = tokio::time::timeout(*delay, cleared.changed()).await;
        }
        Some(Fault::ReplyAfterWork(reply)) => answer = reply.answer(),
        _ => {}
    }
    let content = match answer.content {
        // Broken bodies are made from bytes.
        Content::File(file) if fault.is_some() => Content::Bytes(file.bytes().into()),
        content => content,
    };
    let (body, length) = match content {
        Content::File(file) => {
            let length = file.length();
            (sending::file(file), Some(length))
        }
        Content::Bytes(bytes) => {
            let length = bytes.len() as u64;
            match fault {
                Some(Fault::CutOff) => (sending::cut_off(bytes), Some(length)),
                Some(Fault::CutOffChunked) => (sending::cut_off(bytes), None),
                Some(Fault::SlowBody(size, pause)) => (sending::slow(bytes, size, pause), Some(length)),
                _ => (sending::whole(bytes), None),
            }
        }
    };
    let mut response = Response::new(Sending::new(body, in_flight));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if let Some(length) = length {
        response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(length));
    }
    for (name, value) in answer.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().append(name, value);
        }
    }
    response
}

fn compress(answer: Answer) -> Answer {
    let Answer { status, headers, content } = answer;
    let content = match content {
        Content::Bytes(bytes) if !bytes.is_empty() => bytes,
        content => {
            return Answer { status, headers, content };
        }
    };
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    match encoder.write_all(&content).and_then(|()| encoder.finish()) {
        Ok(packed) => Answer { status, headers, content: Content::Bytes(Bytes::from(packed)) }
            .header(CONTENT_ENCODING.as_str(), "gzip")
            .header(VARY.as_str(), "accept-encoding"),
        Err(_) => Answer { status, headers, content: Content::Bytes(content) },
    }
}

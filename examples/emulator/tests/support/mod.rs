//! A client that speaks plain HTTP to the emulator, and knows nothing of any SDK.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::io::Write;
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use ureq::Agent;
use ureq::http::{Request, Response};
use zcrm_emulator::{Counters, Emulator, Fault, On, Options};

pub(crate) const USER: &str = "abc@xyz.com";

pub(crate) struct Client {
    pub(crate) emulator: Emulator,
    pub(crate) agent: Agent,
    pub(crate) token: String,
}

pub(crate) struct Got {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) bytes: Vec<u8>,
    pub(crate) json: Value,
}

impl Got {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn code(&self) -> &str {
        self.json["code"].as_str().unwrap_or_default()
    }
}

pub(crate) fn agent() -> Agent {
    Agent::config_builder().http_status_as_error(false).max_redirects(0).proxy(None).build().new_agent()
}

/// An emulator with a client that has a token.
pub(crate) fn start() -> Client {
    start_with(Options::default())
}

pub(crate) fn start_with(options: Options) -> Client {
    let emulator = Emulator::start(options).unwrap();
    let mut client = Client { emulator, agent: agent(), token: String::new() };
    client.login();
    client
}

impl Client {
    pub(crate) fn login(&mut self) -> Value {
        let grant = self.emulator.new_grant(USER);
        let answer = self.exchange(&grant);
        self.token = answer["access_token"].as_str().unwrap().to_owned();
        answer
    }

    pub(crate) fn exchange(&self, grant: &str) -> Value {
        self.token_request(&[("grant_type", "authorization_code"), ("code", grant)]).json
    }

    pub(crate) fn refresh(&self, token: &str) -> Got {
        self.token_request(&[("grant_type", "refresh_token"), ("refresh_token", token)])
    }

    pub(crate) fn token_request(&self, more: &[(&str, &str)]) -> Got {
        let dictionary = self.emulator.dictionary();
        let mut form = vec![
            ("client_id", dictionary["client_id"].as_str().unwrap()),
            ("client_secret", dictionary["client_secret"].as_str().unwrap()),
            ("redirect_uri", dictionary["redirect_uri"].as_str().unwrap()),
        ];
        form.extend(more);
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let url = format!("{}/oauth/v2/token", self.emulator.url());
        let request = Request::post(url).header("content-type", "application/x-www-form-urlencoded");
        self.run(request.body(body.into_bytes()).unwrap()).unwrap()
    }

    pub(crate) fn try_call(&self, method: &str, path: &str, body: Option<Value>) -> Result<Got, ureq::Error> {
        self.try_call_with(method, path, &[], body.map(|body| body.to_string().into_bytes()))
    }

    pub(crate) fn try_call_with(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Vec<u8>>,
    ) -> Result<Got, ureq::Error> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.emulator.url()))
            .header("authorization", format!("Zoho-oauthtoken {}", self.token));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        match body {
            Some(body) => self.run(request.body(body).unwrap()),
            None => self.run(request.body(()).unwrap()),
        }
    }

    fn run<B: ureq::AsSendBody>(&self, request: Request<B>) -> Result<Got, ureq::Error> {
        let mut response: Response<ureq::Body> = self.agent.run(request)?;
        let headers = response.headers().iter();
        let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
        let bytes = response.body_mut().with_config().limit(1 << 30).read_to_vec()?;
        let json = serde_json::from_slice(&bytes).unwrap_or_default();
        Ok(Got { status: response.status().as_u16(), headers, bytes, json })
    }

    pub(crate) fn call(&self, method: &str, path: &str, body: Option<Value>) -> Got {
        self.try_call(method, path, body).unwrap()
    }

    pub(crate) fn get(&self, path: &str) -> Got {
        self.call("GET", path, None)
    }

    pub(crate) fn post(&self, path: &str, body: Value) -> Got {
        self.call("POST", path, Some(body))
    }

    pub(crate) fn put(&self, path: &str, body: Value) -> Got {
        self.call("PUT", path, Some(body))
    }

    pub(crate) fn delete(&self, path: &str) -> Got {
        self.call("DELETE", path, None)
    }

    /// Creates a lead and gives its id.
    pub(crate) fn lead(&self, lead: Value) -> String {
        let got = self.post("/crm/v2/Leads", json!({ "data": [lead] }));
        assert_eq!(got.status, 201, "{}", got.json);
        got.json["data"][0]["details"]["id"].as_str().unwrap().to_owned()
    }
}

impl Client {
    /// Calls that are worked on and never answered: they stay in flight until the connections are dropped.
    pub(crate) fn hold(&self, path: &str, calls: u64) -> Vec<TcpStream> {
        self.emulator.fault(On::any_call().times(calls), Fault::Silence);
        let head =
            format!("GET {path} HTTP/1.1\r\nHost: here\r\nAuthorization: Zoho-oauthtoken {}\r\n\r\n", self.token);
        let call = || {
            let mut stream = TcpStream::connect(self.emulator.url().strip_prefix("http://").unwrap()).unwrap();
            stream.write_all(head.as_bytes()).unwrap();
            stream
        };
        (0..calls).map(|_| call()).collect()
    }

    /// Waits until the counters say so.
    pub(crate) fn wait_until(&self, what: &str, is_so: impl Fn(&Counters) -> bool) {
        wait_until(what, || is_so(&self.emulator.counters()));
    }
}

pub(crate) fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let until = Instant::now() + Duration::from_secs(60);
    while !is_so() {
        assert!(Instant::now() < until, "a minute has passed before {what}");
        thread::sleep(Duration::from_millis(2));
    }
}

impl Client {
    /// Uploads one part of a multipart body.
    pub(crate) fn upload(&self, path: &str, name: &str, file_name: Option<&str>, content: &[u8]) -> Got {
        let file_name = file_name.map(|name| format!("; filename=\"{name}\"")).unwrap_or_default();
        let mut body = format!(
            "--limit\r\nContent-Disposition: form-data; name=\"{name}\"{file_name}\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        )
        .into_bytes();
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n--limit--\r\n");
        let headers = [("content-type", "multipart/form-data; boundary=limit")];
        self.try_call_with("POST", path, &headers, Some(body)).unwrap()
    }
}

//! A headless Chromium, driven through chromedriver.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;
use url::Url;

/// Without network, sandbox (which needs rights that containers lack) and start-up pages.
const FLAGS: [&str; 8] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

struct Driver {
    process: Child,
    /// What the browser leaves behind goes with it.
    _temp: TempDir,
}

impl Driver {
    fn start() -> (Self, u16) {
        let temp = TempDir::new().unwrap();
        let mut process = Command::new("chromedriver")
            .arg("--port=0")
            .env("TMPDIR", temp.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|cause| panic!("chromedriver cannot be started ({cause}); `make browser` installs it"));
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let port = lines
            .map_while(Result::ok)
            .find_map(|line| line.split_once("successfully on port ")?.1.trim_end_matches('.').parse().ok())
            .expect("chromedriver names its port");
        (Self { process, _temp: temp }, port)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

/// Runs a test with a browser of its own, which is closed whether the test succeeds or not.
pub fn run(test: impl AsyncFnOnce(Browser)) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (driver, port) = Driver::start();
    runtime.block_on(async {
        let options = json!({"args": FLAGS});
        let logs = json!({"browser": "ALL"});
        let capabilities = [("goog:chromeOptions".to_owned(), options), ("goog:loggingPrefs".to_owned(), logs)];
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities.into_iter().collect())
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .unwrap();
        let guard = CloseWithTheDriver(driver);
        test(Browser { client: client.clone() }).await;
        client.close().await.unwrap();
        drop(guard);
    });
}

/// Ends the driver, and with it the browser, when a test panics.
struct CloseWithTheDriver(#[allow(dead_code, reason = "it is dropped")] Driver);

pub struct Browser {
    pub client: Client,
}

impl Browser {
    pub async fn open(&self, url: &str) {
        self.client.goto(url).await.unwrap();
    }

    pub async fn address(&self) -> Url {
        self.client.current_url().await.unwrap()
    }

    pub async fn click(&self, xpath: &str) {
        self.client.wait().for_element(Locator::XPath(xpath)).await.unwrap().click().await.unwrap();
    }

    /// Waits until the page has a heading that begins so.
    pub async fn heading(&self, start: &str) {
        let xpath = format!("//h1[starts-with(normalize-space(.), '{start}')]");
        if let Err(fault) = self.client.wait().for_element(Locator::XPath(&xpath)).await {
            panic!("{fault}: {start} at {}: {}", self.address().await, self.text().await);
        }
    }

    /// All text that is shown.
    pub async fn text(&self) -> String {
        self.client.find(Locator::Css("body")).await.unwrap().text().await.unwrap()
    }

    pub async fn run(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.unwrap()
    }

    /// A command of Chromium's own protocol.
    pub async fn command(&self, name: &str, parameters: Value) {
        self.client.issue_cmd(Post("goog/cdp/execute", json!({"cmd": name, "params": parameters}))).await.unwrap();
    }

    /// Asserts that the browser has not complained of anything, such as a breach of the content security policy.
    pub async fn assert_silent(&self) {
        let log = self.client.issue_cmd(Post("se/log", json!({"type": "browser"}))).await.unwrap();
        let complaints: Vec<_> = log
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| entry["message"].as_str().unwrap().to_owned())
            .filter(|message| !message.contains("the server responded with a status of"))
            .collect();
        assert_eq!(complaints, Vec::<String>::new());
    }
}

/// A command of chromedriver beyond the standard.
#[derive(Debug)]
struct Post(&'static str, Value);

impl WebDriverCompatibleCommand for Post {
    fn endpoint(&self, base_url: &Url, session_id: Option<&str>) -> Result<Url, url::ParseError> {
        base_url.join(&format!("session/{}/{}", session_id.unwrap_or_default(), self.0))
    }

    fn method_and_body(&self, _: &Url) -> (ureq::http::Method, Option<String>) {
        (ureq::http::Method::POST, Some(self.1.to_string()))
    }
}

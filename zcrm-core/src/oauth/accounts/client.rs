//! The requests to the accounts server: tokens, revocation, the user's e-mail address. Secrets travel in the body or in
//! the `Authorization` header, never in the URL.

use std::sync::Arc;
use std::time::{Duration, Instant};

use url::form_urlencoded;
use zeroize::Zeroizing;

use super::failure::{self, Purpose};
use super::response::{AccountsResponse, Minted};
use super::throttle::{Throttle, WINDOW, throttled};
use crate::config::Config;
use crate::error::{ErrorKind, Result};
use crate::secret::Secret;
use crate::token::GrantToken;
use crate::transport::{Body, HttpRequest, Method, Pace, Transport, TransportError, TransportErrorKind};

/// A request that took longer than this is not retried, which bounds the slowest refresh.
const REPEAT_WITHIN: Duration = Duration::from_secs(10);

/// The longest pause before the retry.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// A time limit of calls beyond this is as good as none.
const LONGEST_CALL: Duration = Duration::from_secs(24 * 3600);

/// The accounts server as this client sees it.
#[derive(Debug)]
pub(in crate::oauth) struct AccountsClient {
    config: Arc<Config>,
    transport: Arc<dyn Transport>,
    throttle: Throttle,
}

/// Whose tokens they are, as far as Zoho tells.
#[derive(Debug)]
pub(in crate::oauth) enum Owner {
    Email(String),
    /// The token's scopes do not allow the question, or there was no useful response; in words.
    Unknown(String),
}

impl AccountsClient {
    pub(in crate::oauth) fn new(config: Arc<Config>, transport: Arc<dyn Transport>) -> Self {
        Self { config, transport, throttle: Throttle::default() }
    }

    /// The longest that one token request takes, its retry included.
    pub(in crate::oauth) fn slowest(&self) -> Duration {
        REPEAT_WITHIN + LONGEST_PAUSE + self.config.http().call_timeout.min(LONGEST_CALL)
    }

    /// Whether the refresh token may be sent, as far as this client knows of Zoho's rate limit.
    pub(in crate::oauth) fn check_rate_limit(&self, refresh_token: &Secret) -> Result<()> {
        self.throttle.check(refresh_token)
    }

    /// Zoho rate-limits the refresh token, as another process found out.
    pub(in crate::oauth) fn rate_limited(&self, refresh_token: &Secret, wait: Duration) {
        self.throttle.begin(refresh_token, wait);
    }

    pub(in crate::oauth) fn exchange(&self, accounts_url: &str, grant: &GrantToken) -> Result<Minted> {
        self.mint(
            Purpose::Grant,
            accounts_url,
            &[
                ("grant_type", "authorization_code"),
                ("client_id", self.config.client_id()),
                ("client_secret", self.config.client_secret().expose()),
                ("redirect_uri", self.config.redirect_uri()),
                ("code", grant.expose()),
            ],
        )
    }

    pub(in crate::oauth) fn refresh(&self, accounts_url: &str, refresh_token: &Secret) -> Result<Minted> {
        self.throttle.check(refresh_token)?;
        let minted = self.mint(
            Purpose::Refresh,
            accounts_url,
            &[
                ("grant_type", "refresh_token"),
                ("client_id", self.config.client_id()),
                ("client_secret", self.config.client_secret().expose()),
                ("refresh_token", refresh_token.expose()),
            ],
        );
        minted.inspect_err(|error| {
            if error.kind() == ErrorKind::TokenThrottled {
                self.throttle.begin(refresh_token, error.retry_after().unwrap_or(WINDOW));
            }
        })
    }

    /// Revokes a refresh token and with it its access tokens. One that Zoho does not know (HTTP status 400) is revoked
    /// already.
    pub(in crate::oauth) fn revoke(&self, accounts_url: &str, refresh_token: &Secret) -> Result<()> {
        let (response, _) = self.ask(Purpose::Revoke, accounts_url, &[("token", refresh_token.expose())])?;
        let revoked = response.text("status") == Some("success");
        let unknown_token = !response.has_error() && response.status == 400;
        if revoked || unknown_token {
            return Ok(());
        }
        match failure::refused(Purpose::Revoke, accounts_url, &response) {
            error if error.kind() == ErrorKind::InvalidRefreshToken => Ok(()),
            error => Err(error),
        }
    }

    /// The e-mail address of the user who consented. It takes no longer than [`slowest`](Self::slowest).
    pub(in crate::oauth) fn owner(&self, accounts_url: &str, access_token: &Secret) -> Owner {
        let url = format!("{accounts_url}/oauth/user/info");
        let authorization = Secret::new(format!("Zoho-oauthtoken {}", access_token.expose()));
        let ask = || {
            self.read(HttpRequest {
                method: Method::Get,
                url: &url,
                headers: &[],
                authorization: Some(&authorization),
                body: Body::Empty,
                pace: Pace::Call,
            })
        };
        let started = Instant::now();
        let response = match ask() {
            Ok(response) if response.status < 500 => Ok(response),
            failed if started.elapsed() >= REPEAT_WITHIN => failed,
            _ => {
                std::thread::sleep(self.pause());
                ask()
            }
        };
        match response {
            Ok(response) => match response.text("Email") {
                Some(email) => Owner::Email(email.to_owned()),
                None if response.status >= 500 => Owner::Unknown(format!("HTTP status {}", response.status)),
                None => Owner::Unknown(format!(
                    "the scope AaaServer.profile.READ was not consented to; HTTP status {}",
                    response.status
                )),
            },
            Err(cause) => Owner::Unknown(cause.to_string()),
        }
    }

    fn mint(&self, purpose: Purpose, accounts_url: &str, form: &[(&str, &str)]) -> Result<Minted> {
        let (response, asked_at) = self.ask(purpose, accounts_url, form)?;
        response.minted(asked_at).ok_or_else(|| failure::refused(purpose, accounts_url, &response))
    }

    /// Asks, and once more where the first attempt failed in a way that passes.
    fn ask(&self, purpose: Purpose, accounts_url: &str, form: &[(&str, &str)]) -> Result<(AccountsResponse, Instant)> {
        let started = Instant::now();
        let first = self.ask_once(purpose, accounts_url, form);
        let again = match &first {
            Ok(response) => passes(purpose, response),
            // A grant that may be spent is not sent again: the refusal of the second attempt would hide the cause.
            Err(cause) => match cause.kind() {
                TransportErrorKind::NotConnected => true,
                TransportErrorKind::Lost => purpose != Purpose::Grant,
                _ => false,
            },
        };
        let (response, asked_at) =
            if again && self.config.http().max_retries != Some(0) && started.elapsed() < REPEAT_WITHIN {
                log::debug!("asking {accounts_url}{} a second time", purpose.path());
                std::thread::sleep(self.pause());
                let asked_at = Instant::now();
                (self.ask_once(purpose, accounts_url, form), asked_at)
            } else {
                (first, started)
            };
        let response = response.map_err(|cause| failure::unanswered(purpose, accounts_url, cause))?;
        if response.is_throttled() {
            let error = throttled(response.retry_after.unwrap_or(WINDOW));
            return Err(error.with_request("POST", purpose.path()).with_status(response.status));
        }
        Ok((response, asked_at))
    }

    fn pause(&self) -> Duration {
        self.config.http().retry_base.min(LONGEST_PAUSE).mul_f64(0.5 + fastrand::f64() / 2.0)
    }

    fn ask_once(
        &self,
        purpose: Purpose,
        accounts_url: &str,
        form: &[(&str, &str)],
    ) -> Result<AccountsResponse, TransportError> {
        let url = format!("{accounts_url}{}", purpose.path());
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let body = Zeroizing::new(body.into_bytes());
        self.read(HttpRequest {
            method: Method::Post,
            url: &url,
            headers: &[],
            authorization: None,
            body: Body::Bytes { content_type: "application/x-www-form-urlencoded", bytes: &body },
            pace: Pace::Call,
        })
    }

    fn read(&self, request: HttpRequest<'_>) -> Result<AccountsResponse, TransportError> {
        let response = self.transport.send(request)?;
        AccountsResponse::read(response).map_err(|cause| {
            TransportError::new(TransportErrorKind::Timeout, "the response could not be read whole").with_source(cause)
        })
    }
}

/// Whether a refusal may be gone at the next attempt.
fn passes(purpose: Purpose, response: &AccountsResponse) -> bool {
    let failing = response.status >= 500 && purpose != Purpose::Grant;
    match response.code() {
        Some("general_error") => true,
        Some("server_error" | "temporarily_unavailable") => purpose != Purpose::Grant,
        _ => failing && !response.is_throttled(),
    }
}

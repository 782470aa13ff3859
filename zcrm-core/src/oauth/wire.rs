//! What is asked of the accounts server: tokens, revocation, the user's e-mail. Secrets travel in the body or in the
//! `Authorization` header, never in the URL.

use std::sync::Arc;
use std::time::{Duration, Instant};

use url::form_urlencoded;
use zeroize::Zeroizing;

use super::answer::{Answer, Minted};
use super::failure::{self, Purpose};
use super::throttle::Throttle;
use crate::config::Config;
use crate::error::{Error, ErrorKind, Result};
use crate::secret::Secret;
use crate::token::GrantToken;
use crate::transport::{Body, HttpRequest, Method, Pace, Transport, TransportError, TransportErrorKind};

/// A request that took longer than this is not repeated, which bounds the slowest refresh.
const REPEAT_WITHIN: Duration = Duration::from_secs(10);

/// The longest pause before the repetition.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// A time limit of calls beyond this is as good as none.
const LONGEST_CALL: Duration = Duration::from_secs(24 * 3600);

/// The accounts server as this client sees it.
#[derive(Debug)]
pub(super) struct Wire {
    config: Arc<Config>,
    transport: Arc<dyn Transport>,
    throttle: Throttle,
}

/// Whose tokens they are, as far as Zoho tells.
#[derive(Debug)]
pub(super) enum Owner {
    Email(String),
    /// The token's scopes do not allow the question, or there was no useful answer; in words.
    Unknown(String),
}

impl Wire {
    pub(super) fn new(config: Arc<Config>, transport: Arc<dyn Transport>) -> Self {
        Self { config, transport, throttle: Throttle::default() }
    }

    /// The longest that one request for tokens takes, repetition included.
    pub(super) fn slowest(&self) -> Duration {
        REPEAT_WITHIN + LONGEST_PAUSE + self.config.http().call_timeout.min(LONGEST_CALL)
    }

    /// Whether token requests may be sent at the moment.
    pub(super) fn check_throttle(&self) -> Result<()> {
        self.throttle.check()
    }

    pub(super) fn exchange(&self, accounts_url: &str, grant: &GrantToken) -> Result<Minted> {
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

    pub(super) fn refresh(&self, accounts_url: &str, refresh_token: &Secret) -> Result<Minted> {
        self.mint(
            Purpose::Refresh,
            accounts_url,
            &[
                ("grant_type", "refresh_token"),
                ("client_id", self.config.client_id()),
                ("client_secret", self.config.client_secret().expose()),
                ("refresh_token", refresh_token.expose()),
            ],
        )
    }

    /// Revokes a refresh token and with it its access tokens. One that Zoho does not know (HTTP status 400) is revoked
    /// already.
    pub(super) fn revoke(&self, accounts_url: &str, refresh_token: &Secret) -> Result<()> {
        let (answer, _) = self.ask(Purpose::Revoke, accounts_url, &[("token", refresh_token.expose())])?;
        let revoked = answer.text("status") == Some("success");
        let unknown_token = !answer.has_error() && answer.status == 400;
        if revoked || unknown_token {
            return Ok(());
        }
        match failure::refused(Purpose::Revoke, accounts_url, &answer) {
            error if error.kind() == ErrorKind::InvalidRefreshToken => Ok(()),
            error => Err(error),
        }
    }

    /// The e-mail address of the user who consented.
    pub(super) fn owner(&self, accounts_url: &str, access_token: &Secret) -> Owner {
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
        let answer = match ask() {
            Ok(answer) if answer.status < 500 => Ok(answer),
            _ => {
                std::thread::sleep(self.pause());
                ask()
            }
        };
        match answer {
            Ok(answer) => match answer.text("Email") {
                Some(email) => Owner::Email(email.to_owned()),
                None if answer.status >= 500 => Owner::Unknown(format!("HTTP status {}", answer.status)),
                None => Owner::Unknown(format!(
                    "the scope AaaServer.profile.READ was not consented to; HTTP status {}",
                    answer.status
                )),
            },
            Err(cause) => Owner::Unknown(cause.to_string()),
        }
    }

    fn mint(&self, purpose: Purpose, accounts_url: &str, form: &[(&str, &str)]) -> Result<Minted> {
        let (answer, asked_at) = self.ask(purpose, accounts_url, form)?;
        answer.minted(asked_at).ok_or_else(|| failure::refused(purpose, accounts_url, &answer))
    }

    /// Asks, and once more where the first attempt failed in a way that passes.
    fn ask(&self, purpose: Purpose, accounts_url: &str, form: &[(&str, &str)]) -> Result<(Answer, Instant)> {
        self.throttle.check()?;
        let started = Instant::now();
        let first = self.ask_once(purpose, accounts_url, form);
        let again = match &first {
            Ok(answer) => passes(purpose, answer),
            // A grant that may be spent is not sent again: the refusal of the second attempt would hide the cause.
            Err(cause) => match cause.kind() {
                TransportErrorKind::NotConnected => true,
                TransportErrorKind::Lost => purpose != Purpose::Grant,
                _ => false,
            },
        };
        let (answer, asked_at) =
            if again && self.config.http().max_retries != Some(0) && started.elapsed() < REPEAT_WITHIN {
                log::debug!("asking {accounts_url}{} a second time", purpose.path());
                std::thread::sleep(self.pause());
                let asked_at = Instant::now();
                (self.ask_once(purpose, accounts_url, form), asked_at)
            } else {
                (first, started)
            };
        let answer = answer.map_err(|cause| failure::unanswered(purpose, accounts_url, cause))?;
        if answer.is_throttled() && !failure::is_known(&answer, purpose) {
            let error = self.throttle.begin(answer.retry_after);
            return Err(error.with_request("POST", purpose.path()).with_status(answer.status));
        }
        Ok((answer, asked_at))
    }

    fn pause(&self) -> Duration {
        self.config.http().retry_base.min(LONGEST_PAUSE).mul_f64(0.5 + fastrand::f64() / 2.0)
    }

    fn ask_once(&self, purpose: Purpose, accounts_url: &str, form: &[(&str, &str)]) -> Result<Answer, TransportError> {
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

    fn read(&self, request: HttpRequest<'_>) -> Result<Answer, TransportError> {
        let response = self.transport.send(request)?;
        Answer::read(response).map_err(|cause| {
            TransportError::new(TransportErrorKind::Timeout, "the answer could not be read whole").with_source(cause)
        })
    }
}

/// Whether a refusal may be gone at the next attempt.
fn passes(purpose: Purpose, answer: &Answer) -> bool {
    let failing = answer.status >= 500 && purpose != Purpose::Grant;
    answer.code() == Some("general_error") || (failing && !answer.is_throttled())
}

/// The error of a consent that brought no refresh token.
pub(super) fn no_refresh_token() -> Error {
    Error::new(
        ErrorKind::NoRefreshToken,
        "Zoho gave an access token without a refresh token, so the user would have to consent again every hour; nothing \
         was stored. Ask for the consent with access_type=offline and prompt=consent: Zoho gives the refresh token at the \
         first consent only, unless prompted",
    )
}

//! A web client's consent: the URL that the browser is sent to, and the redirect that it comes back with.

use std::fmt;

use url::Url;

use super::servers::same_server;
use crate::config::{Config, DataCenter};
use crate::error::{Error, ErrorKind, Result};
use crate::secret::Secret;
use crate::token::GrantToken;

/// Where to send the user's browser, and what to keep until it comes back. Made by
/// [`OAuth::authorization_request`](super::OAuth::authorization_request).
#[derive(Debug, Clone)]
pub struct AuthorizationRequest {
    url: String,
    state: String,
}

impl AuthorizationRequest {
    pub(super) fn new<S: AsRef<str>>(
        accounts_url: &str,
        client_id: &str,
        redirect_uri: &str,
        scopes: impl IntoIterator<Item = S>,
    ) -> Result<Self> {
        let mut joined = String::new();
        for scope in scopes {
            let scope = scope.as_ref();
            if scope.is_empty() || scope.contains([',', ' ']) {
                return Err(Error::new(ErrorKind::InvalidInput, format!("{scope:?} is not the name of one scope")));
            }
            if !joined.is_empty() {
                joined.push(',');
            }
            joined.push_str(scope);
        }
        if joined.is_empty() {
            return Err(Error::new(ErrorKind::InvalidInput, "a consent needs at least one scope"));
        }
        let state = random_state()?;
        let url = Url::parse_with_params(
            &format!("{accounts_url}/oauth/v2/auth"),
            [
                ("response_type", "code"),
                ("client_id", client_id),
                ("redirect_uri", redirect_uri),
                ("scope", &joined),
                // Without these two Zoho gives a refresh token at the first consent only, or none at all.
                ("access_type", "offline"),
                ("prompt", "consent"),
                ("state", &state),
            ],
        )
        .map_err(|cause| Error::new(ErrorKind::Config, "accounts_url cannot be used").with_source(cause))?;
        Ok(Self { url: url.into(), state })
    }

    /// The address of Zoho's consent page.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What ties the redirect to this browser: 128 random bits. Keep it in the user's session, and give it to
    /// [`OAuth::read_redirect`](super::OAuth::read_redirect).
    #[must_use]
    pub fn state(&self) -> &str {
        &self.state
    }
}

fn random_state() -> Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|cause| {
        Error::new(ErrorKind::Io, "the operating system gives no random numbers").with_source(cause)
    })?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// What a consent brought: the grant, and the accounts server of the user's data center. Exchange it with
/// [`OAuth::accept_redirect`](super::OAuth::accept_redirect) at once: it lives for minutes.
#[derive(Debug)]
pub struct Redirect {
    grant: GrantToken,
    accounts_url: Option<String>,
}

impl Redirect {
    /// Where the grant is exchanged: `https://accounts.zoho.eu` for example; `None` when the redirect does not say, and
    /// the configured accounts server is used.
    #[must_use]
    pub fn accounts_url(&self) -> Option<&str> {
        self.accounts_url.as_deref()
    }

    /// The user's data center, when the redirect names a known one.
    #[must_use]
    pub fn data_center(&self) -> Option<DataCenter> {
        self.accounts_url().and_then(DataCenter::from_accounts_url)
    }

    /// The grant alone.
    #[must_use]
    pub fn into_grant(self) -> GrantToken {
        self.grant
    }

    pub(super) fn read(redirected_to: &str, state: &str, config: &Config) -> Result<Self> {
        let query = Query::of(redirected_to);
        let same = query.get("state").is_some_and(|got| Secret::new(got).same_as(&Secret::new(state)));
        if !same || state.is_empty() {
            return Err(invalid(
                "the redirect does not carry the state of this consent: it belongs to another attempt, or somebody else \
                 made it up. Begin again",
            ));
        }
        if let Some(code) = query.get("error") {
            return Err(refusal(code));
        }
        let Some(code) = query.get("code").filter(|code| !code.trim().is_empty()) else {
            return Err(invalid("the redirect holds no grant (code)"));
        };
        let accounts_url = server(&query, config)?;
        Ok(Self { grant: GrantToken::new(code), accounts_url })
    }
}

/// The accounts server of the redirect. It came through the user's browser, and the client secret is going to be sent
/// there, so only known ones will do.
fn server(query: &Query, config: &Config) -> Result<Option<String>> {
    let Some(named) = query.get("accounts-server").filter(|named| !named.is_empty()) else {
        return Ok(query.get("location").and_then(DataCenter::from_location).map(DataCenter::accounts_url));
    };
    if let Some(center) = DataCenter::from_accounts_url(named) {
        return Ok(Some(center.accounts_url()));
    }
    if same_server(named, config.accounts_url()) {
        return Ok(Some(config.accounts_url().to_owned()));
    }
    Err(invalid(
        "the redirect names an accounts server that is neither one of Zoho's nor the configured one; nothing was sent there",
    ))
}

fn refusal(code: &str) -> Error {
    let (kind, text) = match code {
        "access_denied" => (ErrorKind::AccessDenied, "the user refused the consent"),
        "invalid_client" | "unauthorized_client" => (
            ErrorKind::InvalidClient,
            "Zoho does not know the client_id in this data center; check it and accounts_url",
        ),
        "invalid_redirect_uri" | "redirect_uri_mismatch" => {
            (ErrorKind::InvalidRedirect, "the redirect_uri is not the one registered in Zoho's API console")
        }
        "invalid_scope" | "invalid_oauthscope" => (ErrorKind::Scope, "Zoho does not know one of the scopes"),
        _ => (ErrorKind::OAuth, "Zoho refused the consent with a code that it does not document"),
    };
    Error::new(kind, text)
}

fn invalid(text: &str) -> Error {
    Error::new(ErrorKind::InvalidInput, text)
}

/// The parameters of a redirect.
struct Query(Vec<(String, String)>);

impl Query {
    /// Of a whole URL, of its path and query, or of the query alone.
    fn of(redirected_to: &str) -> Self {
        let text = redirected_to.trim();
        let query = text.split_once('?').map_or(text, |(_, query)| query);
        let query = query.split('#').next().unwrap_or_default();
        Self(url::form_urlencoded::parse(query.as_bytes()).into_owned().collect())
    }

    /// The value of a parameter. Duplicate parameters are rejected.
    fn get(&self, key: &str) -> Option<&str> {
        let mut values = self.0.iter().filter(|(name, _)| name == key).map(|(_, value)| value.as_str());
        values.next().filter(|_| values.next().is_none())
    }
}

impl fmt::Debug for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

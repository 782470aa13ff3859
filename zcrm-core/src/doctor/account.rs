//! Whose the tokens are, and of which organization, environment and data center, against what is configured.

use url::Url;

use super::budget::Budget;
use super::explain::{self, UNAUTHENTICATED};
use super::scopes::Probes;
use crate::client::Client;
use crate::config::{DataCenter, is_loopback};
use crate::entity::{Organization, User};
use crate::error::{Error, ErrorKind};
use crate::finding::Finding;
use crate::resource::Limits;

/// Less than this part of the day's credits is little.
const LITTLE: u64 = 10;

pub(super) struct Account {
    pub(super) findings: Vec<Finding>,
    /// Whether further calls make sense.
    pub(super) is_open: bool,
    pub(super) probes: Probes,
}

pub(super) fn check(client: &Client, transport: &Budget) -> Account {
    let mut account = Account { findings: Vec::new(), is_open: true, probes: Probes::default() };
    let user = client.users().current();
    account.probes.note("users", &user);
    let is_refused = user.as_ref().is_err_and(|error| is_refused(error, transport));
    match &user {
        Ok(user) => account.findings.push(whose(client, user)),
        Err(_) if is_refused => {}
        Err(error) if error.kind() == ErrorKind::Scope => {
            let what = "whose the tokens are is not told without the scope ZohoCRM.users.READ";
            let found = explain::with_causes(what, error);
            account.findings.push(Finding::warn("user", found, "see the line about scopes"));
        }
        Err(error) => account.fail(version(client, error).unwrap_or_else(|| match error.kind() {
            ErrorKind::NotFound => nobody(error),
            _ => explain::failure(check_of(error), error),
        })),
    }
    if let Some(error) = user.as_ref().err().filter(|_| is_refused) {
        account.fail(refusal(client, error));
    }
    if account.is_open {
        account.organization(client);
    }
    account.findings.extend(misdirection(client));
    if account.is_open {
        let version = client.config().api_version();
        account.findings.push(Finding::ok("version", format!("the API {version} is accepted")));
    }
    account
}

impl Account {
    fn fail(&mut self, finding: Finding) {
        self.findings.push(finding);
        self.is_open = false;
    }

    fn organization(&mut self, client: &Client) {
        let organization = client.organization().get();
        self.probes.note("organization", &organization);
        match organization {
            Ok(organization) => {
                self.findings.push(environment(client, &organization));
                let license = organization.license_details.as_ref();
                self.findings.push(limits(&Limits::of(license, client.usage())));
            }
            Err(error) if error.kind() == ErrorKind::Scope => {
                let what = "the organization and its limits are not told without the scope ZohoCRM.org.READ";
                let found = explain::with_causes(what, &error);
                self.findings.push(Finding::warn("organization", found, "see the line about scopes"));
            }
            Err(error) => {
                self.fail(version(client, &error).unwrap_or_else(|| match error.kind() {
                    ErrorKind::NotFound => no_organization(&error),
                    _ => explain::failure("organization", &error),
                }));
            }
        }
    }
}

/// What failed, where a call stands for several checks.
fn check_of(error: &Error) -> &'static str {
    match error.path() {
        Some(path) if path.starts_with("/oauth/") => "refresh",
        _ => "access",
    }
}

/// Whether the tokens are taken for none, and not even a refresh helps.
fn is_refused(error: &Error, transport: &Budget) -> bool {
    match error.kind() {
        ErrorKind::Unauthenticated => true,
        // The examination does not refresh twice, as the library would have done.
        ErrorKind::Connect => transport.token_was_requested() && error.path() == Some("/oauth/v2/token"),
        _ => false,
    }
}

fn refusal(client: &Client, error: &Error) -> Finding {
    let config = client.config();
    let center = config.data_center().map_or_else(|| config.api_base_url().to_owned(), |center| center.to_string());
    let environment = if config.sandbox() { "sandbox" } else { "production" };
    let said = error.api().map(|api| format!(" ({api})")).unwrap_or_default();
    let found = format!(
        "Zoho rejects every access token{said}, although the refresh token works: the tokens are not of data center \
         {center}, not of the environment {environment}, or of another client"
    );
    Finding::fail("access", found, UNAUTHENTICATED)
}

/// Zoho takes the tokens, and names no user.
fn nobody(error: &Error) -> Finding {
    let found = explain::with_causes("Zoho tells no user whose these tokens are", error);
    let remedy =
        "see that the user is active in Zoho CRM, then sign in again: zcrm login --browser, or --grant-token -";
    Finding::fail("user", found, remedy)
}

/// Zoho takes the tokens, and names no organization.
fn no_organization(error: &Error) -> Finding {
    let found = explain::with_causes("Zoho tells no organization that these tokens are for", error);
    let remedy = "see that the user still belongs to an organization of Zoho CRM, then sign in again and choose it: zcrm login \
                  --browser, or --grant-token -";
    Finding::fail("organization", found, remedy)
}

fn whose(client: &Client, user: &User) -> Finding {
    let configured = client.user().map(ToString::to_string).unwrap_or_default();
    let named = |text: &Option<String>| text.clone().unwrap_or_default();
    let of = |reference: Option<&str>| reference.unwrap_or("?").to_owned();
    let role = of(user.role.as_ref().and_then(|role| role.name.as_deref()));
    let profile = of(user.profile.as_ref().and_then(|profile| profile.name.as_deref()));
    match &user.email {
        Some(email) if !email.eq_ignore_ascii_case(&configured) => Finding::warn(
            "user",
            format!("the tokens that are kept under {configured} are those of {email}"),
            format!("set current_user_email to {email} and sign in again, unless both are the same person's addresses"),
        ),
        _ => {
            let name = named(&user.full_name);
            Finding::ok(
                "user",
                format!("the tokens are those of {configured} ({name}, role {role}, profile {profile})"),
            )
        }
    }
}

/// The organization, and whether it is of the environment that is configured.
fn environment(client: &Client, organization: &Organization) -> Finding {
    let name = organization.company_name.as_deref().unwrap_or("an organization without a name");
    let zgid = organization.zgid.as_deref().unwrap_or("?");
    let is_sandbox = organization.kind.as_deref().map(|kind| kind.eq_ignore_ascii_case("sandbox"));
    match (is_sandbox, client.config().sandbox()) {
        (Some(true), false) => Finding::fail(
            "organization",
            format!("{name} ({zgid}) is a sandbox, but production is configured"),
            "set sandbox to true, or sign in again in production: zcrm login --browser, or --grant-token -",
        ),
        (Some(false), true) => Finding::fail(
            "organization",
            format!("{name} ({zgid}) is no sandbox, but the sandbox is configured"),
            "set sandbox to false, or sign in again in the sandbox: zcrm login --browser, or --grant-token -",
        ),
        _ => Finding::ok("organization", format!("{name} ({zgid})")),
    }
}

fn limits(limits: &Limits) -> Finding {
    let edition = limits.edition_name.as_deref().unwrap_or("unknown");
    let concurrency = limits.concurrency.map_or("unknown".to_owned(), |most| most.to_string());
    let credits = limits.credits.map_or("unknown".to_owned(), |credits| format!("{credits} in 24 hours"));
    let left = match limits.credits_remaining {
        Some(left) => format!("{left} left"),
        None => "more than half left".to_owned(),
    };
    let found = format!("edition {edition}: credits {credits}, {left}; {concurrency} requests at once");
    match (limits.credits_remaining, limits.credits) {
        (Some(0), _) => Finding::fail("limits", found, "wait until credits are free again, or buy some"),
        (Some(left), Some(credits)) if left.saturating_mul(LITTLE) < credits => {
            Finding::warn("limits", found, "put off what is not urgent, or buy credits; they come back over 24 hours")
        }
        _ => Finding::ok("limits", found),
    }
}

/// The version of the API, where an error says that Zoho does not take it.
fn version(client: &Client, error: &Error) -> Option<Finding> {
    let code = error.code().unwrap_or_default();
    let is_of_version = matches!(code, "API_NOT_SUPPORTED" | "VERSION_NOT_SUPPORTED" | "INVALID_URL_PATTERN")
        || (error.status() == Some(404) && !matches!(code, "NOT_FOUND" | "RECORD_NOT_FOUND"));
    if !is_of_version {
        return None;
    }
    let version = client.config().api_version();
    let supported: Option<String> = error.api().and_then(|api| api.detail("supported_version"));
    let remedy = match supported {
        Some(supported) => format!("set api_version to {supported}"),
        None => "set api_version to another one (v2 to v8); check that api_base_url is an API host of Zoho".to_owned(),
    };
    Some(Finding::fail("version", explain::with_causes(&format!("the API {version} is not accepted"), error), remedy))
}

/// Where the last token response named another API host than the configured one.
fn misdirection(client: &Client) -> Option<Finding> {
    let config = client.config();
    let domain = client.told()?.api_domain?;
    let configured = config.api_base_url();
    let origin = |url: &str| Url::parse(url).ok().map(|url| url.origin().ascii_serialization());
    if origin(&domain).is_none() || origin(&domain) == origin(configured) {
        return None;
    }
    let is_sandbox = domain.contains("//sandbox.");
    let (theirs, ours) = (DataCenter::from_api_url(&domain), DataCenter::from_api_url(configured));
    // A response may echo anything: only hosts that are known, or on this machine, are shown.
    let is_known = theirs.is_some() || Url::parse(&domain).is_ok_and(|url| is_loopback(&url));
    let domain = if is_known { domain } else { "a host that is none of the known data centers".to_owned() };
    let found = format!("the tokens are for {domain}, as Zoho says, but {configured} is configured");
    let remedy = match theirs {
        Some(center) if Some(center) != ours => format!(
            "set api_base_url to {}, accounts_url to {} and sandbox to {is_sandbox}, or sign in again: zcrm login --browser, or --grant-token -",
            center.api_base_url(),
            center.accounts_url()
        ),
        Some(_) if is_sandbox != config.sandbox() => {
            format!(
                "set sandbox to {is_sandbox}, or sign in again in the other environment: zcrm login --browser, or --grant-token -"
            )
        }
        None if !is_known => {
            "check accounts_url, and sign in again: zcrm login --browser, or --grant-token -".to_owned()
        }
        _ => format!("set api_base_url to {domain}, or sign in again: zcrm login --browser, or --grant-token -"),
    };
    // Zoho may name the production host to tokens of a sandbox.
    let may_be_right = config.sandbox() && theirs == ours;
    Some(if may_be_right {
        Finding::warn("data center", found, remedy)
    } else {
        Finding::fail("data center", found, remedy)
    })
}

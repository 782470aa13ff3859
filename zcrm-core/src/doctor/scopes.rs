//! What the tokens allow, and the scopes to ask for.
//!
//! Where a token response told the scopes, they are compared with what each call needs, by Zoho's own list of APIs
//! (`__apis`) where the tokens may read it. Else reads are tried, which cost a credit each; what would write is not.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::budget::Budget;
use super::explain;
use super::modules::Known;
use crate::client::Client;
use crate::error::{Error, ErrorKind, Result};
use crate::finding::Finding;
use crate::rest::Prices;
use crate::transport::Method;

/// What a program may want to do, and the scope that it needs.
struct Need {
    what: &'static str,
    /// A call that it makes, below the version.
    call: Option<(Method, &'static str)>,
    scope: &'static str,
}

const fn need(what: &'static str, call: Option<(Method, &'static str)>, scope: &'static str) -> Need {
    Need { what, call, scope }
}

const NEEDS: [Need; 15] = [
    need("read records", Some((Method::Get, "/crm/v2/Leads")), "ZohoCRM.modules.READ"),
    need("create records", Some((Method::Post, "/crm/v2/Leads")), "ZohoCRM.modules.CREATE"),
    need("update records", Some((Method::Put, "/crm/v2/Leads")), "ZohoCRM.modules.UPDATE"),
    need("delete records", Some((Method::Delete, "/crm/v2/Leads")), "ZohoCRM.modules.DELETE"),
    need("search", Some((Method::Get, "/crm/v2/Leads/search")), "ZohoSearch.securesearch.READ"),
    need("query (COQL)", Some((Method::Post, "/crm/v2/coql")), "ZohoCRM.coql.READ"),
    need("bulk read", Some((Method::Post, "/crm/bulk/v2/read")), "ZohoCRM.bulk.READ"),
    need("bulk write", Some((Method::Post, "/crm/bulk/v2/write")), "ZohoCRM.bulk.CREATE"),
    need("upload for bulk write", None, "ZohoFiles.files.ALL"),
    need("metadata", Some((Method::Get, "/crm/v2/settings/modules")), "ZohoCRM.settings.READ"),
    need("users", Some((Method::Get, "/crm/v2/users")), "ZohoCRM.users.READ"),
    need("organization", Some((Method::Get, "/crm/v2/org")), "ZohoCRM.org.READ"),
    need("notifications", Some((Method::Get, "/crm/v2/actions/watch")), "ZohoCRM.notifications.READ"),
    need("prices", None, "ZohoCRM.apis.READ"),
    need("name of the user", None, "AaaServer.profile.READ"),
];

/// What was found out by calls: whether a scope lacked.
#[derive(Debug, Default)]
pub(super) struct Probes(BTreeMap<&'static str, bool>);

impl Probes {
    /// Keeps whether a call was allowed; what failed for another reason tells nothing.
    pub(super) fn note<T>(&mut self, what: &'static str, outcome: &Result<T>) {
        let allowed = match outcome {
            Ok(_) => Some(true),
            Err(error) if error.kind() == ErrorKind::Scope => Some(false),
            // It was let in, and then found something amiss.
            Err(error) if error.kind().is_rejection() => Some(true),
            Err(_) => None,
        };
        if let Some(allowed) = allowed {
            self.0.insert(what, allowed);
        }
    }
}

/// The scopes of the tokens, where a token response told them.
#[derive(Debug)]
pub(super) struct Scopes(Option<Vec<String>>);

impl Scopes {
    pub(super) fn told(client: &Client) -> Self {
        let text = client.told().and_then(|told| told.scope);
        Self(text.map(|text| text.split([' ', ',']).filter(|word| is_scope(word)).map(str::to_owned).collect()))
    }

    /// Whether one of them covers what is needed.
    fn allow(&self, needed: &str) -> Option<bool> {
        let scopes = self.0.as_ref()?;
        Some(needed.split([',', ' ']).any(|needed| scopes.iter().any(|scope| covers(scope, needed))))
    }
}

/// Whether a word has the form of a scope of Zoho's: a response may echo anything, and scopes are shown.
fn is_scope(word: &str) -> bool {
    let lower = word.to_lowercase();
    (lower.starts_with("zoho") || lower.starts_with("aaaserver."))
        && word.len() <= 80
        && word.chars().all(|character| character.is_ascii_alphanumeric() || matches!(character, '.' | '_'))
}

/// Whether a scope, such as `ZohoCRM.modules.ALL`, covers another one, such as `ZohoCRM.modules.leads.READ`.
fn covers(scope: &str, needed: &str) -> bool {
    let split = |text: &str| {
        let text = text.trim().to_lowercase();
        text.rsplit_once('.').map(|(group, operation)| (group.to_owned(), operation.to_owned())).unwrap_or_default()
    };
    let ((group, operation), (wanted, wanted_operation)) = (split(scope), split(needed));
    let is_group = wanted == group || wanted.strip_prefix(&group).is_some_and(|rest| rest.starts_with('.'));
    // A need for everything in a group is met by each of its parts as far as that part goes.
    is_group && !group.is_empty() && (operation == "all" || operation == wanted_operation || wanted_operation == "all")
}

pub(super) fn check(
    client: &Client,
    transport: &Budget,
    scopes: Scopes,
    mut probes: Probes,
    known: Known,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut prices = None;
    if transport.calls_left() > 0 {
        let read = client.limits().read_prices();
        match &read {
            Err(error) if error.kind() != ErrorKind::Scope => findings.push(without_prices(client, error)),
            _ => probes.note("prices", &read),
        }
        prices = read.ok();
    }
    probes.0.extend(known.metadata.map(|allowed| ("metadata", allowed)));
    probes.0.extend(known.records.map(|allowed| ("read records", allowed)));
    if scopes.0.is_none() {
        probe(client, transport, &mut probes, &known);
    }
    findings.push(summary(&scopes, &probes, prices.as_deref()));
    findings
}

/// The list of prices is not given, which says nothing of the scope.
fn without_prices(client: &Client, error: &Error) -> Finding {
    let version = client.config().api_version();
    let found = explain::with_causes(&format!("Zoho does not tell the prices of calls (__apis of {version})"), error);
    match error.kind().is_rejection() {
        true => Finding::ok("prices", format!("{found}; those of its documentation are used")),
        false => Finding::warn("prices", found, "those of its documentation are used; try again later"),
    }
}

/// Tries what only reads, as far as there are calls left.
fn probe(client: &Client, transport: &Budget, probes: &mut Probes, known: &Known) {
    let module = known.module.as_str();
    let below_bulk = format!("/crm/bulk/{}/read/1", client.config().api_version());
    let select = json!({ "select_query": format!("select id from {module} where id is not null limit 1") });
    let call = |method, path: &str| client.call(method, path);
    let tries = [
        ("read records", call(Method::Get, module).query("per_page", "1").query("fields", "id")),
        ("query (COQL)", call(Method::Post, "coql").json(&select)),
        ("metadata", call(Method::Get, "settings/modules")),
        ("search", call(Method::Get, &format!("{module}/search")).query("word", "zz").query("per_page", "1")),
        ("bulk read", call(Method::Get, &below_bulk)),
        ("notifications", call(Method::Get, "actions/watch")),
    ];
    for (what, call) in tries {
        if !probes.0.contains_key(what) && transport.calls_left() > 0 {
            probes.note(what, &call.send());
        }
    }
}

fn summary(scopes: &Scopes, probes: &Probes, prices: Option<&Prices>) -> Finding {
    let (mut allowed, mut lacking, mut unknown) = (Vec::new(), Vec::new(), Vec::new());
    for need in &NEEDS {
        let priced = need.call.and_then(|(method, path)| prices?.get(method, path)?.scope.clone());
        // A price list that names a whole group, or a module by a placeholder, does not tell what a call needs.
        let exact = priced.filter(|scope| is_scope(scope) && !scope.to_lowercase().ends_with(".all"));
        let scope = exact.unwrap_or_else(|| need.scope.to_owned());
        match probes.0.get(need.what).copied().or_else(|| scopes.allow(&scope)) {
            Some(true) => allowed.push(need.what),
            Some(false) => lacking.push((need.what, scope)),
            None => unknown.push(need.what),
        }
    }
    let told = |words: &[&str]| if words.is_empty() { "nothing".to_owned() } else { words.join(", ") };
    let mut found = format!("the tokens allow: {}", told(&allowed));
    if !unknown.is_empty() {
        found.push_str(&format!("; not tried: {}", told(&unknown)));
    }
    if lacking.is_empty() {
        return Finding::ok("scopes", found);
    }
    let (what, lacking): (Vec<&str>, Vec<String>) = lacking.into_iter().unzip();
    found.push_str(&format!("; they lack the scopes for: {}", told(&what)));
    // A sign-in brings only the scopes that it asks for.
    let present = scopes.0.clone().unwrap_or_else(|| {
        NEEDS.iter().filter(|need| allowed.contains(&need.what)).map(|need| need.scope.to_owned()).collect()
    });
    let all: BTreeSet<String> = present.into_iter().chain(lacking).collect();
    let all: Vec<String> = all.into_iter().collect();
    let remedy = format!(
        "where the program needs these, sign in again with all scopes: zcrm login --browser --scope {}",
        all.join(",")
    );
    match allowed.is_empty() {
        true => Finding::fail("scopes", found, remedy),
        false => Finding::warn("scopes", found, remedy),
    }
}

#[cfg(test)]
mod tests {
    use super::covers;

    #[test]
    fn a_scope_covers_what_is_below_it() {
        for (scope, needed, expected) in [
            ("ZohoCRM.modules.ALL", "ZohoCRM.modules.leads.READ", true),
            ("ZohoCRM.modules.all", "ZohoCRM.modules.READ", true),
            ("ZohoCRM.modules.leads.ALL", "ZohoCRM.modules.READ", false),
            ("ZohoCRM.modules.READ", "ZohoCRM.modules.CREATE", false),
            ("ZohoCRM.modules.READ", "ZohoCRM.modules.ALL", true),
            ("ZohoCRM.bulk.ALL", "ZohoCRM.coql.READ", false),
            ("ZohoCRM.settings.ALL", "ZohoCRM.settings.modules.READ", true),
            ("ALL", "ZohoCRM.users.READ", false),
        ] {
            assert_eq!(covers(scope, needed), expected, "{scope} for {needed}");
        }
    }
}

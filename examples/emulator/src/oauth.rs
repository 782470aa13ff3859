//! Which grants and tokens exist, what they are good for, and how long.

use std::collections::{HashMap, HashSet, VecDeque};
use std::time::{Duration, Instant};

use crate::behaviour::Behaviour;

/// Access tokens that one refresh token gives within [`MINTING_WINDOW`].
const MINTED_AT_MOST: usize = 10;
const MINTING_WINDOW: Duration = Duration::from_secs(600);

/// Refresh tokens of one user; the next one deletes the oldest.
const REFRESH_TOKENS_OF_A_USER: usize = 20;

/// Whom an access token speaks for, and until when.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) user: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) expires: Instant,
}

impl Session {
    /// Whether a scope allows one of some operations, such as `READ`, in a group, such as `ZohoCRM.modules.leads`, or
    /// in one around it.
    pub(crate) fn allows(&self, group: &str, operations: &[&str]) -> bool {
        let wanted = group.to_ascii_lowercase();
        self.scopes.iter().any(|given| {
            let given = given.to_ascii_lowercase();
            let Some((group, operation)) = given.rsplit_once('.') else { return false };
            let around = wanted.strip_prefix(group).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
            around && (operation == "all" || operations.iter().any(|wanted| wanted.eq_ignore_ascii_case(operation)))
        })
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Grant {
    pub(crate) user: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) expires: Instant,
    /// The redirect URI of a grant that a browser carried; a self client's has none.
    pub(crate) redirect_uri: Option<String>,
    pub(crate) offline: bool,
}

#[derive(Debug)]
struct Refresh {
    token: String,
    user: String,
    scopes: Vec<String>,
    minted: VecDeque<Instant>,
}

#[derive(Debug)]
struct Access {
    session: Session,
    refresh: Option<String>,
    number: u64,
}

/// What an exchange or a refresh gives.
#[derive(Debug)]
pub(crate) struct Minted {
    pub(crate) access: String,
    pub(crate) refresh: Option<String>,
    pub(crate) scopes: Vec<String>,
}

/// Why no token was given, as Zoho names it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    InvalidCode,
    InvalidRedirectUri,
    TooMany,
}

/// The accounts server's memory.
#[derive(Debug)]
pub(crate) struct Oauth {
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
    pub(crate) redirect_uris: Vec<String>,
    grants: HashMap<String, Grant>,
    refresh: Vec<Refresh>,
    access: HashMap<String, Access>,
    consented: HashSet<String>,
    /// All grants and tokens ever made.
    made: Vec<String>,
    number: u64,
}

impl Oauth {
    pub(crate) fn new(client_id: String, client_secret: String, redirect_uri: String) -> Self {
        Self {
            client_id,
            client_secret,
            redirect_uris: vec![redirect_uri],
            grants: HashMap::new(),
            refresh: Vec::new(),
            access: HashMap::new(),
            consented: HashSet::new(),
            made: Vec::new(),
            number: 0,
        }
    }

    /// A grant as the API console makes it for a self client.
    pub(crate) fn new_grant(&mut self, user: &str, scopes: &[&str], life: Duration) -> String {
        self.add_grant(Grant {
            user: user.to_owned(),
            scopes: scopes.iter().map(|&scope| scope.to_owned()).collect(),
            expires: Instant::now() + life,
            redirect_uri: None,
            offline: true,
        })
    }

    pub(crate) fn add_grant(&mut self, grant: Grant) -> String {
        let code = self.new_token();
        self.grants.insert(code.clone(), grant);
        code
    }

    /// Whether consent was given before, which is when Zoho gives no further refresh token; notes that it is now.
    pub(crate) fn note_consent(&mut self, user: &str) -> bool {
        !self.consented.insert(user.to_owned())
    }

    pub(crate) fn exchange(
        &mut self,
        code: &str,
        redirect_uri: Option<&str>,
        behaviour: &Behaviour,
    ) -> Result<Minted, Refusal> {
        let grant = self.grants.get(code).filter(|grant| grant.expires > Instant::now());
        let grant = grant.ok_or(Refusal::InvalidCode)?;
        if grant.redirect_uri.is_some() && grant.redirect_uri.as_deref() != redirect_uri {
            return Err(Refusal::InvalidRedirectUri);
        }
        let grant = self.grants.remove(code).ok_or(Refusal::InvalidCode)?;
        let refresh = (grant.offline && behaviour.refresh_token_given).then(|| self.new_token());
        if let Some(token) = &refresh {
            self.add_refresh(Refresh {
                token: token.clone(),
                user: grant.user.clone(),
                scopes: grant.scopes.clone(),
                minted: VecDeque::from([Instant::now()]),
            });
        }
        let access = self.mint(&grant.user, &grant.scopes, refresh.clone(), behaviour);
        Ok(Minted { access, refresh, scopes: grant.scopes })
    }

    fn add_refresh(&mut self, refresh: Refresh) {
        let of_user = self.refresh.iter().filter(|known| known.user == refresh.user);
        if of_user.clone().count() >= REFRESH_TOKENS_OF_A_USER
            && let Some(oldest) = of_user.map(|known| known.token.clone()).next()
        {
            self.forget_refresh(&oldest);
        }
        self.refresh.push(refresh);
    }

    pub(crate) fn refresh(&mut self, token: &str, behaviour: &Behaviour) -> Result<Minted, Refusal> {
        let known = self.refresh.iter_mut().find(|known| known.token == token).ok_or(Refusal::InvalidCode)?;
        let now = Instant::now();
        known.minted.retain(|&minted| now.duration_since(minted) < MINTING_WINDOW);
        if behaviour.token_limit && known.minted.len() >= MINTED_AT_MOST {
            return Err(Refusal::TooMany);
        }
        known.minted.push_back(now);
        let (user, scopes) = (known.user.clone(), known.scopes.clone());
        let access = self.mint(&user, &scopes, Some(token.to_owned()), behaviour);
        Ok(Minted { access, refresh: None, scopes })
    }

    /// Makes an access token; the oldest of its refresh token's dies when there are too many.
    fn mint(&mut self, user: &str, scopes: &[String], refresh: Option<String>, behaviour: &Behaviour) -> String {
        let now = Instant::now();
        self.access.retain(|_, access| access.session.expires > now);
        let siblings = || self.access.iter().filter(|(_, access)| refresh.is_some() && access.refresh == refresh);
        if siblings().count() >= behaviour.live_tokens {
            let oldest = siblings().min_by_key(|(_, access)| access.number).map(|(token, _)| token.clone());
            oldest.and_then(|token| self.access.remove(&token));
        }
        self.number += 1;
        let session = Session { user: user.to_owned(), scopes: scopes.to_vec(), expires: now + behaviour.token_life };
        let token = self.new_token();
        self.access.insert(token.clone(), Access { session, refresh, number: self.number });
        token
    }

    /// A token in Zoho's shape.
    fn new_token(&mut self) -> String {
        let token = format!("1000.{:032x}.{:032x}", fastrand::u128(..), fastrand::u128(..));
        self.made.push(token.clone());
        token
    }

    pub(crate) fn secrets(&self) -> Vec<String> {
        self.made.iter().chain([&self.client_secret]).cloned().collect()
    }

    /// The session of an access token that is alive.
    pub(crate) fn session(&self, token: &str) -> Option<Session> {
        let access = self.access.get(token)?;
        (access.session.expires > Instant::now()).then(|| access.session.clone())
    }

    /// Kills an access token, or a refresh token with all its access tokens; whether there was one.
    pub(crate) fn revoke(&mut self, token: &str) -> bool {
        self.access.remove(token).is_some() || self.forget_refresh(token)
    }

    fn forget_refresh(&mut self, token: &str) -> bool {
        let before = self.refresh.len();
        self.refresh.retain(|known| known.token != token);
        self.access.retain(|_, access| access.refresh.as_deref() != Some(token));
        self.refresh.len() < before
    }

    /// Kills every access token; refresh tokens live on.
    pub(crate) fn expire_now(&mut self) {
        self.access.clear();
    }

    /// Kills the access tokens of a user, and the refresh tokens too if asked.
    pub(crate) fn revoke_user(&mut self, user: &str, with_refresh: bool) {
        self.access.retain(|_, access| access.session.user != user);
        if with_refresh {
            self.refresh.retain(|known| known.user != user);
        }
    }
}

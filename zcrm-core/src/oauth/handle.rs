//! The handle that an application signs its users in and out with.

use std::sync::Arc;
use std::time::Duration;

use super::authorize::{AuthorizationRequest, Redirect};
use super::source::{Granted, TokenSource};
use crate::config::DataCenter;
use crate::error::{Error, Result};
use crate::secret::Secret;
use crate::token::{GrantToken, InvalidUserIdentifier, OAuthTokens, UserIdentifier};

/// Signing in and out: `client.oauth()`. Cheap to make and to clone.
///
/// Applications exchange a grant once a user; from then on calls find their access token by themselves, renew it before
/// it dies and share it with all threads and with all processes that use the same store.
///
/// # How tokens stay fresh
///
/// - A token is renewed [`refresh_margin`](crate::config::HttpOptions::refresh_margin) before its end, at most half of
///   its life early, and in the background: calls go on with it meanwhile. When the renewal fails, the token is used
///   until its end, a warning is logged, and the renewal is tried again after 10 s. A program that ends meanwhile loses
///   nothing.
/// - Refreshes are single-flight: one thread per user refreshes, the others wait for it; users never wait for each
///   other. Processes and hosts coordinate through the store's refresh lock. A refresh holds it for as long as the
///   slowest token request takes, with 15 s for the store: [`call_timeout`](crate::config::HttpOptions::call_timeout)
///   and 27 s. Others wait for 5 s longer, then read the store once more, and fail with
///   [`RefreshBusy`](crate::ErrorKind::RefreshBusy); nothing is ever refreshed without the lock.
/// - A token that Zoho rejects is replaced. Where a fresh one (less than 10 minutes old and never accepted) is
///   rejected, and its successor as well, the data center, the environment or the client is wrong: for 10 minutes a
///   rejection is then no reason for a token request. A token that another process stores is taken at once.
/// - When Zoho rate-limits token requests, none is sent for that refresh token until `Retry-After` is over, or for 10
///   minutes. Other users and new grants are not held up. Stores that can pass the knowledge on to other processes.
/// - A refreshed token that cannot be saved is used from memory, and saved at the next call. Saving is then tried after
///   1, 2, 4 ... 64 s, and only over what is surely older: never over a newer grant or a deleted user.
/// - A refused refresh token is not sent again until the store holds another one; a refused client id or secret is sent
///   again after a minute.
/// - Where no URL is configured and Zoho says that a user's tokens are of another known data center, that user's
///   requests go there from now on. The data center is kept with the tokens, so that other processes know it too; for
///   a store without a place for it see [`set_data_center`](Self::set_data_center).
///
/// Every error that these methods return was logged once, at ERROR.
///
/// ```no_run
/// # fn main() -> Result<(), zcrm_core::Error> {
/// # let client: zcrm_core::Client = unimplemented!();
/// use zcrm_core::GrantToken;
///
/// if !client.oauth().is_token_generated("abc@xyz.com")? {
///     let granted = client.oauth().generate_access_token(GrantToken::new("1000.code-from-the-console"))?;
///     println!("signed in as {}", granted.user());
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
#[doc(alias = "ZohoOAuth")]
#[doc(alias = "ZohoOAuthClient")]
pub struct OAuth {
    tokens: Arc<TokenSource>,
    user: Option<UserIdentifier>,
}

impl OAuth {
    /// The handle of a client; `user` is the configured one, or that of `for_user`.
    pub(crate) fn new(tokens: Arc<TokenSource>, user: Option<UserIdentifier>) -> Self {
        Self { tokens, user }
    }

    /// Exchanges a grant token for tokens and keeps them.
    ///
    /// The name they are kept under is the configured one where it equals the e-mail address that Zoho gives, ignoring
    /// case, and Zoho's otherwise; see [`Granted`]. Zoho tells the address with the scope `AaaServer.profile.READ`
    /// ([`scope::PROFILE`](super::scope::PROFILE)) only; without it a user has to be configured.
    ///
    /// Zoho accepts a grant once, within minutes, and from the client and data center it was made for. So the refresh
    /// lock is taken and the store is read first, and the tokens are saved before Zoho is asked whose they are: a store
    /// that is down does not cost the grant, nor does a crash during that question. A stored row that cannot be read,
    /// because it is damaged or encrypted with another key, is replaced. (Without a configured user the name is needed
    /// before the save.)
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// use zcrm_core::{ErrorKind, GrantToken};
    ///
    /// match client.oauth().generate_access_token(GrantToken::new("1000.code-from-the-console")) {
    ///     Ok(granted) => println!("signed in as {}", granted.user()),
    ///     Err(error) if error.kind() == ErrorKind::InvalidGrant => println!("make a new code: {error}"),
    ///     Err(error) => return Err(error),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// - [`Persistence`](crate::ErrorKind::Persistence): the store cannot be read;
    ///   [`RefreshBusy`](crate::ErrorKind::RefreshBusy): another thread or process holds the user's refresh lock for
    ///   too long. The grant was not sent and is still good.
    /// - [`InvalidInput`](crate::ErrorKind::InvalidInput): the grant token is empty.
    /// - [`TokensNotSaved`](crate::ErrorKind::TokensNotSaved): the grant is spent and the tokens could not be saved, or
    ///   no user is configured and Zoho names none. [`Error::tokens`] holds them; see
    ///   [`save_tokens`](Self::save_tokens).
    /// - [`InvalidGrant`](crate::ErrorKind::InvalidGrant), [`InvalidClient`](crate::ErrorKind::InvalidClient),
    ///   [`InvalidClientSecret`](crate::ErrorKind::InvalidClientSecret),
    ///   [`InvalidRedirect`](crate::ErrorKind::InvalidRedirect), [`AccessDenied`](crate::ErrorKind::AccessDenied),
    ///   [`Scope`](crate::ErrorKind::Scope), [`OAuth`](crate::ErrorKind::OAuth): Zoho refuses; the text says what to
    ///   correct.
    /// - [`NoRefreshToken`](crate::ErrorKind::NoRefreshToken): the consent brought no refresh token, and the store
    ///   holds none of this user.
    /// - [`TokenThrottled`](crate::ErrorKind::TokenThrottled), [`Connect`](crate::ErrorKind::Connect),
    ///   [`Tls`](crate::ErrorKind::Tls), [`AccountsServer`](crate::ErrorKind::AccountsServer): no useful answer; the
    ///   text says whether the grant may be spent.
    #[doc(alias = "generateAccessToken")]
    pub fn generate_access_token(&self, grant: GrantToken) -> Result<Granted> {
        logged(self.tokens.exchange(self.user.as_ref(), &grant, None))
    }

    /// The same with what a web redirect brought. The grant is exchanged at the accounts server that the redirect
    /// names, unless the configuration names one, which is never overridden. This user's requests go to that data
    /// center from then on; other users' are not affected.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// // `address` is what the browser came back with, `state` was kept in the user's session.
    /// # let (address, state) = ("https://app.example/callback?code=1000.FAKE&state=S", "S");
    /// let redirect = client.oauth().read_redirect(address, state)?;
    /// let granted = client.oauth().accept_redirect(redirect)?;
    /// let client = client.for_user(granted.user().clone())?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`generate_access_token`](Self::generate_access_token).
    pub fn accept_redirect(&self, redirect: Redirect) -> Result<Granted> {
        let named = redirect.accounts_url().map(str::to_owned);
        logged(self.tokens.exchange(self.user.as_ref(), &redirect.into_grant(), named.as_deref()))
    }

    /// Keeps a refresh token that the application already has, under `user`, with the access token that it buys. Whose
    /// token it really is, is not checked.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// use zcrm_core::Secret;
    ///
    /// client.oauth().generate_access_token_from_refresh_token(Secret::new("1000.FAKE"), "abc@xyz.com")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`generate_access_token`](Self::generate_access_token), with
    /// [`InvalidRefreshToken`](crate::ErrorKind::InvalidRefreshToken) in place of `InvalidGrant`, and
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for an empty refresh token and for a text that cannot be a user
    /// identifier.
    pub fn generate_access_token_from_refresh_token<U>(&self, refresh_token: Secret, user: U) -> Result<Granted>
    where
        U: TryInto<UserIdentifier>,
        InvalidUserIdentifier: From<U::Error>,
    {
        logged(identifier(user).and_then(|user| self.tokens.adopt(&user, &refresh_token)))
    }

    /// A working access token of `user`, for requests that are sent at once. It is the one that calls would use now, so
    /// as little as a second of its life may be left; for other programs take
    /// [`get_access_token_lasting`](Self::get_access_token_lasting).
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let token = client.oauth().get_access_token("abc@xyz.com")?;
    /// let header = format!("Zoho-oauthtoken {}", token.expose());
    /// # let _ = header;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// - [`NoTokens`](crate::ErrorKind::NoTokens): the store holds none of this user.
    /// - [`NoRefreshToken`](crate::ErrorKind::NoRefreshToken): the stored access token is dead, and there is no refresh
    ///   token beside it.
    /// - [`Persistence`](crate::ErrorKind::Persistence), [`RefreshBusy`](crate::ErrorKind::RefreshBusy): the store
    ///   cannot be read, or somebody else holds its refresh lock for too long.
    /// - [`InvalidRefreshToken`](crate::ErrorKind::InvalidRefreshToken): the user has to consent again.
    /// - [`InvalidInput`](crate::ErrorKind::InvalidInput): the text cannot be a user identifier.
    /// - The refusals and failures of the accounts server, as for
    ///   [`generate_access_token`](Self::generate_access_token).
    pub fn get_access_token<U>(&self, user: U) -> Result<Secret>
    where
        U: TryInto<UserIdentifier>,
        InvalidUserIdentifier: From<U::Error>,
    {
        let token = identifier(user).and_then(|user| self.tokens.access_token(&user));
        logged(token.map(|token| token.secret().clone()))
    }

    /// An access token of `user` that lives for `at_least` so long, for programs that are handed one. The token in use
    /// is renewed first if its end is nearer. Zoho decides how long tokens live, usually an hour: half of that is
    /// promised at most, so that asking for more does not cost a token request each time.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), zcrm_core::Error> {
    /// # let client: zcrm_core::Client = unimplemented!();
    /// use std::time::Duration;
    ///
    /// let token = client.oauth().get_access_token_lasting("abc@xyz.com", Duration::from_secs(600))?;
    /// # let _ = token;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`get_access_token`](Self::get_access_token), also when a token with too little life left still works.
    pub fn get_access_token_lasting<U>(&self, user: U, at_least: Duration) -> Result<Secret>
    where
        U: TryInto<UserIdentifier>,
        InvalidUserIdentifier: From<U::Error>,
    {
        let token = identifier(user).and_then(|user| self.tokens.lasting_token(&user, at_least));
        logged(token.map(|token| token.secret().clone()))
    }

    /// Asks Zoho for a new access token now, whatever is left of the present one. Calls do this by themselves; Zoho
    /// gives 10 in 10 minutes.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// client.oauth().refresh("abc@xyz.com")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`get_access_token`](Self::get_access_token).
    #[doc(alias = "refresh_access_token")]
    pub fn refresh<U>(&self, user: U) -> Result<()>
    where
        U: TryInto<UserIdentifier>,
        InvalidUserIdentifier: From<U::Error>,
    {
        logged(identifier(user).and_then(|user| self.tokens.refresh(&user)))
    }

    /// Revokes the user's refresh token at Zoho, which kills its access tokens too, then deletes the user from the
    /// store.
    ///
    /// A token that Zoho does not know any more counts as revoked. When Zoho cannot be asked, nothing is deleted: try
    /// again, or [`delete`](Self::delete). When Zoho revoked and the store fails, the store still holds the dead
    /// tokens: call this or `delete` again.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// client.oauth().revoke("abc@xyz.com")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// - [`NoTokens`](crate::ErrorKind::NoTokens): the store holds none of this user.
    /// - [`Persistence`](crate::ErrorKind::Persistence), [`RefreshBusy`](crate::ErrorKind::RefreshBusy): the store
    ///   failed; the text says whether Zoho revoked.
    /// - [`InvalidInput`](crate::ErrorKind::InvalidInput): the text cannot be a user identifier.
    /// - The refusals and failures of the accounts server.
    #[doc(alias = "revoke_refresh_token")]
    pub fn revoke<U>(&self, user: U) -> Result<()>
    where
        U: TryInto<UserIdentifier>,
        InvalidUserIdentifier: From<U::Error>,
    {
        logged(identifier(user).and_then(|user| self.tokens.revoke(&user)))
    }

    /// Deletes the user's tokens from the store. Zoho is not asked and the tokens live on there; see
    /// [`revoke`](Self::revoke). A user who is not there is no error.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// client.oauth().delete("abc@xyz.com")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Persistence`](crate::ErrorKind::Persistence) or [`RefreshBusy`](crate::ErrorKind::RefreshBusy): the tokens are
    /// still there. [`InvalidInput`](crate::ErrorKind::InvalidInput): the text cannot be a user identifier.
    pub fn delete<U>(&self, user: U) -> Result<()>
    where
        U: TryInto<UserIdentifier>,
        InvalidUserIdentifier: From<U::Error>,
    {
        logged(identifier(user).and_then(|user| self.tokens.delete(&user)))
    }

    /// Whether tokens of `user` are there. The store is read; nothing is sent, so whether Zoho still accepts them is
    /// not known.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// if !client.oauth().is_token_generated("abc@xyz.com")? {
    ///     println!("abc@xyz.com has to sign in first");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Persistence`](crate::ErrorKind::Persistence) when the store cannot be read: that is not the same as "no".
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput): the text cannot be a user identifier.
    #[doc(alias = "isTokenGenerated")]
    pub fn is_token_generated<U>(&self, user: U) -> Result<bool>
    where
        U: TryInto<UserIdentifier>,
        InvalidUserIdentifier: From<U::Error>,
    {
        logged(identifier(user).and_then(|user| self.tokens.is_known(&user)))
    }

    /// Saves tokens that an error carried ([`Error::tokens`]), under [`OAuthTokens::user`]. Where the store holds a
    /// newer access token of the same refresh token, that one is kept, which is no error.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// use zcrm_core::GrantToken;
    ///
    /// if let Err(error) = client.oauth().generate_access_token(GrantToken::new("1000.FAKE")) {
    ///     // The grant is spent. When the store works again, its tokens can still be saved.
    ///     let Some(tokens) = error.tokens() else { return Err(error) };
    ///     client.oauth().save_tokens(tokens)?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput): the access or the refresh token is empty, or the store holds
    /// newer tokens of another sign-in ([`delete`](Self::delete) the user first to replace them).
    /// [`Persistence`](crate::ErrorKind::Persistence) or [`RefreshBusy`](crate::ErrorKind::RefreshBusy): they are still
    /// not saved.
    #[doc(alias = "save_oauth_tokens")]
    pub fn save_tokens(&self, tokens: &OAuthTokens) -> Result<()> {
        logged(self.tokens.save(tokens))
    }

    /// Tells which data center the tokens of `user` are of, where no URL is configured and the store does not keep it:
    /// for programs whose users are of several, at their start. What the store keeps with the tokens counts for more,
    /// and configured URLs are never overridden.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// use zcrm_core::config::DataCenter;
    ///
    /// client.oauth().set_data_center("abc@xyz.com", DataCenter::Eu)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput): the text cannot be a user identifier.
    pub fn set_data_center<U>(&self, user: U, center: DataCenter) -> Result<()>
    where
        U: TryInto<UserIdentifier>,
        InvalidUserIdentifier: From<U::Error>,
    {
        logged(identifier(user).map(|user| self.tokens.set_data_center(&user, center)))
    }

    /// The beginning of a web client's consent: where to send the user's browser.
    ///
    /// Scopes are Zoho's names, such as those in [`scope`](super::scope); add
    /// [`scope::PROFILE`](super::scope::PROFILE) so that the user's name can be checked.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// use zcrm_core::oauth::scope;
    ///
    /// let request = client.oauth().authorization_request([scope::MODULES, scope::PROFILE])?;
    /// println!("send the browser to {}, and keep {} in its session", request.url(), request.state());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput): no scope, or one with a comma or a blank.
    /// [`Io`](crate::ErrorKind::Io): the operating system gives no random numbers.
    pub fn authorization_request<S: AsRef<str>>(
        &self,
        scopes: impl IntoIterator<Item = S>,
    ) -> Result<AuthorizationRequest> {
        let config = self.tokens.config();
        logged(AuthorizationRequest::new(config.accounts_url(), config.client_id(), config.redirect_uri(), scopes))
    }

    /// Takes apart the URL, or the query alone, that the browser came back with; `state` is the one of the
    /// [`AuthorizationRequest`], kept meanwhile in the user's session.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// use zcrm_core::ErrorKind;
    ///
    /// # let (address, state) = ("https://app.example/callback?code=1000.FAKE&state=S", "S");
    /// match client.oauth().read_redirect(address, state) {
    ///     Ok(redirect) => drop(client.oauth().accept_redirect(redirect)?),
    ///     Err(error) if error.kind() == ErrorKind::AccessDenied => println!("the user declined"),
    ///     Err(error) => return Err(error),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// - [`AccessDenied`](crate::ErrorKind::AccessDenied): the user refused.
    /// - [`InvalidInput`](crate::ErrorKind::InvalidInput): the state is another one (somebody else's redirect, or an
    ///   old one), the grant is missing, or the redirect names an accounts server that is neither Zoho's nor the
    ///   configured one; nothing is sent there.
    /// - [`InvalidClient`](crate::ErrorKind::InvalidClient) and others: Zoho refused the request, for the reason in the
    ///   text.
    pub fn read_redirect(&self, redirected_to: &str, state: &str) -> Result<Redirect> {
        logged(Redirect::read(redirected_to, state, self.tokens.config()))
    }
}

fn identifier<U>(user: U) -> Result<UserIdentifier>
where
    U: TryInto<UserIdentifier>,
    InvalidUserIdentifier: From<U::Error>,
{
    user.try_into().map_err(|cause| Error::from(InvalidUserIdentifier::from(cause)))
}

fn logged<T>(outcome: Result<T>) -> Result<T> {
    outcome.map_err(Error::logged)
}

//! The handle that an application signs its users in and out with.

use std::sync::Arc;

use super::authorize::{AuthorizationRequest, Redirect};
use super::source::{Granted, TokenSource};
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
/// - A token is renewed [`refresh_margin`](crate::config::HttpOptions::refresh_margin) before its end, at most half of its
///   life early. Other threads go on with it meanwhile; when the renewal fails, it is used until its end and a warning is
///   logged.
/// - One thread a user renews, the others wait for it; users never wait for each other. Processes and hosts meet at the
///   store's refresh lock. They wait for as long as the slowest request for tokens takes, with 15 s for the store:
///   [`call_timeout`](crate::config::HttpOptions::call_timeout) and 27 s. Then the store is read once more, and the call
///   fails with [`RefreshBusy`](crate::ErrorKind::RefreshBusy); nothing is ever refreshed without the lock.
/// - A token that Zoho refuses is replaced once. One that it gave within 10 minutes and never accepted is not: the data centre,
///   the environment or the client is wrong. Zoho is then asked again after 10 minutes at the earliest; a token that
///   somebody else stores is taken at once.
/// - When Zoho limits token requests, this client asks for none until `Retry-After` is over, or for 10 minutes.
/// - A refreshed token that cannot be saved is used from memory, and saved at the next call. Saving is then tried after
///   1, 2, 4 ... 64 s.
/// - A refused refresh token is not sent again until the store holds another one; a refused client id or secret is sent
///   again after a minute.
/// - Where no URL is configured and Zoho says that the tokens are of another known data centre, the client goes on with
///   that one, and a warning shows the two lines to add to the configuration.
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
    /// The store is read first, so a store that is down does not cost the grant. Zoho accepts a grant once, within
    /// minutes, and from the client and data centre it was made for.
    ///
    /// # Errors
    ///
    /// - [`Persistence`](crate::ErrorKind::Persistence): the store cannot be read; the grant was not sent and is still good.
    /// - [`TokensNotSaved`](crate::ErrorKind::TokensNotSaved): the grant is spent and the tokens could not be saved, or no user is
    ///   configured and Zoho names none. [`Error::tokens`] holds them; see [`save_tokens`](Self::save_tokens).
    /// - [`InvalidGrant`](crate::ErrorKind::InvalidGrant), [`InvalidClient`](crate::ErrorKind::InvalidClient),
    ///   [`InvalidClientSecret`](crate::ErrorKind::InvalidClientSecret), [`InvalidRedirect`](crate::ErrorKind::InvalidRedirect),
    ///   [`AccessDenied`](crate::ErrorKind::AccessDenied), [`Scope`](crate::ErrorKind::Scope), [`OAuth`](crate::ErrorKind::OAuth): Zoho refuses;
    ///   the text says what to correct.
    /// - [`NoRefreshToken`](crate::ErrorKind::NoRefreshToken): the consent brought no refresh token, and the store holds none of
    ///   this user.
    /// - [`TokenThrottled`](crate::ErrorKind::TokenThrottled), [`Connect`](crate::ErrorKind::Connect), [`Tls`](crate::ErrorKind::Tls),
    ///   [`AccountsServer`](crate::ErrorKind::AccountsServer): no useful answer; the text says whether the grant may be spent.
    #[doc(alias = "generateAccessToken")]
    pub fn generate_access_token(&self, grant: GrantToken) -> Result<Granted> {
        logged(self.tokens.exchange(self.user.as_ref(), &grant, &self.tokens.accounts_url()))
    }

    /// The same with what a web redirect brought. The grant is exchanged at the accounts server that the redirect names,
    /// unless the configuration names one, which is never overridden.
    ///
    /// # Errors
    ///
    /// As [`generate_access_token`](Self::generate_access_token).
    pub fn accept_redirect(&self, redirect: Redirect) -> Result<Granted> {
        let accounts_url = self.tokens.accounts_url_of(redirect.accounts_url());
        logged(self.tokens.exchange(self.user.as_ref(), &redirect.into_grant(), &accounts_url))
    }

    /// Keeps a refresh token that the application already has, under `user`, with the access token that it buys. Whose
    /// token it really is, is not checked.
    ///
    /// # Errors
    ///
    /// As [`generate_access_token`](Self::generate_access_token), with
    /// [`InvalidRefreshToken`](crate::ErrorKind::InvalidRefreshToken) in place of `InvalidGrant`, and
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for a text that cannot be a user identifier.
    pub fn generate_access_token_from_refresh_token<U>(&self, refresh_token: Secret, user: U) -> Result<Granted>
    where
        U: TryInto<UserIdentifier>,
        InvalidUserIdentifier: From<U::Error>,
    {
        logged(identifier(user).and_then(|user| self.tokens.adopt(&user, &refresh_token)))
    }

    /// A working access token of `user`, for requests that this library does not send. It is renewed first when it is
    /// near its end.
    ///
    /// # Errors
    ///
    /// - [`NoTokens`](crate::ErrorKind::NoTokens): the store holds none of this user.
    /// - [`Persistence`](crate::ErrorKind::Persistence), [`RefreshBusy`](crate::ErrorKind::RefreshBusy): the store cannot be read, or
    ///   somebody else holds its refresh lock for too long.
    /// - [`InvalidRefreshToken`](crate::ErrorKind::InvalidRefreshToken): the user has to consent again.
    /// - [`InvalidInput`](crate::ErrorKind::InvalidInput): the text cannot be a user identifier.
    /// - The refusals and failures of the accounts server, as for
    ///   [`generate_access_token`](Self::generate_access_token).
    #[doc(alias = "get_access_token")]
    pub fn access_token<U>(&self, user: U) -> Result<Secret>
    where
        U: TryInto<UserIdentifier>,
        InvalidUserIdentifier: From<U::Error>,
    {
        let token = identifier(user).and_then(|user| self.tokens.access_token(&user));
        logged(token.map(|token| token.secret().clone()))
    }

    /// Asks Zoho for a new access token now, whatever is left of the present one. Calls do this by themselves; Zoho gives
    /// 10 in 10 minutes.
    ///
    /// # Errors
    ///
    /// As [`access_token`](Self::access_token).
    #[doc(alias = "refresh_access_token")]
    pub fn refresh<U>(&self, user: U) -> Result<()>
    where
        U: TryInto<UserIdentifier>,
        InvalidUserIdentifier: From<U::Error>,
    {
        logged(identifier(user).and_then(|user| self.tokens.refresh(&user)).map(drop))
    }

    /// Revokes the user's refresh token at Zoho, which kills its access tokens too, then deletes the user from the store.
    ///
    /// A token that Zoho does not know any more counts as revoked. When Zoho cannot be asked, nothing is deleted: try
    /// again, or [`delete`](Self::delete). When Zoho revoked and the store fails, the store still holds the dead tokens:
    /// call this or `delete` again.
    ///
    /// # Errors
    ///
    /// - [`NoTokens`](crate::ErrorKind::NoTokens): the store holds none of this user.
    /// - [`Persistence`](crate::ErrorKind::Persistence), [`RefreshBusy`](crate::ErrorKind::RefreshBusy): the store failed; the text says
    ///   whether Zoho revoked.
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
    /// # Errors
    ///
    /// [`Persistence`](crate::ErrorKind::Persistence) or [`RefreshBusy`](crate::ErrorKind::RefreshBusy): the tokens are still there.
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput): the text cannot be a user identifier.
    pub fn delete<U>(&self, user: U) -> Result<()>
    where
        U: TryInto<UserIdentifier>,
        InvalidUserIdentifier: From<U::Error>,
    {
        logged(identifier(user).and_then(|user| self.tokens.delete(&user)))
    }

    /// Whether tokens of `user` are there. The store is read; nothing is sent, so whether Zoho still accepts them is not
    /// known.
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

    /// Saves tokens that an error carried ([`Error::tokens`]), under [`OAuthTokens::user`].
    ///
    /// # Errors
    ///
    /// [`Persistence`](crate::ErrorKind::Persistence) or [`RefreshBusy`](crate::ErrorKind::RefreshBusy): they are still not saved.
    #[doc(alias = "save_oauth_tokens")]
    pub fn save_tokens(&self, tokens: &OAuthTokens) -> Result<()> {
        logged(self.tokens.save(tokens))
    }

    /// The beginning of a web client's consent: where to send the user's browser.
    ///
    /// Scopes are Zoho's names, such as those in [`scope`](super::scope); add
    /// [`scope::PROFILE`](super::scope::PROFILE) so that the user's name can be checked.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput): no scope, or one with a comma or a blank. [`Io`](crate::ErrorKind::Io): the
    /// operating system gives no random numbers.
    pub fn authorization_request<S: AsRef<str>>(
        &self,
        scopes: impl IntoIterator<Item = S>,
    ) -> Result<AuthorizationRequest> {
        let config = self.tokens.config();
        logged(AuthorizationRequest::new(
            &self.tokens.accounts_url(),
            config.client_id(),
            config.redirect_uri(),
            scopes,
        ))
    }

    /// Takes apart the URL, or the query alone, that the browser came back with; `state` is the one of the
    /// [`AuthorizationRequest`], kept meanwhile in the user's session.
    ///
    /// # Errors
    ///
    /// - [`AccessDenied`](crate::ErrorKind::AccessDenied): the user refused.
    /// - [`InvalidInput`](crate::ErrorKind::InvalidInput): the state is another one (somebody else's redirect, or an old one),
    ///   the grant is missing, or the redirect names an accounts server that is neither Zoho's nor the configured one;
    ///   nothing is sent there.
    /// - [`InvalidClient`](crate::ErrorKind::InvalidClient) and others: Zoho refused the request, for the reason in the text.
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

//! Revocation and deletion.

use super::failure::{no_stored_refresh_token, store_failed};
use super::token_source::TokenSource;
use crate::error::Result;
use crate::token::UserIdentifier;

impl TokenSource {
    /// Revokes the user's refresh token at Zoho, then forgets the user.
    pub(in crate::oauth) fn revoke(&self, user: &UserIdentifier) -> Result<()> {
        let entry = self.entry(user);
        let _guard = self.guard(user, &entry, self.guard_timeout())?;
        let mut lock = self.lock(user, self.lock_timeout(), self.lease())?;
        let stored = self.settled(user, &entry, &mut lock)?.ok_or_else(|| self.gone(user, &entry))?;
        if stored.refresh_token().is_blank() {
            return Err(no_stored_refresh_token(user));
        }
        self.learn_servers(&entry, &stored);
        self.accounts.revoke(&self.servers_of(Some(user)).accounts_url, stored.refresh_token())?;
        entry.state().forget_tokens();
        log::info!("the tokens of {user} are revoked");
        self.store.delete_oauth_tokens(user).map_err(|cause| {
            store_failed(
                "the tokens are revoked at Zoho, yet could not be deleted from the store; delete them again",
                cause,
            )
        })
    }

    /// Forgets the user; Zoho is not told.
    pub(in crate::oauth) fn delete(&self, user: &UserIdentifier) -> Result<()> {
        let entry = self.entry(user);
        let _guard = self.guard(user, &entry, self.guard_timeout())?;
        let _lock = self.lock(user, self.lock_timeout(), self.lease())?;
        self.store
            .delete_oauth_tokens(user)
            .map_err(|cause| store_failed("the tokens could not be deleted; they are still there", cause))?;
        entry.state().forget_tokens();
        Ok(())
    }
}

//! One token, sealed and opened: `zcrm1.KEY-ID.BASE64(nonce, ciphertext, tag)`.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use zcrm_core::Secret;
use zcrm_core::persistence::{PersistenceError, PersistenceErrorKind};
use zeroize::Zeroizing;

use super::key::{EncryptionKey, ID_LENGTH};

/// Says that a text is sealed, and how. Zoho's tokens begin with `1000.`.
const PREFIX: &str = "zcrm1.";
const NONCE: usize = 24;
const TAG: usize = 16;

#[derive(Clone, Copy)]
pub(super) enum Field {
    Access,
    Refresh,
}

impl Field {
    /// What the ciphertext is bound to: neither users nor fields can be exchanged.
    fn bound_to(self, user: &str) -> Vec<u8> {
        let name = match self {
            Self::Access => "access_token",
            Self::Refresh => "refresh_token",
        };
        [PREFIX.as_bytes(), name.as_bytes(), &[0], user.as_bytes()].concat()
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Access => "the access token",
            Self::Refresh => "the refresh token",
        })
    }
}

pub(super) enum Opened {
    Token(Secret),
    Plaintext,
    UnknownKey { id: String },
    Forged,
}

/// How long a token of so many bytes is once sealed.
pub(super) fn sealed_length(token: usize) -> usize {
    PREFIX.len() + ID_LENGTH + 1 + ((NONCE + token + TAG) * 4).div_ceil(3)
}

/// The longest token that is at most `sealed` bytes long once it is sealed.
pub(super) fn room_within(sealed: usize) -> usize {
    let base64 = sealed.saturating_sub(PREFIX.len() + ID_LENGTH + 1);
    // In whole groups of 4 and a rest, as base64 without padding has it.
    (base64 / 4 * 3 + (base64 % 4).saturating_sub(1)).saturating_sub(NONCE + TAG)
}

pub(super) fn seal(key: &EncryptionKey, field: Field, user: &str, token: &Secret) -> Result<Secret, PersistenceError> {
    let failed = |what: &str| PersistenceError::new(PersistenceErrorKind::Other, what.to_owned());
    let mut nonce = [0; NONCE];
    getrandom::fill(&mut nonce).map_err(|cause| failed("the system gives no random numbers").with_source(cause))?;
    let bound_to = field.bound_to(user);
    let payload = Payload { msg: token.expose().as_bytes(), aad: &bound_to };
    let ciphertext = XChaCha20Poly1305::new(Key::from_slice(key.bytes()))
        .encrypt(XNonce::from_slice(&nonce), payload)
        .map_err(|_| failed("a token cannot be encrypted"))?;
    let body = URL_SAFE_NO_PAD.encode([nonce.as_slice(), &ciphertext].concat());
    Ok(Secret::new(format!("{PREFIX}{}.{body}", key.id())))
}

pub(super) fn open(keys: &[EncryptionKey], field: Field, user: &str, stored: &Secret) -> Opened {
    let Some(sealed) = stored.expose().strip_prefix(PREFIX) else { return Opened::Plaintext };
    let Some((id, body)) = sealed.split_once('.') else { return Opened::Forged };
    let Some(key) = keys.iter().find(|key| key.id() == id) else {
        // What stands there is shown in an error: only an id may be.
        let is_id = id.len() == ID_LENGTH && id.bytes().all(|byte| byte.is_ascii_hexdigit());
        return if is_id { Opened::UnknownKey { id: id.to_owned() } } else { Opened::Forged };
    };
    let Ok(body) = URL_SAFE_NO_PAD.decode(body) else { return Opened::Forged };
    let Some((nonce, ciphertext)) = body.split_at_checked(NONCE) else { return Opened::Forged };
    let bound_to = field.bound_to(user);
    XChaCha20Poly1305::new(Key::from_slice(key.bytes()))
        .decrypt(XNonce::from_slice(nonce), Payload { msg: ciphertext, aad: &bound_to })
        .ok()
        .map(Zeroizing::new)
        .and_then(|plain| std::str::from_utf8(&plain).ok().map(Secret::from))
        .map_or(Opened::Forged, Opened::Token)
}

//! The key: 32 bytes, from a file or the environment.

use std::fmt;
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use sha2::{Digest, Sha256};
use zcrm_core::persistence::{PersistenceError, PersistenceErrorKind};
use zeroize::Zeroizing;

const BYTES: usize = 32;
/// The length of a key's id, in hexadecimal digits.
pub(super) const ID_LENGTH: usize = 8;
/// A key file is no longer than this.
const LONGEST_FILE: u64 = 4096;

/// What Windows' editors put in front of UTF-8.
const BYTE_ORDER_MARK: char = '\u{feff}';
/// What text in UTF-16 begins with.
const UTF_16_MARKS: [&[u8]; 2] = [b"\xFF\xFE", b"\xFE\xFF"];
const WANTED: &str = "it has to be 64 hexadecimal digits or base64 of 32 bytes; make one: openssl rand -base64 32";

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A key of 32 random bytes, written as 64 hexadecimal digits or as base64. To make one:
///
/// ```sh
/// (umask 077; openssl rand -base64 32 > zcrm.key)
/// ```
///
/// It does not print, and is overwritten in memory when it is dropped.
#[derive(Clone)]
pub struct EncryptionKey {
    bytes: Zeroizing<[u8; BYTES]>,
    id: String,
}

impl EncryptionKey {
    /// The key that a text holds.
    ///
    /// # Errors
    ///
    /// [`Setup`](PersistenceErrorKind::Setup) when it is neither 64 hexadecimal digits nor base64 of 32 bytes.
    pub fn from_text(text: &str) -> Result<Self, PersistenceError> {
        Self::parse(text, "the encryption key")
    }

    /// The key in an environment variable. Other programs of the same user can read a process's environment; a file is
    /// the better place.
    ///
    /// # Errors
    ///
    /// [`Setup`](PersistenceErrorKind::Setup) when it is not set or holds no key.
    pub fn from_env(variable: &str) -> Result<Self, PersistenceError> {
        let place = format!("the encryption key in the environment variable {variable}");
        let text = std::env::var(variable).map(Zeroizing::new);
        // The cause would show the variable's content.
        Self::parse(&text.map_err(|_| setup(format!("{place} is not set, or is no text")))?, &place)
    }

    /// The key in a file, which on Unix only its owner may read (`chmod 600`).
    ///
    /// # Errors
    ///
    /// [`Setup`](PersistenceErrorKind::Setup) when the file cannot be read, can be read by others, is not UTF-8 (a byte
    /// order mark is fine), or holds no key.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, PersistenceError> {
        let path = path.as_ref();
        let place = format!("the encryption key in {}", path.display());
        let unreadable = |cause| setup(format!("{place} cannot be read")).with_source(cause);
        let file = File::open(path).map_err(unreadable)?;
        let found = file.metadata().map_err(unreadable)?;
        if is_open_to_others(&found) {
            return Err(setup(format!("{place} can be read by others; run: chmod 600 {}", path.display())));
        }
        let mut bytes = Zeroizing::new(Vec::with_capacity(LONGEST_FILE as usize));
        file.take(LONGEST_FILE).read_to_end(&mut bytes).map_err(unreadable)?;
        if UTF_16_MARKS.iter().any(|mark| bytes.starts_with(mark)) {
            return Err(setup(format!(
                "{place} is UTF-16, as PowerShell 5 writes it with > and Out-File; write it with: Set-Content -Encoding ascii"
            )));
        }
        match std::str::from_utf8(&bytes) {
            Ok(text) => Self::parse(text, &place),
            Err(_) => Err(setup(format!("{place} is no text: {WANTED}"))),
        }
    }

    fn parse(text: &str, place: &str) -> Result<Self, PersistenceError> {
        let text = text.trim_start_matches(BYTE_ORDER_MARK).trim();
        let mut bytes = Zeroizing::new([0; BYTES]);
        let known = if text.len() == 2 * BYTES { hex(text, &mut bytes) } else { base64(text, &mut bytes) };
        known.ok_or_else(|| setup(format!("{place} is none: {WANTED}")))?;
        let hash = Sha256::new().chain_update("zcrm key id\0").chain_update(bytes.as_slice()).finalize();
        let id = hash.iter().take(ID_LENGTH / 2).map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { bytes, id })
    }

    /// The id that stands beside what this key encrypted: 8 hexadecimal digits of a hash, from which the key cannot be
    /// found.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn bytes(&self) -> &[u8; BYTES] {
        &self.bytes
    }
}

fn hex(text: &str, bytes: &mut [u8; BYTES]) -> Option<()> {
    for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
        let [high, low] = digits else { return None };
        let digit = |character: u8| char::from(character).to_digit(16);
        *byte = u8::try_from(digit(*high)? * 16 + digit(*low)?).ok()?;
    }
    Some(())
}

fn base64(text: &str, bytes: &mut [u8; BYTES]) -> Option<()> {
    let decoded = Zeroizing::new(BASE64.decode(text).ok()?);
    if decoded.len() != BYTES {
        return None;
    }
    bytes.copy_from_slice(&decoded);
    Some(())
}

fn setup(message: String) -> PersistenceError {
    PersistenceError::new(PersistenceErrorKind::Setup, message)
}

#[cfg(unix)]
fn is_open_to_others(file: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;

    file.permissions().mode() & 0o077 != 0
}

/// Windows keeps a user's files from others by default.
#[cfg(not(unix))]
fn is_open_to_others(_file: &fs::Metadata) -> bool {
    false
}

impl fmt::Debug for EncryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EncryptionKey({})", self.id)
    }
}

//! Certificates for servers that speak TLS.

use std::fs;
use std::path::Path;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};

use crate::Error;

/// What the certificate of a server with TLS looks like to its clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Certificate {
    /// Valid, for `localhost` and `127.0.0.1`.
    Valid,
    /// For another host.
    WrongName,
    /// Expired in 2001.
    Expired,
}

/// A certificate authority, as PEM, that has signed nothing here: for the test that an unknown one is refused.
///
/// # Errors
/// [`Error::Certificate`] when no key could be made.
pub fn unrelated_ca() -> Result<String, Error> {
    let key = KeyPair::generate()?;
    Ok(authority("An unrelated CA").self_signed(&key)?.pem())
}

impl Certificate {
    /// Writes `ca.pem`, `cert.pem` and `key.pem`.
    pub(crate) fn write(self, folder: &Path) -> Result<(), Error> {
        let ca_key = KeyPair::generate()?;
        let ca = authority("The test server's CA");
        let ca_pem = ca.self_signed(&ca_key)?.pem();

        let names = match self {
            Self::WrongName => vec!["elsewhere.example".to_owned()],
            Self::Valid | Self::Expired => vec!["localhost".to_owned(), "127.0.0.1".to_owned()],
        };
        let mut params = CertificateParams::new(names)?;
        params.distinguished_name.push(DnType::CommonName, "The test server");
        if self == Self::Expired {
            params.not_before = date_time_ymd(2000, 1, 1);
            params.not_after = date_time_ymd(2001, 1, 1);
        }
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &Issuer::new(ca, ca_key))?;

        fs::write(folder.join("ca.pem"), ca_pem)?;
        fs::write(folder.join("cert.pem"), certificate.pem())?;
        fs::write(folder.join("key.pem"), key.serialize_pem())?;
        Ok(())
    }
}

fn authority(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

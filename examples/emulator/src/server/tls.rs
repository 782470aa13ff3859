//! https with a certificate authority of the emulator's own, which can present bad certificates too.

use std::io;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;

use crate::behaviour::Certificate;
use crate::world::World;

/// Makes an authority and its certificates: what accepts TLS connections, and the authority in PEM.
pub(crate) fn acceptor(world: &Arc<World>) -> io::Result<(TlsAcceptor, String)> {
    let provider = Arc::new(ring::default_provider());
    let key = KeyPair::generate().map_err(io::Error::other)?;
    let mut authority = CertificateParams::new(Vec::new()).map_err(io::Error::other)?;
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.distinguished_name.push(DnType::CommonName, "zcrm-emulator authority");
    let pem = authority.self_signed(&key).map_err(io::Error::other)?.pem();
    let issuer = Issuer::new(authority, key);

    let here = ["127.0.0.1", "localhost"];
    let certificates = Certificates {
        world: Arc::clone(world),
        valid: certify(&here, 4096, &issuer, &provider)?,
        expired: certify(&here, 2001, &issuer, &provider)?,
        wrong_name: certify(&["elsewhere.example"], 4096, &issuer, &provider)?,
    };
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(certificates));
    Ok((TlsAcceptor::from(Arc::new(config)), pem))
}

fn certify(
    names: &[&str],
    until: i32,
    issuer: &Issuer<'_, KeyPair>,
    provider: &CryptoProvider,
) -> io::Result<Arc<CertifiedKey>> {
    let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
    let mut params = CertificateParams::new(names).map_err(io::Error::other)?;
    params.distinguished_name.push(DnType::CommonName, "zcrm-emulator");
    params.not_after = rcgen::date_time_ymd(until, 1, 1);
    let key = KeyPair::generate().map_err(io::Error::other)?;
    let certificate = params.signed_by(&key, issuer).map_err(io::Error::other)?;
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let certified = CertifiedKey::from_der(vec![certificate.der().clone()], key, provider);
    Ok(Arc::new(certified.map_err(io::Error::other)?))
}

/// Presents the certificate that the behaviour asks for at the time of the handshake.
#[derive(Debug)]
struct Certificates {
    world: Arc<World>,
    valid: Arc<CertifiedKey>,
    expired: Arc<CertifiedKey>,
    wrong_name: Arc<CertifiedKey>,
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let certificate = match self.world.behaviour.lock().certificate {
            Certificate::Valid => &self.valid,
            Certificate::Expired => &self.expired,
            Certificate::WrongName => &self.wrong_name,
        };
        Some(Arc::clone(certificate))
    }
}

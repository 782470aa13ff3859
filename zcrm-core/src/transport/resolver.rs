//! Names of hosts, looked up.
//!
//! ureq 3.5 looks a host up for each request, also where a connection is there already, and starts a thread for it so
//! that it can be given up on. A host that is an address needs neither.

use std::net::IpAddr;

use ureq::Error;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;
use ureq::unversioned::transport::time::Duration;

/// Looks names up as ureq does, and addresses without a thread.
#[derive(Debug, Default)]
pub(super) struct Addresses(DefaultResolver);

impl Resolver for Addresses {
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
        let timeout = match host.parse::<IpAddr>() {
            Ok(_) => NextTimeout { after: Duration::NotHappening, ..timeout },
            Err(_) => timeout,
        };
        self.0.resolve(uri, config, timeout)
    }
}

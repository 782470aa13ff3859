//! Files at a URL that a response names.

use url::Url;

use crate::config::DataCenter;
use crate::error::{Error, ErrorKind, Result};
use crate::rest::parts::Host;
use crate::rest::request::Request;
use crate::rest::response::Response;
use crate::rest::session::Session;
use crate::transport::Method;

impl Session {
    /// A request for the file at a URL that a response of Zoho's names: a path on the host
    /// `of_paths`, or a whole URL. The
    /// request carries the token, so it goes to known hosts only: the API host, the configured `download_url`, and
    /// Zoho's hosts for downloads in the same data center.
    ///
    /// # Errors
    ///
    /// `WrongHost` for any other host; `InvalidResponse` for what is no URL.
    pub(crate) fn file_at(&self, location: &str, of_paths: Host) -> Result<Request<Response>> {
        let api = self.base_url(Host::Api);
        let unreadable = |cause: url::ParseError| {
            Error::new(ErrorKind::InvalidResponse, "Zoho names no URL for the file").with_source(cause)
        };
        let base = Url::parse(&api).map_err(unreadable)?;
        let url = Url::parse(&self.base_url(of_paths)).and_then(|base| base.join(location)).map_err(unreadable)?;
        let origin = url.origin().ascii_serialization();
        let host = if url.origin() == base.origin() {
            Host::Api
        } else if self.gives_downloads(&api, &origin) && url.password().is_none() && url.username().is_empty() {
            Host::Download
        } else {
            let message =
                format!("the file is said to be at {origin}, which is no known host of Zoho; nothing was sent there");
            return Err(Error::new(ErrorKind::WrongHost, message));
        };
        let mut request = Request::at(Method::Get, url.path().to_owned(), None::<&str>);
        request.edit(|parts| {
            parts.host = host;
            parts.origin = (host == Host::Download).then_some(origin);
            parts.query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        });
        Ok(request)
    }

    fn gives_downloads(&self, api: &str, origin: &str) -> bool {
        let configured = Url::parse(&self.base_url(Host::Download)).map(|url| url.origin().ascii_serialization());
        let center = DataCenter::from_api_url(api);
        configured.is_ok_and(|configured| configured == origin)
            || center.is_some() && DataCenter::from_download_url(origin) == center
    }
}

//! Whether a response to a request for a file is one.

use std::io::{self, Read};

use super::disposition::file_name;
use crate::error::{Error, ErrorKind};
use crate::rest::response::{excerpt, lost, rejection_in};
use crate::rest::retry::Failure;
use crate::transport::HttpResponse;

/// How much of a body is looked at.
const LOOK: u64 = 64 * 1024;

/// The name that Zoho gives its JSON responses.
const OF_A_RESPONSE: &str = "response.json";

/// The response, if it is a file by all that it says of itself: status, name, media type, and, where these leave it open,
/// its beginning. Nothing of it is lost. With `any_content`, JSON and HTML without a name are files as well.
pub(super) fn genuine(response: HttpResponse, any_content: bool) -> Result<HttpResponse, Failure> {
    let header = |name: &str| response.headers.get(name).unwrap_or_default().to_ascii_lowercase();
    let content_type = header("content-type");
    let typed = ["json", "html"].iter().any(|kind| content_type.contains(kind));
    let name = response.headers.get("content-disposition").and_then(file_name);
    let named = name.is_some_and(|name| name != OF_A_RESPONSE);
    let whole = matches!(response.status, 200 | 203);
    if whole && named {
        return Ok(response);
    }
    let HttpResponse { status, headers, mut body, .. } = response;
    let mut beginning = Vec::new();
    body.by_ref().take(LOOK).read_to_end(&mut beginning).map_err(|cause| lost(status, cause))?;
    let text = String::from_utf8_lossy(&beginning);
    if let Some(api) = rejection_in(&text) {
        let kind = ErrorKind::of_response(status, &api.code);
        let error = Error::new(kind, "Zoho rejected the request").with_status(status).with_api(api);
        return Err(Failure::of_response(error));
    }
    if ((typed || is_page(&text)) && !any_content) || !whole {
        let text = format!("Zoho's response is not a file; it begins with {:?}", excerpt(&text));
        return Err(Failure::permanent(Error::new(ErrorKind::InvalidResponse, text).with_status(status)));
    }
    drop(text);
    Ok(HttpResponse::new(status, headers, io::Cursor::new(beginning).chain(body)))
}

/// HTML, such as a gateway's page of an error.
fn is_page(text: &str) -> bool {
    let beginning: String = text.trim_start().chars().take(14).collect();
    let beginning = beginning.to_ascii_lowercase();
    ["<!doctype html", "<html"].iter().any(|start| beginning.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::Headers;

    fn judge(status: u16, headers: &[(&str, &str)], body: &str) -> Result<String, ErrorKind> {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let response = HttpResponse::new(status, Headers::new(headers), io::Cursor::new(body.to_owned().into_bytes()));
        match genuine(response, false) {
            Ok(file) => Ok(io::read_to_string(file.body).unwrap()),
            Err(failure) => Err(failure.error.kind()),
        }
    }

    #[test]
    fn files_of_all_kinds_are_files() {
        let long = "x".repeat(200_000);
        for body in ["", "{\"code\":\"x\"", "<svg/>", "[1]", long.as_str()] {
            assert_eq!(judge(200, &[("Content-Type", "image/png")], body).as_deref(), Ok(body));
            let json = [("Content-Type", "application/json"), ("Content-Disposition", "attachment; filename=a.json")];
            assert_eq!(judge(200, &json, body).as_deref(), Ok(body));
        }
    }

    #[test]
    fn a_response_in_place_of_a_file_is_an_error_whatever_its_form() {
        let rejection = r#"{"data":[{"code":"INVALID_DATA","status":"error","message":"x","details":{}}]}"#;
        let json = [("Content-Type", "application/json;charset=UTF-8")];
        let named = [("Content-Disposition", "attachment; filename=response.json")];
        for headers in [&[][..], &json, &named] {
            assert_eq!(judge(200, headers, rejection), Err(ErrorKind::InvalidRequest), "{headers:?}");
        }
        assert_eq!(judge(202, &[], rejection), Err(ErrorKind::InvalidRequest));
        for page in ["<html>", "\n<!DOCTYPE HTML>"] {
            assert_eq!(judge(200, &[], page), Err(ErrorKind::InvalidResponse), "{page}");
        }
        assert_eq!(judge(200, &[("Content-Type", "image/png")], "<HTML lang"), Err(ErrorKind::InvalidResponse));
        assert_eq!(judge(200, &json, "{\"data\":[]}"), Err(ErrorKind::InvalidResponse));
        assert_eq!(judge(200, &[("Content-Type", "text/html")], "<html>"), Err(ErrorKind::InvalidResponse));
        for status in [202, 206, 207] {
            assert_eq!(judge(status, &[], "bytes"), Err(ErrorKind::InvalidResponse), "{status}");
        }
    }
}

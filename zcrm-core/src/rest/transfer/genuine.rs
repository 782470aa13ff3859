//! Whether a response to a request for a file is one.

use std::collections::BTreeMap;
use std::io::{self, Read};

use serde::de::IgnoredAny;

use super::disposition::file_name;
use crate::error::{Error, ErrorKind};
use crate::rest::response::{excerpt, lost, rejection_in, without_mark};
use crate::rest::retry::Failure;
use crate::transport::HttpResponse;

/// How much of a body is looked at.
const LOOK: u64 = 64 * 1024;

/// The name that Zoho gives its JSON responses.
const OF_A_RESPONSE: &str = "response.json";

/// The response, if it is a file by all that it says of itself: status, name, media type and beginning. Nothing of it
/// is lost. With `json_too`, JSON without a name is a file as well.
pub(super) fn genuine(response: HttpResponse, json_too: bool) -> Result<HttpResponse, Failure> {
    let claim = Claim::of(&response, json_too);
    if claim.is_beyond_doubt() {
        return Ok(response);
    }
    let HttpResponse { status, headers, mut body, .. } = response;
    let mut beginning = Vec::new();
    body.by_ref().take(LOOK).read_to_end(&mut beginning).map_err(|cause| lost(status, cause))?;
    let text = String::from_utf8_lossy(&beginning);
    let text = without_mark(&text);
    if let Some(api) = rejection_in(text).filter(|_| claim.may_be_rejection(text)) {
        let kind = ErrorKind::of_response(status, &api.code);
        let error = Error::new(kind, "Zoho rejected the request").with_status(status).with_api(api);
        return Err(Failure::of_response(error));
    }
    if !claim.whole || claim.is_contradicted(text) {
        let text = format!("Zoho's response is not a file; it begins with {:?}", excerpt(text));
        return Err(Failure::permanent(Error::new(ErrorKind::InvalidResponse, text).with_status(status)));
    }
    Ok(HttpResponse::new(status, headers, io::Cursor::new(beginning).chain(body)))
}

/// What a response says of itself.
struct Claim {
    /// Whether the status is that of a whole file.
    whole: bool,
    /// The file's name, in lower case.
    name: Option<String>,
    /// The media type, in lower case.
    media_type: String,
    json_too: bool,
}

impl Claim {
    fn of(response: &HttpResponse, json_too: bool) -> Self {
        let name = response.headers.get("content-disposition").and_then(file_name);
        Self {
            whole: matches!(response.status, 200 | 203),
            name: name.map(|name| name.to_lowercase()).filter(|name| name != OF_A_RESPONSE),
            media_type: response.headers.get("content-type").unwrap_or_default().trim().to_ascii_lowercase(),
            json_too,
        }
    }

    fn is_named(&self, endings: &[&str]) -> bool {
        self.name.as_ref().is_some_and(|name| endings.iter().any(|ending| name.ends_with(ending)))
    }

    fn is_json(&self) -> bool {
        self.media_type.contains("json")
    }

    fn is_html(&self) -> bool {
        self.media_type.contains("html")
    }

    /// A name that fits the media type, or a media type that says nothing.
    fn is_beyond_doubt(&self) -> bool {
        let is_bytes = self.media_type.starts_with("application/") && !self.is_json();
        let fits = self.is_named(&[".json"]) && is_bytes || self.is_named(&[".htm", ".html"]);
        self.whole && fits
    }

    /// A JSON file of somebody's may look like Zoho's rejection; but then it has no other name, and Zoho sends files
    /// as bytes of no type of their own.
    fn may_be_rejection(&self, text: &str) -> bool {
        self.name.is_none() || is_status_of_error(text)
    }

    /// Whether it is something else by its beginning.
    fn is_contradicted(&self, text: &str) -> bool {
        let page = is_page(text);
        if self.name.is_some() {
            return page && self.is_html();
        }
        // Where JSON would do, nothing at all is no response.
        let nothing = text.is_empty() && self.media_type.is_empty();
        let json = self.is_json() || self.media_type.is_empty() && is_complaint(text);
        page || self.is_html() || if self.json_too { nothing } else { json }
    }
}

/// Whether it is an error of somebody's, Zoho's or not, in JSON.
fn is_complaint(text: &str) -> bool {
    let members = serde_json::from_str::<BTreeMap<String, IgnoredAny>>(text).unwrap_or_default();
    ["code", "message", "error", "errors", "status"].iter().any(|name| members.contains_key(*name))
}

/// Whether it is a rejection as Zoho writes them, with `"status": "error"`, alone or in a list.
fn is_status_of_error(text: &str) -> bool {
    let text: String = text.chars().filter(|character| !character.is_whitespace()).collect();
    text.starts_with('{') && text.contains(r#""status":"error""#)
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
        judge_with(false, status, headers, body)
    }

    fn judge_with(json_too: bool, status: u16, headers: &[(&str, &str)], body: &str) -> Result<String, ErrorKind> {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let response = HttpResponse::new(status, Headers::new(headers), io::Cursor::new(body.to_owned().into_bytes()));
        match genuine(response, json_too) {
            Ok(file) => Ok(io::read_to_string(file.body).unwrap()),
            Err(failure) => Err(failure.error.kind()),
        }
    }

    #[test]
    fn files_of_all_kinds_are_files() {
        let long = "x".repeat(200_000);
        for body in ["", "{\"code\":\"x\"", "<svg/>", "[1]", long.as_str()] {
            assert_eq!(judge(200, &[("Content-Type", "image/png")], body).as_deref(), Ok(body));
            for media_type in ["application/json", "application/octet-stream", "text/html"] {
                for name in ["a.json", "a.pdf"] {
                    let disposition = format!("attachment; filename={name}");
                    let headers = [("Content-Type", media_type), ("Content-Disposition", &disposition)];
                    assert_eq!(judge(200, &headers, body).as_deref(), Ok(body), "{media_type} {name}");
                }
            }
        }
        for (media_type, name, body) in [
            ("application/octet-stream", "log.json", r#"{"code":"INVALID_DATA","status":"error"}"#),
            ("application/json", "log.json", r#"{"code":"INVALID_DATA","level":3}"#),
            ("text/html", "page.HTML", "<html>"),
            ("application/octet-stream", "page.txt", "<html>"),
        ] {
            let disposition = format!("attachment; filename={name}");
            let headers = [("Content-Type", media_type), ("Content-Disposition", &disposition)];
            assert_eq!(judge(200, &headers, body).as_deref(), Ok(body), "{media_type} {name}");
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
        for media_type in ["application/json", "application/octet-stream", "text/plain", "image/png", "", "text/html"] {
            for name in ["quote.pdf", "photo.png", "unknown"] {
                let disposition = format!("attachment; filename=\"{name}\"");
                let headers = [("Content-Type", media_type), ("Content-Disposition", &disposition)];
                assert_eq!(judge(200, &headers, rejection), Err(ErrorKind::InvalidRequest), "{media_type} {name}");
            }
        }
        for media_type in ["application/json", "text/plain", ""] {
            let own = [("Content-Type", media_type), ("Content-Disposition", "attachment; filename=a.json")];
            assert_eq!(judge(200, &own, rejection), Err(ErrorKind::InvalidRequest), "{media_type}");
        }
        let page = [("Content-Type", "text/html"), ("Content-Disposition", "attachment; filename=a.pdf")];
        assert_eq!(judge(200, &page, "<html>"), Err(ErrorKind::InvalidResponse));
        for untyped in [r#" {"message":"no such file"}"#, r#"{"error":{"x":1}}"#, r#"{"status":500,"data":[]}"#] {
            assert_eq!(judge(200, &[], untyped), Err(ErrorKind::InvalidResponse), "{untyped}");
        }
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
    #[test]
    fn where_json_is_a_file_a_page_is_none() {
        let json = [("Content-Type", "application/json")];
        assert_eq!(judge_with(true, 200, &json, "{\"data\":[]}").as_deref(), Ok("{\"data\":[]}"));
        for (media_type, body) in
            [("text/html", "<html>sign in</html>"), ("text/html", "<p>"), ("text/plain", "<!doctype html>")]
        {
            let page = judge_with(true, 200, &[("Content-Type", media_type)], body);
            assert_eq!(page, Err(ErrorKind::InvalidResponse), "{media_type} {body}");
        }
        assert_eq!(judge_with(true, 200, &[], ""), Err(ErrorKind::InvalidResponse));
        assert_eq!(judge_with(true, 200, &[("Content-Type", "image/png")], "").as_deref(), Ok(""));
        let named = [("Content-Type", "text/html"), ("Content-Disposition", "attachment; filename=mail.html")];
        assert_eq!(judge_with(true, 200, &named, "<html>").as_deref(), Ok("<html>"));
    }

    #[test]
    fn a_byte_order_mark_hides_nothing() {
        let rejection = "\u{feff}{\"code\":\"NO_PERMISSION\",\"status\":\"error\",\"message\":\"m\",\"details\":{}}";
        assert_eq!(judge(200, &[], rejection), Err(ErrorKind::InvalidRequest));
        assert_eq!(judge(200, &[], "\u{feff}<html>"), Err(ErrorKind::InvalidResponse));
        let file = "\u{feff}a,b";
        assert_eq!(judge(200, &[("Content-Type", "text/csv")], file).as_deref(), Ok(file));
    }
}

//! The look of all pages.

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

/// Part of each page, so that a page still looks right when the program that served it has ended.
const STYLE: &str = include_str!("style.css");

/// An envelope, as a data URL: an icon of its own would be one more request.
const ICON: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' \
                    height='16' rx='4' fill='%230b5cad'/%3E%3Cpath d='M4 5h8L4 11h8' fill='none' stroke='%23fff' \
                    stroke-width='1.8' stroke-linecap='round' stroke-linejoin='round'/%3E%3C/svg%3E";

/// Chromium keeps even a page with `no-store` as it was, for the back button.
const RELOAD: &str = "addEventListener('pagehide', () => { document.body.hidden = true; });\
                      addEventListener('pageshow', (event) => { if (event.persisted) location.reload(); });";

/// The headers that belong to each page.
///
/// * Nothing is loaded but the page's own style and icon, no script runs but that of [`reload_when_back`], forms go to
///   this server only, and no other page may frame this one.
/// * The page is not stored.
/// * Its address, in which a grant may be, is not passed on to other sites.
pub static HEADERS: LazyLock<[(&str, String); 6]> = LazyLock::new(|| {
    let hash = |text| STANDARD.encode(Sha256::digest(text));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; img-src data:; form-action 'self'; \
         frame-ancestors 'none'; base-uri 'none'",
        hash(STYLE),
        hash(RELOAD)
    );
    [
        ("content-type", "text/html; charset=utf-8".to_owned()),
        ("content-security-policy", policy),
        ("cache-control", "no-store".to_owned()),
        ("referrer-policy", "no-referrer".to_owned()),
        ("x-content-type-options", "nosniff".to_owned()),
        ("cross-origin-opener-policy", "same-origin".to_owned()),
    ]
});

/// A whole page.
#[must_use]
pub fn page(title: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " · Zoho CRM" }
                link rel="icon" href=(ICON);
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    p.brand { "Zoho CRM" }
                    (body)
                }
            }
        }
    }
}

/// Part of a page with something private: the back button shows it as it is now, not as it was before signing out.
#[must_use]
pub fn reload_when_back() -> Markup {
    html! { script { (PreEscaped(RELOAD)) } }
}

/// What a page tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// It worked.
    Success,
    /// It did not work.
    Failure,
    /// Neither.
    Information,
}

/// A page that tells one thing: what happened, and what to do next.
#[must_use]
pub fn notice(kind: Notice, title: &str, text: &Markup) -> Markup {
    page(title, &html! { (icon(kind)) h1 { (title) } (text) })
}

fn icon(kind: Notice) -> Markup {
    let (class, path) = match kind {
        Notice::Success => ("icon good", "M7 12.5l3.5 3.5L17 9"),
        Notice::Failure => ("icon bad", "M12 7v6M12 16.5v.5"),
        Notice::Information => ("icon info", "M12 11v6M12 7v.5"),
    };
    html! {
        svg class=(class) viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75"
            stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" {
            circle cx="12" cy="12" r="10" {}
            path d=(path) {}
        }
    }
}

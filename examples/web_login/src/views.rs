//! The pages.

use maud::{Markup, html};
use zcrm_pages::{Notice, notice, page, reload_when_back};

use crate::failure::{Failure, Remedy};
use crate::sessions::Session;

/// What is shown of a user: pairs of name and value.
pub(crate) struct Details {
    pub(crate) name: String,
    pub(crate) rows: Vec<(&'static str, String)>,
}

pub(crate) fn welcome() -> Markup {
    page(
        "Sign in",
        &html! {
            h1 { "Sign in to see your Zoho CRM profile" }
            p { "Zoho asks you for your consent first. This page never sees your password." }
            div.actions { (sign_in_button("Sign in with Zoho")) }
        },
    )
}

pub(crate) fn profile(details: &Details, session: &Session) -> Markup {
    page(
        &details.name,
        &html! {
            (reload_when_back())
            h1 { "Hello, " (details.name) }
            p.muted { "You are signed in to Zoho CRM." }
            dl {
                @for (name, value) in &details.rows {
                    div { dt { (name) } dd { (value) } }
                }
            }
            div.actions {
                (sign_out_form(session))
                a.button.second href="/login" { "Use another account" }
            }
        },
    )
}

pub(crate) fn signed_out() -> Markup {
    notice(
        Notice::Success,
        "You are signed out",
        &html! {
            p { "This browser no longer shows your profile. On a shared computer, sign out of Zoho itself too." }
            div.actions { (sign_in_button("Sign in again")) }
        },
    )
}

/// A failure, and what to do next; who is signed in can still sign out.
pub(crate) fn failed(failure: &Failure, session: Option<&Session>) -> Markup {
    notice(
        Notice::Failure,
        failure.title,
        &html! {
            p { (failure.text) }
            @if let Some(session) = session {
                (reload_when_back())
                p.muted { "You are signed in as " (session.user.as_str()) "." }
            }
            div.actions {
                @match failure.remedy {
                    Remedy::SignIn => { (sign_in_button("Sign in again")) }
                    Remedy::TryAgain | Remedy::Operator => { (start_button()) }
                }
                @if let Some(session) = session {
                    @if failure.remedy == Remedy::SignIn { a.button.second href="/" { "Start page" } }
                    (second_sign_out_form(session))
                }
            }
        },
    )
}

pub(crate) fn not_found() -> Markup {
    notice(
        Notice::Information,
        "There is no such page",
        &html! {
            p { "The address may be mistyped or out of date." }
            div.actions { (start_button()) }
        },
    )
}

fn sign_in_button(text: &str) -> Markup {
    html! { a.button href="/login" { (text) } }
}

fn start_button() -> Markup {
    html! { a.button href="/" { "Go to the start page" } }
}

fn sign_out_form(session: &Session) -> Markup {
    form(session, "button")
}

fn second_sign_out_form(session: &Session) -> Markup {
    form(session, "button second")
}

fn form(session: &Session, class: &str) -> Markup {
    html! {
        form method="post" action="/logout" {
            input type="hidden" name="token" value=(session.form_token);
            button class=(class) { "Sign out" }
        }
    }
}

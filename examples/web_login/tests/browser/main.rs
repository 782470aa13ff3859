//! The pages in a real browser: `make test-browser`.
//!
//! Pictures of every page in every state, on a phone and on a desk, light and dark, are left in `target/pages`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(unreachable_pub, reason = "a test is a crate of its own")]

mod driver;
mod look;
#[path = "../support/mod.rs"]
mod support;

use std::net::SocketAddr;
use std::thread;

use driver::Browser;
use support::{ABC, OTHER, Site, free_address};
use zcrm_emulator::{Fault, On, Reply};
use zcrm_pages::Redirects;

/// A page that listens where its redirect_uri leads.
fn site() -> Site {
    let address = free_address();
    Site::start(&format!("http://localhost:{}/callback", address.port()), Some(&address.to_string()))
}

/// Clicks through Zoho's page.
async fn consent(browser: &Browser, user: &str, decision: &str) {
    browser.click(&format!("//option[text()='{user}']")).await;
    browser.click(&format!("//button[@value='{decision}']")).await;
}

async fn sign_in(browser: &Browser, site: &Site, user: &str) {
    browser.open(&site.url).await;
    browser.click("//a[@href='/login']").await;
    consent(browser, user, "allow").await;
    browser.heading("Hello, ").await;
}

#[test]
fn a_user_signs_in_reloads_goes_back_changes_the_account_and_signs_out() {
    let site = site();
    driver::run(async |browser| {
        sign_in(&browser, &site, ABC).await;
        assert!(browser.text().await.contains(ABC));
        browser.client.refresh().await.unwrap();
        browser.heading("Hello, ").await;

        // Back to Zoho's page, and consent once more, as somebody else.
        browser.client.back().await.unwrap();
        consent(&browser, OTHER, "allow").await;
        browser.heading("Hello, ").await;
        assert!(browser.text().await.contains(OTHER));

        browser.click("//a[text()='Use another account']").await;
        consent(&browser, ABC, "allow").await;
        browser.heading("Hello, ").await;
        assert!(browser.text().await.contains(ABC));

        browser.click("//button[text()='Sign out']").await;
        browser.heading("You are signed out").await;
        browser.client.back().await.unwrap();
        browser.heading("Sign in to see").await;
        browser.assert_silent().await;
    });
}

#[test]
fn two_tabs_sign_in_in_turn() {
    let site = site();
    driver::run(async |browser| {
        let first = browser.client.window().await.unwrap();
        let second = browser.client.new_window(true).await.unwrap().handle;
        for tab in [&first, &second] {
            browser.client.switch_to_window(tab.clone()).await.unwrap();
            browser.open(&site.url).await;
            browser.click("//a[@href='/login']").await;
        }
        for (tab, user) in [(&first, ABC), (&second, OTHER)] {
            browser.client.switch_to_window(tab.clone()).await.unwrap();
            consent(&browser, user, "allow").await;
            browser.heading("Hello, ").await;
            assert!(browser.text().await.contains(user));
        }
    });
}

#[test]
fn a_refusal_leads_to_a_page_from_which_one_can_go_on() {
    let site = site();
    driver::run(async |browser| {
        browser.open(&site.url).await;
        browser.click("//a[@href='/login']").await;
        consent(&browser, ABC, "refuse").await;
        browser.heading("You refused access").await;
        browser.click("//a[text()='Sign in again']").await;
        consent(&browser, ABC, "allow").await;
        browser.heading("Hello, ").await;
    });
}

#[test]
fn every_page_in_every_state_looks_right() {
    let site = site();
    let long = "maximiliane.katharina.von.und.zu.hohenzollern-sigmaringen@international-subsidiaries.example.com";
    site.emulator.new_grant(long);
    driver::run(async |browser| {
        let url = &site.url;
        browser.open(url).await;
        look::check(&browser, "welcome").await;
        browser.open(&format!("{url}/nothing-here")).await;
        look::check(&browser, "not-found").await;
        browser.open(&format!("{url}/callback?code=1&state=2")).await;
        look::check(&browser, "sign-in-not-valid").await;
        browser.open(&format!("{url}/login")).await;
        consent(&browser, ABC, "refuse").await;
        browser.heading("You refused").await;
        look::check(&browser, "refused").await;
        let state = browser.address().await.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
        browser.open(&format!("{url}/callback?code=1&state={state}")).await;
        look::check(&browser, "expired").await;

        sign_in(&browser, &site, ABC).await;
        look::check(&browser, "profile").await;
        browser.open(&format!("{url}/callback?code=1&state=2")).await;
        look::check(&browser, "sign-in-not-valid-signed-in").await;
        site.emulator.fault(On::path("/crm/v2/users"), Fault::Reply(Reply::html(502)));
        browser.open(url).await;
        look::check(&browser, "unreachable").await;
        site.emulator.clear_faults();
        browser.open(url).await;
        browser.run("document.querySelector('input[name=token]').value = 'stale'").await;
        browser.click("//button[text()='Sign out']").await;
        browser.heading("You have not been").await;
        look::check(&browser, "stale-form").await;
        sign_in(&browser, &site, long).await;
        look::check(&browser, "profile-long").await;
        browser.click("//button[text()='Sign out']").await;
        browser.heading("You are signed out").await;
        look::check(&browser, "signed-out").await;
    });
}

#[test]
fn the_page_for_a_program_on_this_machine_looks_right_in_every_state() {
    let redirects = Redirects::listen("127.0.0.1:0").unwrap();
    let address = redirects.address();
    let program = thread::spawn(move || {
        redirects.wait().unwrap().failed("You refused access at Zoho's page.");
        let redirect = redirects.wait().unwrap();
        while busy(address) != 409 {
            thread::yield_now();
        }
        redirect.signed_in(ABC);
        redirects
    });
    driver::run(async |browser| {
        let url = format!("http://{address}");
        browser.open(&format!("{url}/")).await;
        look::check(&browser, "program-nothing-here").await;
        browser.open(&format!("{url}/callback?error=access_denied")).await;
        look::check(&browser, "program-failed").await;
        browser.open(&format!("{url}/callback?code=1")).await;
        browser.heading("You are signed in").await;
        look::check(&browser, "program-signed-in").await;
        browser.client.refresh().await.unwrap();
        browser.heading("You are signed in").await;
        browser.open(&format!("{url}/callback?code=2")).await;
        look::check(&browser, "program-over").await;
    });
    drop(program.join().unwrap());
}

/// What another browser is told while the program is completing a sign-in.
fn busy(address: SocketAddr) -> u16 {
    let agent = ureq::Agent::config_builder().http_status_as_error(false).proxy(None).build();
    ureq::Agent::from(agent).get(format!("http://{address}/?code=other")).call().unwrap().status().as_u16()
}

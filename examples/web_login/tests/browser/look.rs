//! What makes a page pleasant, as far as it can be measured.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::driver::Browser;

/// A phone and a desk.
const SIZES: [(u32, u32); 2] = [(375, 667), (1280, 800)];

/// What is wrong with the page that is shown, as texts.
const FAULTS: &str = include_str!("faults.js");

/// Checks the page that is shown on a phone and on a desk, light and dark, and leaves pictures of it.
pub async fn check(browser: &Browser, name: &str) {
    browser.assert_silent().await;
    for (width, height) in SIZES {
        let mobile = width < 500;
        browser
            .command(
                "Emulation.setDeviceMetricsOverride",
                json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile}),
            )
            .await;
        for scheme in ["light", "dark"] {
            let features = json!([{"name": "prefers-color-scheme", "value": scheme}]);
            browser.command("Emulation.setEmulatedMedia", json!({"features": features})).await;
            let faults = browser.run(FAULTS).await;
            let page = format!("{name}-{width}-{scheme}");
            save(browser, &page).await;
            assert_eq!(faults, Value::Array(Vec::new()), "{page}");
        }
    }
    browser.command("Emulation.clearDeviceMetricsOverride", json!({})).await;
}

async fn save(browser: &Browser, page: &str) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("pages");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(format!("{page}.png")), browser.client.screenshot().await.unwrap()).unwrap();
}

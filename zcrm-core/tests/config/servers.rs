//! Servers, data centers and the sandbox.

use zcrm_core::config::DataCenter;

use super::{fault, with};

#[test]
fn one_url_implies_the_other() {
    for center in DataCenter::ALL {
        let (api, accounts) = (center.api_base_url(), center.accounts_url());
        for pairs in [[("api_base_url", api.as_str())], [("accounts_url", accounts.as_str())]] {
            let config = with(&pairs).unwrap();
            assert_eq!((config.api_base_url(), config.accounts_url()), (api.as_str(), accounts.as_str()));
            assert_eq!(config.data_center(), Some(center));
        }
    }
    assert_eq!(DataCenter::Ca.accounts_url(), "https://accounts.zohocloud.ca");
    assert_eq!(DataCenter::Ca.console_url(), "https://api-console.zohocloud.ca");
    assert_eq!(DataCenter::Ca.api_base_url(), "https://www.zohoapis.ca");
}

#[test]
fn a_data_center_is_known_by_code_and_by_hosts() {
    for center in DataCenter::ALL {
        assert_eq!(DataCenter::from_location(center.location()), Some(center));
        assert_eq!(DataCenter::from_accounts_url(&center.accounts_url()), Some(center));
        for api in [center.api_base_url(), center.sandbox_url()] {
            assert_eq!(DataCenter::from_api_url(&api), Some(center));
        }
    }
    assert_eq!(DataCenter::from_location("uk"), None);
    for foreign in ["https://accounts.zoho.com.example.com", "http://accounts.zoho.com", "https://accounts.zoho.ca", ""]
    {
        assert_eq!(DataCenter::from_accounts_url(foreign), None, "{foreign}");
    }
    for foreign in ["https://www.zohoapis.com.example.com", "http://www.zohoapis.com", "https://evil.zohoapis.com", ""]
    {
        assert_eq!(DataCenter::from_api_url(foreign), None, "{foreign}");
    }
}

#[test]
fn two_data_centers_are_a_fault_and_a_foreign_host_needs_both_urls() {
    let text = fault(&[("api_base_url", "https://www.zohoapis.eu"), ("accounts_url", "https://accounts.zoho.in")]);
    assert!(text.contains("IN") && text.contains("EU"), "{text}");
    assert!(fault(&[("api_base_url", "https://crm.example.com")]).contains("set accounts_url too"));
    assert!(fault(&[("accounts_url", "https://login.example.com")]).contains("set api_base_url too"));
    let both = [("api_base_url", "https://crm.example.com:8443/"), ("accounts_url", "https://login.example.com")];
    assert_eq!(with(&both).unwrap().api_base_url(), "https://crm.example.com:8443");
}

#[test]
fn http_leads_to_this_machine_only_and_a_url_is_scheme_and_host() {
    for host in ["http://127.0.0.1:8080", "http://127.8.9.1:80", "http://localhost:1", "http://[::1]:5"] {
        assert!(with(&[("api_base_url", host), ("accounts_url", host)]).is_ok(), "{host}");
    }
    for url in [
        "http://www.zohoapis.com",
        "http://localhost.example.com",
        "www.zohoapis.com",
        "ftp://www.zohoapis.com",
        "https://www.zohoapis.com/crm/v2",
        "https://www.zohoapis.com?x=1",
        "https://user:fake-canary@www.zohoapis.com",
    ] {
        let text = fault(&[("api_base_url", url)]);
        assert!(text.contains("api_base_url") && !text.contains("canary"), "{text}");
    }
}

#[test]
fn the_sandbox_is_that_of_the_data_center_or_an_error() {
    let sandbox = ("sandbox", "true");
    assert_eq!(with(&[sandbox]).unwrap().api_base_url(), "https://sandbox.zohoapis.com");
    let config = with(&[sandbox, ("api_base_url", "https://www.zohoapis.eu")]).unwrap();
    assert_eq!(config.api_base_url(), "https://sandbox.zohoapis.eu");
    assert_eq!(config.accounts_url(), "https://accounts.zoho.eu");
    let config = with(&[sandbox, ("accounts_url", "https://accounts.zohocloud.ca")]).unwrap();
    assert_eq!(config.api_base_url(), "https://sandbox.zohoapis.ca");
    for host in ["http://127.0.0.1:8080", "https://crm.example.com"] {
        assert!(fault(&[sandbox, ("api_base_url", host), ("accounts_url", host)]).contains("sandbox: no sandbox"));
    }
    assert!(fault(&[sandbox, ("api_base_url", "https://developer.zohoapis.com")]).contains("sandbox: no sandbox"));
    assert!(with(&[("api_base_url", "https://sandbox.zohoapis.com")]).unwrap().sandbox());
}

#[test]
fn files_go_to_the_servers_of_the_data_center() {
    for (api, upload, download) in [
        ("https://www.zohoapis.com", "https://content.zohoapis.com", "https://download-accl.zoho.com"),
        ("https://sandbox.zohoapis.com.au", "https://content.zohoapis.com.au", "https://download-accl.zoho.com.au"),
        ("https://developer.zohoapis.jp", "https://content.zohoapis.jp", "https://download-accl.zoho.jp"),
        ("https://www.zohoapis.ca", "https://upload.zohocloud.ca", "https://download-accl.zohocloud.ca"),
        ("https://www.zohoapis.sa", "https://files.zoho.sa", "https://download-accl.zoho.sa"),
    ] {
        let config = with(&[("api_base_url", api)]).unwrap();
        assert_eq!((config.file_upload_url(), config.download_url()), (upload, download), "{api}");
    }
    let config = with(&[("sandbox", "true"), ("accounts_url", "https://accounts.zoho.eu")]).unwrap();
    assert_eq!(config.file_upload_url(), "https://content.zohoapis.eu", "sandboxes share the server for files");
    assert_eq!(config.file_upload_url_in(DataCenter::Ca), "https://upload.zohocloud.ca");
    assert_eq!(config.download_url_in(DataCenter::Cn), "https://download-accl.zoho.com.cn");
}

#[test]
fn files_go_to_the_api_server_if_that_is_not_zohos() {
    let local = [("api_base_url", "http://127.0.0.1:8080"), ("accounts_url", "https://accounts.zoho.eu")];
    let config = with(&local).unwrap();
    assert_eq!(config.file_upload_url(), "http://127.0.0.1:8080");
    assert_eq!(config.download_url(), "http://127.0.0.1:8080");
}

#[test]
fn servers_for_files_can_be_set_but_not_to_another_data_center() {
    let own = [("file_upload_url", "https://files.example.com:8443/"), ("download_url", "http://[::1]:5")];
    let config = with(&own).unwrap();
    assert_eq!((config.file_upload_url(), config.download_url()), ("https://files.example.com:8443", "http://[::1]:5"));
    assert_eq!(config.file_upload_url_in(DataCenter::Eu), "https://files.example.com:8443");
    assert_eq!(config.download_url_in(DataCenter::Eu), "http://[::1]:5");
    let eu = ("api_base_url", "https://www.zohoapis.eu");
    assert!(with(&[eu, ("file_upload_url", "https://upload-accl.zoho.eu")]).is_ok());
    for (key, url) in [
        ("file_upload_url", "https://content.zohoapis.com"),
        ("file_upload_url", "https://upload.zoho.com"),
        ("download_url", "https://download.zoho.com"),
        ("download_url", "https://download-accl.zoho.com"),
    ] {
        let text = fault(&[eu, (key, url)]);
        assert!(text.contains(&format!("{key}: belongs to data center US")) && text.contains("EU"), "{text}");
    }
    for key in ["file_upload_url", "download_url"] {
        assert!(fault(&[(key, "https://content.zohoapis.com/crm")]).contains("remove the rest"));
        assert!(fault(&[(key, "http://files.example.com")]).contains("use https"));
    }
}

#[test]
fn a_server_for_files_is_known_by_its_host() {
    for center in DataCenter::ALL {
        assert_eq!(DataCenter::from_file_upload_url(&center.file_upload_url()), Some(center));
        assert_eq!(DataCenter::from_download_url(&center.download_url()), Some(center));
    }
    for foreign in
        ["https://content.zohoapis.com.example.com", "http://content.zohoapis.com", "https://zohoapis.com", ""]
    {
        assert_eq!(DataCenter::from_file_upload_url(foreign), None, "{foreign}");
        assert_eq!(DataCenter::from_download_url(foreign), None, "{foreign}");
    }
}

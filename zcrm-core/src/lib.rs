//! A blocking Zoho CRM SDK.

//! Custom views.

use std::collections::BTreeMap;

use serde_json::Value;

use super::ModuleHandle;
use crate::config::ApiVersion;
use crate::entity::{CustomView, CustomViewCategory, CustomViewId};
use crate::error::{Error, ErrorKind, Result};
use crate::resource::collection::{Collection, Definition, Get, Resource};
use crate::rest::Page;
use crate::transport::Method;

impl Definition for CustomView {
    type Id = CustomViewId;
    const NAME: &'static str = "a custom view";
    const KEY: &'static str = "custom_views";
}

impl Resource for CustomView {}
impl Get for CustomView {}

impl ModuleHandle {
    /// The custom views of the module; one that is read alone tells its criteria. Their records are those of
    /// [`records`](ModuleHandle::records) with [`custom_view`](crate::rest::List::custom_view). Scope:
    /// `ZohoCRM.settings.custom_views.READ`.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let leads = client.module("Leads");
    /// for view in leads.custom_views().list() {
    ///     let view = view?;
    ///     let Some(id) = view.id else { continue };
    ///     let records = leads.records().fields(["Last_Name"]).custom_view(id);
    ///     println!("{:?}: {}", view.name, records.send()?.items.len());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "get_all_customviews")]
    #[doc(alias = "get_customview")]
    #[must_use]
    pub fn custom_views(&self) -> Collection<CustomView> {
        self.settings("custom_views")
    }
}

impl Collection<CustomView> {
    /// Changes what a view is sorted by: its `sort_by` and `sort_order`. Nothing else of a view can be changed through
    /// the API.
    ///
    /// Up to v2.1 this is a PUT of the view, from v6 on its action `change_sort`; no version between has it (Zoho's
    /// pages and the schemas of its SDKs).
    ///
    /// ```no_run
    /// use zcrm_core::entity::{CustomView, FieldRef};
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let view = CustomView::with_id("3652397000000087501")
    ///     .sort_by(FieldRef::from("Last_Name").id("3652397000000002595"))
    ///     .sort_order("desc");
    /// client.module("Leads").custom_views().update_one(&view)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`], before anything is sent, when the view has no id or the order is neither `asc` nor
    /// `desc`; [`ErrorKind::Unsupported`] in v3 to v5; [`ErrorKind::InvalidRequest`] with [`Error::api`] when Zoho
    /// rejects the change; otherwise every kind that a request can fail with.
    #[doc(alias = "update_customview")]
    pub fn update_one(&self, view: &CustomView) -> Result<()> {
        let id = view.id.as_ref().map_or("", AsRef::as_ref);
        let version = self.session.version();
        let request = if version < ApiVersion::V3 {
            self.request(Method::Put, &[id])
        } else {
            self.request(Method::Put, &[id, "actions", "change_sort"])
        };
        let request = request.checked(check(view, version));
        let request = match view.to_changes() {
            Ok(body) => request.json(&BTreeMap::from([("custom_views", [body])])),
            Err(error) => request.fault(error),
        };
        self.session.run(&request.written(CustomView::KEY)).map(drop)
    }
}

fn check(view: &CustomView, version: ApiVersion) -> Result<()> {
    if view.id.as_ref().is_none_or(|id| id.as_str().trim().is_empty()) {
        return Err(Error::invalid("a custom view to be updated has no id; read it first, or set the id"));
    }
    if let Some(order) = view.sort_order.as_deref().filter(|order| !matches!(*order, "asc" | "desc")) {
        return Err(Error::invalid(format!("sort_order is {order:?}; use asc or desc")));
    }
    if (ApiVersion::V3..ApiVersion::V6).contains(&version) {
        let text = format!("Zoho's API {version} cannot sort a custom view; v2, v2.1, v6 and later can");
        return Err(Error::new(ErrorKind::Unsupported, text));
    }
    Ok(())
}

impl Page<CustomView> {
    /// What the categories of the views are called in the user's language (`info.translation`); none where Zoho tells
    /// none.
    #[must_use]
    pub fn categories(&self) -> Vec<CustomViewCategory> {
        let translation = self.info.other.get("translation").and_then(Value::as_object);
        let category = |(actual_value, name): (&String, &Value)| {
            let display_value = name.as_str()?.to_owned();
            Some(CustomViewCategory { actual_value: actual_value.clone(), display_value })
        };
        translation.into_iter().flatten().filter_map(category).collect()
    }
}

//! Custom views.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::ask::without_id;
use super::module::ModuleHandle;
use crate::config::ApiVersion;
use crate::entity::{CustomView, CustomViewCategory, CustomViewId};
use crate::error::{Error, Result};
use crate::transport::Method;

/// The custom views of a module, and what their categories are called.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CustomViews {
    /// The views.
    pub views: Vec<CustomView>,
    /// The categories in the user's language (`info.translation`); none where Zoho tells none.
    pub categories: Vec<CustomViewCategory>,
}

#[derive(Deserialize, Default)]
struct Info {
    #[serde(default)]
    translation: Map<String, Value>,
}

impl ModuleHandle {
    /// Lists the custom views of the module.
    ///
    /// Their records are those of [`records`](ModuleHandle::records) with
    /// [`custom_view`](super::records::ListRecords::custom_view).
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let leads = client.module("Leads");
    /// for view in leads.custom_views()?.views {
    ///     let Some(id) = view.id else { continue };
    ///     println!("{:?}: {}", view.name, leads.records().fields(["Last_Name"]).custom_view(id).iter().count());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Whatever a call can fail with, such as [`ErrorKind::Scope`](crate::ErrorKind::Scope) without `ZohoCRM.settings.custom_views.READ`.
    #[doc(alias = "get_all_customviews")]
    pub fn custom_views(&self) -> Result<CustomViews> {
        let reply = self.session.send(&self.settings(Method::Get, &["custom_views"])?)?;
        let answer = reply.rows("custom_views")?;
        let info: Info = answer.info.and_then(|info| serde_json::from_str(info.get()).ok()).unwrap_or_default();
        let category = |(actual_value, name): (String, Value)| {
            let display_value = name.as_str()?.to_owned();
            Some(CustomViewCategory { actual_value, display_value })
        };
        Ok(CustomViews { views: answer.rows, categories: info.translation.into_iter().filter_map(category).collect() })
    }

    /// Reads one custom view of the module, with its criteria.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// println!("{}", client.module("Leads").custom_view("3652397000000087501")?.criteria_condition());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) when there is no such view; whatever a call can fail with.
    #[doc(alias = "get_customview")]
    pub fn custom_view(&self, id: impl Into<CustomViewId>) -> Result<CustomView> {
        self.session.one(&self.settings(Method::Get, &["custom_views", id.into().as_str()])?, "custom_views")
    }

    /// Changes what a custom view is sorted by: its `sort_by` and `sort_order`; nothing else of a view can be changed
    /// through the API.
    ///
    /// In v2 this is a PUT of the view, from v3 on one of its action `change_sort`.
    ///
    /// ```no_run
    /// use zcrm_core::entity::{CustomView, FieldRef};
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let view = CustomView::with_id("3652397000000087501")
    ///     .sort_by(FieldRef::from("Last_Name").id("3652397000000002595"))
    ///     .sort_order("desc");
    /// client.module("Leads").update_custom_view(&view)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput), before anything is sent, when the view has no id or the order is neither `asc` nor
    /// `desc`; [`ErrorKind::InvalidRequest`](crate::ErrorKind::InvalidRequest) with [`Error::api`] when Zoho refuses the change; whatever a call can fail
    /// with.
    #[doc(alias = "update_customview")]
    pub fn update_custom_view(&self, view: &CustomView) -> Result<()> {
        let id = view.id.as_ref().ok_or_else(|| without_id("the custom view"))?;
        if let Some(order) = &view.sort_order
            && !matches!(order.as_str(), "asc" | "desc")
        {
            return Err(Error::invalid(format!("sort_order is {order:?}; use asc or desc")));
        }
        let call = if self.session.version() < ApiVersion::V3 {
            self.settings(Method::Put, &["custom_views", id.as_str()])?
        } else {
            self.settings(Method::Put, &["custom_views", id.as_str(), "actions", "change_sort"])?
        };
        let body = BTreeMap::from([("custom_views", [view.to_changes()?])]);
        self.session.write(&call.json(&body)?, "custom_views").map(drop)
    }
}

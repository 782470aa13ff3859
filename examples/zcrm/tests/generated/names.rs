// Written by `zcrm describe Names --rust`. Needs serde with its feature derive, serde_json and zcrm-core.

use serde::{Deserialize, Serialize};
#[allow(unused_imports)]
use zcrm_core::entity::{Lookup, UserRef};
#[allow(unused_imports)]
use zcrm_core::{Date, DateTime, Nullable, RecordId};

/// A record of Names. Read-only fields are not sent.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Names {
    /// The id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<RecordId>,
    /// Type /// of "it": picklist
    #[serde(rename = "Type", skip_serializing_if = "Nullable::is_absent")]
    pub type_: Nullable<NamesType>,
    /// type: text
    #[serde(rename = "type", skip_serializing_if = "Nullable::is_absent")]
    pub type_2: Nullable<String>,
    /// 2nd_Name: text
    #[serde(rename = "2nd_Name", skip_serializing_if = "Nullable::is_absent")]
    pub field_2nd_name: Nullable<String>,
    /// self: boolean
    #[serde(rename = "self", skip_serializing_if = "Nullable::is_absent")]
    pub self_: Nullable<bool>,
    /// Kinds: multiselectpicklist
    #[serde(rename = "Kinds", skip_serializing_if = "Nullable::is_absent")]
    pub kinds: Nullable<Vec<NamesKinds>>,
    /// Empty: picklist
    #[serde(rename = "Empty", skip_serializing_if = "Nullable::is_absent")]
    pub empty: Nullable<String>,
    /// Owner: ownerlookup
    #[serde(rename = "Owner", skip_serializing_if = "Nullable::is_absent")]
    pub owner: Nullable<UserRef>,
    /// New_Kind: something new
    #[serde(rename = "New_Kind", skip_serializing_if = "Nullable::is_absent")]
    pub new_kind: Nullable<serde_json::Value>,
}

/// A value of Type /// of "it".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum NamesType {
    /// -None-
    #[serde(rename = "-None-")]
    None,
    /// None
    #[serde(rename = "None")]
    None2,
    /// 10-20 %
    #[serde(rename = "10-20 %")]
    Value1020,
    /// 10 20
    #[serde(rename = "10 20")]
    Value10202,
    /// self
    #[serde(rename = "self")]
    Self_,
    /// 日本
    #[serde(rename = "日本")]
    Value,
    /// a "b" \ c
    #[serde(rename = "a \"b\" \\ c")]
    ABC,
    /// Other
    #[serde(rename = "Other")]
    Other2,
    /// A value that was not there when this was written.
    #[serde(untagged)]
    Other(String),
}

/// A value of Kinds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum NamesKinds {
    /// A
    #[serde(rename = "A")]
    A,
    /// A value that was not there when this was written.
    #[serde(untagged)]
    Other(String),
}

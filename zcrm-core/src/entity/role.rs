//! Roles.

use super::define::entity;
use super::id::RoleId;
use super::reference::{RoleRef, UserRef};
use super::time::DateTime;

entity! {
    /// A role: a place in the hierarchy of the organization.
    #[doc(alias = "ZCRMRole")]
    pub struct Role {
        /// The id.
        id: RoleId = "id",
        /// The name.
        name: String = "name",
        /// The name in the user's language.
        display_label: String = "display_label",
        /// What it is for.
        description: String = "description",
        /// The role above it. (Zoho's Ruby SDK takes it for a user; it is a role.)
        reporting_to: RoleRef = "reporting_to",
        /// The user who manages forecasts.
        forecast_manager: UserRef = "forecast_manager",
        /// Whether its users share data with each other.
        #[doc(alias = "is_share_with_peers")]
        share_with_peers: bool = "share_with_peers",
        /// Whether it is the administrators' role.
        #[doc(alias = "is_admin")]
        admin_user: bool = "admin_user",
        /// From later versions on: who made it (`created_by__s`).
        created_by: UserRef = "created_by__s",
        /// From later versions on: who changed it last (`modified_by__s`).
        modified_by: UserRef = "modified_by__s",
        /// From later versions on: when it was made (`created_time__s`).
        created_time: DateTime = "created_time__s",
        /// From later versions on: when it was changed last (`modified_time__s`).
        modified_time: DateTime = "modified_time__s",
    }
}

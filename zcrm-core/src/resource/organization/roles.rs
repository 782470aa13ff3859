//! Roles and profiles.

use crate::entity::{Profile, ProfileId, Role, RoleId};
use crate::resource::collection::{Definition, Get, Resource};

impl Definition for Role {
    type Id = RoleId;
    const NAME: &'static str = "a role";
    const KEY: &'static str = "roles";
}

impl Resource for Role {}
impl Get for Role {}

impl Definition for Profile {
    type Id = ProfileId;
    const NAME: &'static str = "a profile";
    const KEY: &'static str = "profiles";
}

impl Resource for Profile {}
impl Get for Profile {}

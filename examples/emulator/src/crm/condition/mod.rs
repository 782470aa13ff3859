//! Conditions on records, as COQL and bulk reading have them: exact and typed, unlike those of a search.
//!
//! | File | Holds |
//! |---|---|
//! | `column` | what a name such as `Account_Name.Owner.email` stands for |
//! | `compare` | how values compare, by the type of their field |
//! | `tree` | tests joined by and, or |

mod column;
mod compare;
mod tree;

pub(crate) use column::{Column, World};
pub(crate) use compare::{Operator, is_value};
pub(crate) use tree::{Condition, Test};

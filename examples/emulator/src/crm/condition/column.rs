//! What a name such as `Account_Name.Owner.email` stands for: a field, or one of a record that is looked up.

use serde_json::Value;

use crate::crm::metadata::{self, Field, Kind, Module};
use crate::crm::row::{Fields, Row, id_of};
use crate::crm::store::{Record, Store};
use crate::crm::users::Users;

/// Fields of a user that can be reached through an owner.
const OF_USERS: [&str; 9] =
    ["id", "email", "first_name", "last_name", "full_name", "status", "role", "profile", "Reporting_To"];

/// Where look-ups lead.
#[derive(Clone, Copy)]
pub(crate) struct World<'a> {
    pub(crate) records: &'a Store,
    pub(crate) users: &'a Users,
}

/// A column.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    /// As it was written.
    pub(crate) name: String,
    steps: Vec<Step>,
    last: String,
    pub(crate) kind: Kind,
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Record(&'static Field, &'static Module),
    User(&'static Field),
    /// The role or profile of a user.
    Member(&'static str),
}

impl Column {
    /// The column of that name, if there is one.
    pub(crate) fn find(module: &'static Module, name: &str) -> Option<Self> {
        let mut steps = Vec::new();
        let mut at = At::Module(module);
        let mut names = name.split('.').peekable();
        loop {
            let next = names.next()?;
            if names.peek().is_none() {
                let kind = at.kind(next)?;
                return Some(Self { name: name.to_owned(), steps, last: next.to_owned(), kind });
            }
            let (step, reached) = at.step(next)?;
            steps.push(step);
            at = reached;
        }
    }

    /// Look-ups on the way.
    pub(crate) fn joins(&self) -> usize {
        self.steps.len()
    }

    /// Whether it is a field of the record itself.
    pub(crate) fn is_own(&self, field: &str) -> bool {
        self.steps.is_empty() && self.last == field
    }

    /// Its own field, if it is one.
    pub(crate) fn own_field(&self) -> Option<&str> {
        self.steps.is_empty().then_some(&self.last)
    }

    /// Its value in a record.
    pub(crate) fn value(&self, world: World<'_>, record: &Record<'_>) -> Value {
        let Some((first, rest)) = self.steps.split_first() else {
            return record.value(&self.last).into_owned();
        };
        match first {
            Step::Record(field, module) => {
                let id = id_of(&record.value(field.api_name));
                let next = id.and_then(|id| world.records.shelf(module).record(id));
                let further = Self { steps: rest.to_vec(), ..self.clone() };
                next.map(|next| further.value(world, &next)).unwrap_or_default()
            }
            Step::User(field) => {
                let user = world.users.named(&record.value(field.api_name));
                user.map(|user| self.of_user(rest, user)).unwrap_or_default()
            }
            Step::Member(_) => Value::Null,
        }
    }

    fn of_user(&self, steps: &[Step], user: &Row) -> Value {
        let value = match steps.first() {
            Some(Step::Member(name)) => user.get(*name).map(|member| member[&self.last].clone()),
            _ => user.get(&self.last).cloned(),
        };
        value.unwrap_or_default()
    }
}

/// Where the next name is looked for.
enum At {
    Module(&'static Module),
    User,
    Member,
}

impl At {
    fn kind(&self, name: &str) -> Option<Kind> {
        match self {
            Self::Module(_) if name == "id" => Some(Kind::Id),
            Self::Module(module) if module.api_name == "Leads" && matches!(name, "$converted" | "Converted__s") => {
                Some(Kind::Boolean)
            }
            Self::Module(module) => Some(module.field(name)?.kind),
            Self::User if matches!(name, "id") => Some(Kind::Id),
            Self::User if matches!(name, "role" | "profile" | "Reporting_To") => Some(Kind::User),
            Self::User => OF_USERS.contains(&name).then_some(Kind::Text),
            Self::Member if name == "id" => Some(Kind::Id),
            Self::Member => (name == "name").then_some(Kind::Text),
        }
    }

    fn step(&self, name: &str) -> Option<(Step, Self)> {
        match self {
            Self::Module(module) => {
                let field = module.field(name)?;
                match field.kind {
                    Kind::Lookup(target) => {
                        let target = metadata::find(target)?;
                        Some((Step::Record(field, target), Self::Module(target)))
                    }
                    Kind::User => Some((Step::User(field), Self::User)),
                    _ => None,
                }
            }
            Self::User => match name {
                "role" => Some((Step::Member("role"), Self::Member)),
                "profile" => Some((Step::Member("profile"), Self::Member)),
                _ => None,
            },
            Self::Member => None,
        }
    }
}

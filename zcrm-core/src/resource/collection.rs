//! Collections: what is uniform about the things that Zoho lists, written once.

use std::fmt;
use std::marker::PhantomData;

use serde::de::DeserializeOwned;
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::value::RawValue;

use crate::config::ApiVersion;
use crate::entity::Members;
use crate::error::{Error, Result};
use crate::rest::{
    Batch, BatchReport, Effect, Key, List, Listing, Outcome, Request, Response, Row, Saved, Session, comma_list,
};
use crate::transport::Method;

/// Things of one kind, such as roles, a module's fields, or a record's notes: a handle that sends nothing until one of
/// its verbs is called. Every collection has the same verbs; those that Zoho does not offer for a kind do not compile.
///
/// ```no_run
/// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
/// use zcrm_core::entity::Variable;
///
/// for role in client.roles().list().all()? {
///     println!("{:?}", role.name);
/// }
/// let variable = Variable::new("Discount", "Discount", "integer").value(10);
/// client.variables().create(&[variable])?.into_result()?;
/// # Ok(())
/// # }
/// ```
pub struct Collection<T> {
    pub(super) session: Session,
    path: Vec<String>,
    query: Vec<(&'static str, String)>,
    scope: Scope,
    sizes: Sizes,
    item: PhantomData<fn() -> T>,
}

/// Where a collection is, for bodies that depend on it.
#[derive(Debug, Clone)]
pub struct Scope {
    pub(super) version: ApiVersion,
    /// The module and the id of the record that the collection belongs to.
    pub(super) record: Option<(String, String)>,
}

/// How many items a request takes; 0 where each item is written at its own path.
#[derive(Debug, Clone, Copy)]
pub struct Sizes {
    pub(super) create: usize,
    pub(super) update: usize,
    pub(super) delete: usize,
}

/// How a kind of thing is read, and written.
pub trait Definition: DeserializeOwned + 'static {
    /// The type of its id.
    type Id: AsRef<str>;
    /// What it is called in messages, with an article.
    const NAME: &'static str;
    /// Where its rows and results are.
    const KEY: &'static str;
    /// How many a request takes.
    const SIZES: Sizes = Sizes { create: 100, update: 100, delete: 100 };
    /// What a request for one of them names as fields from v3 on, where Zoho demands that.
    const FIELDS_OF_ONE: Option<&'static str> = None;

    /// What can be set about its listing.
    fn listing(request: Request<Response>) -> Listing {
        Listing::whole(request, Self::KEY)
    }
}

/// How a kind of thing is written.
pub trait Writable: Definition {
    /// Its id, if it has one.
    fn id(&self) -> Option<&str>;

    /// Where one is created, if that is not the path of its collection.
    fn created_at(_: &Scope) -> Option<&'static str> {
        None
    }

    /// What a create sends of it.
    fn body(&self, scope: &Scope) -> Result<Members>;

    /// What an update sends of it: of one that was read, what was changed since.
    fn changes(&self, scope: &Scope) -> Result<Members>;

    /// What an update at its own path sends of it.
    fn changes_of_one(&self, scope: &Scope) -> Result<Members> {
        self.changes(scope)
    }
}

/// A kind of thing that can be listed. It cannot be implemented outside of this crate.
pub trait Resource: Definition {}

/// A kind of thing of which one can be read by its id.
pub trait Get: Resource {}

/// A kind of thing that can be created.
pub trait Create: Resource + Writable {}

/// A kind of thing that can be updated.
pub trait Update: Resource + Writable {}

/// A kind of thing that can be deleted.
pub trait Delete: Resource {}

impl<T: Definition> Collection<T> {
    pub(crate) fn new<S: Into<String>>(session: &Session, path: impl IntoIterator<Item = S>) -> Self {
        Self {
            session: session.clone(),
            path: path.into_iter().map(Into::into).collect(),
            query: Vec::new(),
            scope: Scope { version: session.version(), record: None },
            sizes: T::SIZES,
            item: PhantomData,
        }
    }

    /// Every request has this parameter.
    pub(super) fn with_query(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self
    }

    /// The collection of a record, which its items may have to name.
    pub(super) fn of_record(mut self, module: &str, id: &str) -> Self {
        self.scope.record = Some((module.to_owned(), id.to_owned()));
        self.by_id()
    }

    /// Each item is updated and deleted at its own path.
    pub(super) fn by_id(mut self) -> Self {
        self.sizes = Sizes { update: 0, delete: 0, ..self.sizes };
        self
    }

    /// A request to the collection itself, or to something below it.
    pub(super) fn request(&self, method: Method, below: &[&str]) -> Request<Response> {
        let path = self.path.iter().map(String::as_str).chain(below.iter().copied());
        let request = self.session.request(method, path);
        self.query.iter().fold(request, |request, (name, value)| match value.trim() {
            "" => request.fault(Error::invalid(format!("the {name} has no name; give its API name"))),
            _ => request.query(name, value),
        })
    }

    /// Sends items in requests of `size`, or each at its own path.
    pub(super) fn batch(&self, method: Method, effect: Effect, size: usize) -> Batch {
        let collection = self.clone();
        let request = move |rows: &[Row]| match (size, rows) {
            (0, [row]) => collection.of_one(method, row),
            _ if method == Method::Delete => {
                collection.request(method, &[]).query("ids", comma_list(rows.iter().filter_map(|row| row.id.as_ref())))
            }
            _ => collection.request(method, &[]).json(&Items { key: T::KEY, rows }),
        };
        Batch::new(&self.session, effect, T::KEY, size, request)
    }

    fn of_one(&self, method: Method, row: &Row) -> Request<Response> {
        let id = row.id.as_ref().map_or("", AsRef::as_ref);
        let request = self.request(method, &[id]);
        if row.json.is_some() { request.json(&Items { key: T::KEY, rows: std::slice::from_ref(row) }) } else { request }
    }
}

impl<T: Resource> Collection<T> {
    /// Lists all of them: as an iterator, as one page, or in memory.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// for profile in client.profiles().list() {
    ///     println!("{:?}", profile?.name);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn list(&self) -> List<T> {
        List::new(&self.session, T::listing(self.request(Method::Get, &[])))
    }
}

impl<T: Get> Collection<T> {
    /// Reads one, by its id.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// println!("{:?}", client.roles().get("3652397000000026005")?.name);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`NotFound`](crate::ErrorKind::NotFound) when there is none with this id;
    /// [`Scope`](crate::ErrorKind::Scope) when the tokens lack the scope to read it; otherwise every kind that a
    /// request can fail with.
    pub fn get(&self, id: impl Into<T::Id>) -> Result<T> {
        let request = self.request(Method::Get, &[id.into().as_ref()]);
        let request = match T::FIELDS_OF_ONE {
            Some(names) if self.scope.version >= ApiVersion::V3 => request.query("fields", names),
            _ => request,
        };
        self.session.run(&request.one(T::KEY))
    }
}

impl<T: Create> Collection<T> {
    /// Creates any number of them.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// use zcrm_core::entity::Tag;
    ///
    /// let report = client.module("Leads").tags().create(&[Tag::new("met at the fair"), Tag::new("call back")])?;
    /// for (index, tag) in report.created() {
    ///     println!("tag {index} has the id {}", tag.id);
    /// }
    /// report.into_result()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput), before anything is sent, when one has an id; the error of the
    /// first request when it shows that nothing can be sent. What happens later is in the report.
    pub fn create(&self, items: &[T]) -> Result<BatchReport> {
        let batch = self.creating().batch(Method::Post, Effect::Create, self.sizes.create.max(1));
        batch.send_all(items.iter().map(|item| new_row(item, &self.scope)))
    }

    /// Creates one.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// use zcrm_core::entity::Note;
    ///
    /// let lead = client.module("Leads").record("3652397000000190001");
    /// let note = lead.notes().create_one(&Note::new("Wants a quote"))?;
    /// println!("{}", note.id);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput), before anything is sent, when it has an id;
    /// [`InvalidRequest`](crate::ErrorKind::InvalidRequest) with [`Error::api`] when Zoho rejects it;
    /// [`Unanswered`](crate::ErrorKind::Unanswered), [`Server`](crate::ErrorKind::Server) or
    /// [`InvalidResponse`](crate::ErrorKind::InvalidResponse) when it is not known whether it was created; otherwise
    /// every kind that a request can fail with.
    pub fn create_one(&self, item: &T) -> Result<Saved> {
        saved(self.creating().batch(Method::Post, Effect::Create, 1).send_one(new_row(item, &self.scope)))
    }

    /// The collection where new ones are created.
    fn creating(&self) -> Self {
        let path = T::created_at(&self.scope).map_or_else(|| self.path.clone(), |path| vec![path.to_owned()]);
        Self { path, ..self.clone() }
    }
}

impl<T: Update> Collection<T> {
    /// Updates any number of them. Each needs its id. Of one that was read, only what was changed since is sent.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// use zcrm_core::entity::Tag;
    ///
    /// let tags = client.module("Leads").tags();
    /// tags.update(&[Tag::new("met in May").id("3652397000000190101")])?.into_result()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput), before anything is sent, when one has no id; the error of the
    /// first request when it shows that nothing can be sent. What happens later is in the report.
    pub fn update(&self, items: &[T]) -> Result<BatchReport> {
        let size = self.sizes.update;
        let rows = items.iter().map(|item| match size {
            0 => one_row(item, &self.scope),
            _ => changed_row(item, &self.scope),
        });
        self.batch(Method::Put, Effect::Update, size).send_all(rows)
    }

    /// Updates one, which needs its id. Of one that was read, only what was changed since is sent.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let mut user = client.users().current()?;
    /// user.phone = Some("+47 22 00 00 00".to_owned());
    /// client.users().update_one(&user)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput), before anything is sent, when it has no id;
    /// [`InvalidRequest`](crate::ErrorKind::InvalidRequest) with [`Error::api`] when Zoho rejects it; otherwise every
    /// kind that a request can fail with.
    pub fn update_one(&self, item: &T) -> Result<Saved> {
        saved(self.batch(Method::Put, Effect::Update, 0).send_one(one_row(item, &self.scope)))
    }
}

impl<T: Delete> Collection<T> {
    /// Deletes any number of them, by their ids. Where the response to a first attempt was lost, "no such id" counts as
    /// deleted.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// client.notes().delete(["3652397000000190301", "3652397000000190302"])?.into_result()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput), before anything is sent, when an id is empty; the error of the
    /// first request when it shows that nothing can be sent. What happens later is in the report.
    pub fn delete<I: Into<T::Id>>(&self, ids: impl IntoIterator<Item = I>) -> Result<BatchReport> {
        let rows = ids.into_iter().map(|id| Row::of_id(id.into().as_ref()));
        self.batch(Method::Delete, Effect::Delete, self.sizes.delete).send_all(rows)
    }

    /// Deletes one, by its id. Where the response to a first attempt was lost, "no such id" counts as deleted.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// client.module("Leads").tags().delete_one("3652397000000190101")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidRequest`](crate::ErrorKind::InvalidRequest) or [`NotFound`](crate::ErrorKind::NotFound) when there is
    /// none with this id; otherwise every kind that a request can fail with.
    pub fn delete_one(&self, id: impl Into<T::Id>) -> Result<()> {
        self.session.run(&self.request(Method::Delete, &[id.into().as_ref()]).deleted(Key::from(T::KEY)))
    }
}

fn new_row<T: Writable>(item: &T, scope: &Scope) -> Result<Row> {
    match item.id() {
        Some(id) => Err(Error::invalid(format!(
            "{} to be created has the id {id}, so it exists already; update it, or leave the id out",
            T::NAME
        ))),
        None => Row::of_body(&item.body(scope)?),
    }
}

fn changed_row<T: Writable>(item: &T, scope: &Scope) -> Result<Row> {
    id_of(item)?;
    Row::of_body(&item.changes(scope)?)
}

/// For a path that has the id already.
fn one_row<T: Writable>(item: &T, scope: &Scope) -> Result<Row> {
    let id = id_of(item)?;
    Ok(Row { id: Some(id.into()), ..Row::of_body(&item.changes_of_one(scope)?)? })
}

fn id_of<T: Writable>(item: &T) -> Result<&str> {
    let id = item.id().filter(|id| !id.trim().is_empty());
    id.ok_or_else(|| Error::invalid(format!("{} to be updated has no id; read it first, or set the id", T::NAME)))
}

/// What Zoho says of the one item that was written.
pub(super) fn saved(outcome: Result<Outcome>) -> Result<Saved> {
    outcome.and_then(|outcome| match outcome {
        Outcome::Created(saved) | Outcome::Updated(saved) => Ok(saved),
        _ => Err(Error::invalid("nothing was written").logged()),
    })
}

/// The body of a write: the items in a list under a key.
pub(super) struct Items<'a> {
    pub(super) key: &'static str,
    pub(super) rows: &'a [Row],
}

impl Serialize for Items<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let rows: Vec<&RawValue> = self.rows.iter().filter_map(|row| row.json.as_deref()).collect();
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry(self.key, &rows)?;
        map.end()
    }
}

impl<T> Clone for Collection<T> {
    fn clone(&self) -> Self {
        Self {
            session: self.session.clone(),
            path: self.path.clone(),
            query: self.query.clone(),
            scope: self.scope.clone(),
            sizes: self.sizes,
            item: PhantomData,
        }
    }
}

impl<T> fmt::Debug for Collection<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Collection").field("path", &self.path.join("/")).finish_non_exhaustive()
    }
}

//! Queries in COQL: any records, joined, calculated and sorted by Zoho.
//!
//! * [`page`]: the request of a page, and its rows. [`part`]: page after page.
//! * [`rows`]: the iterator over all rows. [`cursor`]: where it stands.

mod cursor;
mod page;
mod part;
mod rows;

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;

pub use self::cursor::QueryCursor;
pub(super) use self::page::{DATA, reading, request};
use self::page::{record, typed};
pub use self::rows::QueryRows;
use crate::config::ApiVersion;
use crate::coql::{Query, Statement};
use crate::criteria::Literal;
use crate::entity::{Field, Record};
use crate::error::{Error, ErrorKind, Result};
use crate::rest::{Key, Page, Request, Response, Session};

/// Rows of a page when the query names no `limit`.
const DEFAULT_ROWS: u64 = 200;

/// A query in COQL; made by [`Client::query`](crate::Client::query). Nothing is sent until it is sent or iterated.
///
/// A query only reads. Rows come as Zoho sends them, so numbers keep their digits; each has the record's `id`, which
/// Zoho adds by itself unless the query calculates. A column of a joined record stands under its name with dots, a
/// calculation under `SUM(Amount)`, either under its alias where it has one.
///
/// Scopes: `ZohoCRM.coql.READ` and reading the modules.
///
/// ```no_run
/// use serde::Deserialize;
/// use zcrm_core::coql::{Aggregate, Select};
/// use zcrm_core::criteria::Criteria;
///
/// #[derive(Deserialize)]
/// struct Source {
///     #[serde(rename = "Lead_Source")]
///     name: Option<String>,
///     #[serde(rename = "Revenue")]
///     revenue: Option<f64>,
/// }
///
/// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
/// let oslo = client.query("select Last_Name, Email from Leads where City = :city").bind("city", "Oslo");
/// for lead in oslo.iter() {
///     println!("{}", lead?.raw());
/// }
/// let by_source = Select::from("Leads")
///     .field("Lead_Source")
///     .aggregate_as(Aggregate::Sum, "Annual_Revenue", "Revenue")
///     .filter(Criteria::is_not_null("Lead_Source"))
///     .group_by("Lead_Source");
/// for source in client.query(by_source).iter_as::<Source>() {
///     let source = source?;
///     println!("{:?}: {:?}", source.name, source.revenue);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
#[must_use = "nothing is sent until the query is sent or iterated"]
pub struct QueryHandle {
    session: Session,
    statement: Statement,
}

impl QueryHandle {
    pub(crate) fn new(session: Session, statement: impl Into<Statement>) -> Self {
        Self { session, statement: statement.into() }
    }

    /// Gives a parameter its value; the name has no colon here. Texts, numbers, booleans, dates, moments, ids and lists
    /// of them are values; a list stands after `in`, in brackets or without.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let text = "select Last_Name from Leads where City in :cities and No_of_Employees > :least";
    /// let leads = client.query(text).bind("cities", ["Oslo", "Bergen"]).bind("least", 10).all()?;
    /// # let _ = leads;
    /// # Ok(())
    /// # }
    /// ```
    pub fn bind(mut self, name: impl Into<String>, value: impl Into<Literal>) -> Self {
        self.statement = self.statement.bind(name, value);
        self
    }

    /// All rows, page after page; the query's own `limit` and `offset` hold for all pages together.
    ///
    /// What is wrong with the query is its first item: an error of kind [`InvalidInput`](ErrorKind::InvalidInput),
    /// before anything is sent.
    pub fn iter(&self) -> QueryRows<Record> {
        QueryRows::new(&self.session, self.statement.read(), None, record)
    }

    /// As [`iter`](Self::iter), each row decoded into a type of your own.
    pub fn iter_as<T: DeserializeOwned + 'static>(&self) -> QueryRows<T> {
        QueryRows::new(&self.session, self.statement.read(), None, typed)
    }

    /// The rows that follow those that another iterator over this query has given; [`QueryCursor`] has an example.
    ///
    /// A cursor of another query makes the first item an error of kind [`CursorMismatch`](ErrorKind::CursorMismatch).
    pub fn resume(&self, cursor: &QueryCursor) -> QueryRows<Record> {
        QueryRows::new(&self.session, self.statement.read(), Some(cursor), record)
    }

    /// As [`resume`](Self::resume), each row decoded into a type of your own.
    pub fn resume_as<T: DeserializeOwned + 'static>(&self, cursor: &QueryCursor) -> QueryRows<T> {
        QueryRows::new(&self.session, self.statement.read(), Some(cursor), typed)
    }

    /// All rows in memory.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let leads = client.query("select Last_Name from Leads where City = :city").bind("city", "Oslo").all()?;
    /// println!("{} leads", leads.len());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// The first error of [`iter`](Self::iter); the rows that came before it are dropped.
    pub fn all(&self) -> Result<Vec<Record>> {
        self.iter().collect()
    }

    /// One request with the query as it stands: at most 200 rows unless it names a `limit`.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let page = client.query("select Last_Name from Leads order by Created_Time desc limit 10").send()?;
    /// println!("{} leads, more: {:?}", page.items.len(), page.info.more_records);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](ErrorKind::InvalidInput), before anything is sent, when the text is no query, a parameter has
    /// no value, or more is asked for than one request may; [`InvalidResponse`](ErrorKind::InvalidResponse) when a row
    /// does not fit; otherwise every kind that a request can fail with.
    pub fn send(&self) -> Result<Page<Record>> {
        self.send_as()
    }

    /// As [`send`](Self::send), each row decoded into a type of your own.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// #[derive(serde::Deserialize)]
    /// struct Count {
    ///     #[serde(rename = "COUNT(id)")]
    ///     leads: u64,
    /// }
    ///
    /// for count in client.query("select COUNT(id) from Leads where City = 'Oslo'").send_as::<Count>()? {
    ///     println!("{} leads", count.leads);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub fn send_as<T: DeserializeOwned + 'static>(&self) -> Result<Page<T>> {
        self.session.run(&self.page_request())
    }

    /// The request that [`send`](Self::send) sends, as a value: to be part of a
    /// [`Composite`](crate::resource::Composite), where a query has a `limit` of at most 25, or run by
    /// [`Client::run`](crate::Client::run).
    pub fn request(&self) -> Request<Page<Record>> {
        self.page_request()
    }

    fn page_request<T: DeserializeOwned + 'static>(&self) -> Request<Page<T>> {
        reading(self.one_request(false), |response: Response| Page::of(&response, Key::from(DATA)))
    }

    /// As [`send`](Self::send), with the metadata of the module's own fields among the columns (`include_meta`), by API
    /// name; none when there are no rows. Scope besides: `ZohoCRM.settings.fields.READ`.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let (page, fields) = client.query("select Last_Name, Annual_Revenue from Leads").send_with_fields()?;
    /// for (name, field) in fields {
    ///     println!("{name} is a {:?}", field.data_type);
    /// }
    /// # let _ = page;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send); [`Unsupported`](ErrorKind::Unsupported) before v7.
    pub fn send_with_fields(&self) -> Result<(Page<Record>, BTreeMap<String, Field>)> {
        #[derive(Deserialize)]
        struct Described {
            #[serde(default)]
            fields: BTreeMap<String, Field>,
        }
        let version = self.session.version();
        let mut request = self.one_request(true);
        if version < ApiVersion::V7 {
            let message = format!("Zoho's API {version} gives no metadata with a query; v7 and later do");
            request = request.fault(Error::new(ErrorKind::Unsupported, message));
        }
        self.session.run(&reading(request, |response| {
            let page = Page::of(&response, Key::from(DATA))?;
            let fields = if response.is_empty() { BTreeMap::new() } else { response.json::<Described>()?.fields };
            Ok((page, fields))
        }))
    }

    fn one_request(&self, with_fields: bool) -> Request<Response> {
        let query = self.statement.read();
        let rows = query.as_ref().ok().and_then(Query::limit).unwrap_or(DEFAULT_ROWS);
        let text = query.and_then(|query| query.text(self.session.version()));
        request(&self.session, text, rows, with_fields)
    }
}

impl IntoIterator for QueryHandle {
    type Item = Result<Record>;
    type IntoIter = QueryRows<Record>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for &QueryHandle {
    type Item = Result<Record>;
    type IntoIter = QueryRows<Record>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

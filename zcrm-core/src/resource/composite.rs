//! Composite requests: up to five requests in one call.

use std::fmt;
use std::marker::PhantomData;

use crate::entity::RecordId;
use crate::error::{Error, Result};
use crate::rest::{Cost, Decoded, Request, Saved, Session, Together, composite, name};

/// Up to five requests in one call; made by [`Client::composite`](crate::Client::composite). From v3 on.
///
/// Any [`Request`] can be added: those of `..._request` methods, such as
/// [`create_request`](super::ModuleHandle::create_request), [`get_request`](super::RecordHandle::get_request) or
/// [`List::request`](crate::rest::List::request), and those of
/// [`Call::into_request`](crate::rest::Call::into_request). Each gives its own result, as if it had been sent alone.
/// One may refer to what an earlier one gives ([`SubRequest::reference`]).
///
/// ```no_run
/// use zcrm_core::entity::{Lookup, Record};
///
/// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
/// let (accounts, contacts) = (client.module("Accounts"), client.module("Contacts"));
/// let mut composite = client.composite().rollback_on_fail();
/// let account = composite.add(accounts.create_request(&Record::new().with("Account_Name", "Acme")));
/// let berg = Record::new().with("Last_Name", "Berg").with("Account_Name", Lookup::new(account.record_id()));
/// let contact = composite.add(contacts.create_request(&berg));
///
/// let mut results = composite.send()?;
/// println!("account {}", results.take(&account)?.id);
/// println!("contact {}", results.take(&contact)?.id);
/// # Ok(())
/// # }
/// ```
///
/// Zoho's limits: a write has one record, a list at most 25 rows (`per_page`, or `limit` of a query), a deletion its id
/// in the path; bulk jobs and files cannot be part. The call costs one credit, or two with
/// [`rollback_on_fail`](Self::rollback_on_fail), and takes five slots of the organization's concurrency, all there are
/// in the Free edition. Scope: `ZohoCRM.composite_requests.CUSTOM`, besides those of the requests. (Zoho's page
/// *Composite API*.)
#[must_use = "nothing is sent before send"]
pub struct Composite {
    session: Session,
    requests: Vec<Request<Decoded>>,
    together: Together,
    /// Tells the requests of one composite from those of another.
    identity: u64,
}

/// A request that was added to a [`Composite`]: by it, its result is [taken](CompositeResults::take).
pub struct SubRequest<T> {
    composite: u64,
    index: usize,
    result: PhantomData<fn() -> T>,
}

/// What became of the requests of a [`Composite`].
#[must_use = "a request of the composite may have failed"]
pub struct CompositeResults {
    composite: u64,
    results: Vec<Option<Result<Decoded>>>,
}

impl Composite {
    pub(crate) fn new(session: Session) -> Self {
        Self { session, requests: Vec::new(), together: Together::default(), identity: fastrand::u64(..) }
    }

    /// All or none: when one fails, those that were done are undone. Workflows run after all succeeded.
    pub fn rollback_on_fail(mut self) -> Self {
        self.together.rollback = true;
        self
    }

    /// One after the other, in the order in which they were added. Otherwise Zoho does side by side what does not refer
    /// to another one, unless all or none are to be done.
    pub fn in_order(mut self) -> Self {
        self.together.in_order = true;
        self
    }

    /// Adds a request. What is wrong with it is an error when the composite is sent.
    pub fn add<T: Send + 'static>(&mut self, request: Request<T>) -> SubRequest<T> {
        let index = self.requests.len();
        self.requests.push(request.and_then(|value| Ok(Box::new(value) as Decoded)));
        SubRequest { composite: self.identity, index, result: PhantomData }
    }

    /// What the call costs.
    #[must_use]
    pub fn cost(&self) -> Cost {
        self.together.cost()
    }

    /// Sends all requests in one call.
    ///
    /// Zoho's word on the whole says only that the requests were executed; whether one succeeded is its own result,
    /// which [`take`](CompositeResults::take) gives. A call whose response was lost is sent again only if each of its
    /// requests may be.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let mut composite = client.composite();
    /// let lead = composite.add(client.module("Leads").record("3652397000000190001").get_request());
    /// let users = composite.add(client.users().list().per_page(25).request());
    /// let mut results = composite.send()?;
    /// println!("{}, {} users", results.take(&lead)?.raw(), results.take(&users)?.items.len());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput), before anything is sent, when there is no request, or more
    /// than five, or one that cannot be part of a composite; [`Unsupported`](crate::ErrorKind::Unsupported) before v3;
    /// [`Unanswered`](crate::ErrorKind::Unanswered), with [`Error::outcome_unknown`], when the response was lost or
    /// Zoho gave up after its time limit of five minutes; otherwise every kind that a request can fail with.
    pub fn send(&self) -> Result<CompositeResults> {
        let results = self.session.run(&composite(self.session.version(), &self.requests, self.together))?;
        let failed = results.iter().filter(|result| result.is_err()).count();
        if failed > 0 {
            log::warn!("{failed} of {} requests of a composite failed", results.len());
        }
        Ok(CompositeResults { composite: self.identity, results: results.into_iter().map(Some).collect() })
    }
}

impl<T> SubRequest<T> {
    /// A reference to what this request gives, for the path, the parameters or the body of one that is added later.
    /// `path` is a JSON path in its response, such as `$.data[0].details.id`.
    #[must_use]
    pub fn reference(&self, path: &str) -> String {
        format!("@{{{}:{path}}}", name(self.index))
    }
}

impl SubRequest<Saved> {
    /// A reference to the id of the record that this request writes.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// use zcrm_core::entity::Record;
    ///
    /// let leads = client.module("Leads");
    /// let mut composite = client.composite();
    /// let created = composite.add(leads.create_request(&Record::new().with("Last_Name", "Berg")));
    /// let lead = composite.add(leads.record(created.record_id()).get_request());
    /// println!("{}", composite.send()?.take(&lead)?.raw());
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn record_id(&self) -> RecordId {
        RecordId::new(self.reference("$.data[0].details.id"))
    }
}

impl CompositeResults {
    /// Whether all requests succeeded; those whose results were taken are not looked at.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.errors().next().is_none()
    }

    /// Why requests failed, in the order in which they were added, without those whose results were taken.
    pub fn errors(&self) -> impl Iterator<Item = &Error> {
        self.results.iter().flatten().filter_map(|result| result.as_ref().err())
    }

    /// Takes the result of one request.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let mut composite = client.composite();
    /// let lead = composite.add(client.module("Leads").record("3652397000000190001").get_request());
    /// println!("{}", composite.send()?.take(&lead)?.raw());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// What the request would have failed with alone; [`RolledBack`](crate::ErrorKind::RolledBack) when it was undone,
    /// or not begun, because another one failed; [`InvalidInput`](crate::ErrorKind::InvalidInput) when the result was
    /// taken already, or the request is of another composite.
    pub fn take<T: 'static>(&mut self, request: &SubRequest<T>) -> Result<T> {
        if request.composite != self.composite {
            return Err(Error::invalid("this request was added to another composite").logged());
        }
        let taken = || Error::invalid("the result of this request was taken already").logged();
        let result = self.results.get_mut(request.index).and_then(Option::take).ok_or_else(taken)?;
        let value = result.map_err(Error::logged)?;
        value.downcast::<T>().map(|value| *value).map_err(|_| taken())
    }
}

impl<T> Clone for SubRequest<T> {
    fn clone(&self) -> Self {
        Self { composite: self.composite, index: self.index, result: PhantomData }
    }
}

impl<T> fmt::Debug for SubRequest<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SubRequest").field(&name(self.index)).finish()
    }
}

impl fmt::Debug for Composite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Composite")
            .field("requests", &self.requests)
            .field("together", &self.together)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for CompositeResults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let errors: Vec<&Error> = self.errors().collect();
        f.debug_struct("CompositeResults").field("errors", &errors).finish_non_exhaustive()
    }
}

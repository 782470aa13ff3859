//! What Zoho sends when records change.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::entity::{ChannelId, Json, Members, RecordId};
use crate::error::{Error, ErrorKind, Result};
use crate::secret::Secret;

/// The body of a request that Zoho sends to the URL of a channel when records change.
///
/// It is a hint and no more: it brings no records, it may come late, twice, in another order or not at all, and only
/// the token in it says whose it is. Read the records again, or let a
/// [`Subscription`](crate::resource::Subscription) do it.
///
/// ```
/// use zcrm_core::Secret;
/// use zcrm_core::resource::{Notification, Operation};
///
/// let token = Secret::new("fake-token");
/// let body = br#"{"module": "Leads", "operation": "update", "ids": ["6756839000000575405"], "token": "fake-token",
///     "channel_id": "1105420521999070702", "server_time": 1750102639787,
///     "affected_fields": [{"6756839000000575405": ["Company"]}]}"#;
/// let notification = Notification::parse(body, &token)?;
/// assert_eq!(notification.operation, Operation::Update);
/// assert_eq!(notification.affected[0].fields, ["Company"]);
/// # Ok::<(), zcrm_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Notification {
    /// The module's API name.
    pub module: String,
    /// What happened.
    pub operation: Operation,
    /// The records that it happened to; Zoho may gather several.
    pub ids: Vec<RecordId>,
    /// The channel.
    pub channel_id: Option<ChannelId>,
    /// When, by Zoho's clock, in milliseconds since 1970.
    pub server_time_ms: Option<i64>,
    /// The parameters in the query of the channel's URL.
    pub query_params: Members,
    /// What changed of which record, as far as Zoho tells.
    pub affected: Vec<Affected>,
    /// What has no field here, as Zoho sent it.
    pub other: Members,
}

/// What happened to records, in the words of notifications.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Operation {
    /// They were created.
    Insert,
    /// They were changed.
    Update,
    /// They were deleted.
    Delete,
    /// Any other word of Zoho's.
    Other(String),
}

/// What changed of a record.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Affected {
    /// The record.
    pub id: RecordId,
    /// The API names of the fields.
    pub fields: Vec<String>,
    /// Their new values, where the channel was asked to bring them.
    pub values: Members,
}

impl Notification {
    /// Reads the body of a request, and makes sure that it has the token of the channel, in a time that does not tell
    /// how much of the token is right.
    ///
    /// Answer 200 to what is read, 400 to what is not, and 403 to a wrong token.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WrongToken`] when the token is missing or another one; [`ErrorKind::InvalidResponse`] when the body
    /// is no notification.
    pub fn parse(body: impl AsRef<[u8]>, token: &Secret) -> Result<Self> {
        Self::read(body.as_ref(), token).map_err(Error::logged)
    }

    fn read(body: &[u8], token: &Secret) -> Result<Self> {
        let unreadable = |why: &str| {
            let message = format!("this is not what Zoho sends when records change: {why}");
            Error::new(ErrorKind::InvalidResponse, message)
        };
        let mut members: Members =
            serde_json::from_slice(body).map_err(|cause| unreadable("it is no JSON object").with_source(cause))?;
        let mut take = |name: &str| members.remove(name).unwrap_or_default();
        let given = Secret::new(take("token").text().unwrap_or_default());
        if token.is_blank() || !token.same_as(&given) {
            let message =
                "a notification has not the token of the channel, so it is not Zoho's, or not for this program";
            return Err(Error::new(ErrorKind::WrongToken, message));
        }
        let module = take("module").text().map(String::from).filter(|module| !module.is_empty());
        let operation = take("operation").text().map(|word| Operation::of(&word));
        let ids = take("ids");
        let id = |id: &Json| id.read::<RecordId>().ok().filter(|id| !id.as_str().is_empty());
        // One id may stand alone.
        let ids: Option<Vec<RecordId>> = ids.elements().unwrap_or_else(|| vec![ids]).iter().map(id).collect();
        Ok(Self {
            module: module.ok_or_else(|| unreadable("it names no module"))?,
            operation: operation.ok_or_else(|| unreadable("it names no operation"))?,
            ids: ids.ok_or_else(|| unreadable("it names no ids"))?,
            channel_id: take("channel_id").read().ok(),
            server_time_ms: number(&take("server_time")),
            query_params: take("query_params").members().unwrap_or_default(),
            affected: affected(&take("affected_fields"), &take("affected_values")),
            other: members,
        })
    }

    /// When, by Zoho's clock.
    #[must_use]
    pub fn server_time(&self) -> Option<SystemTime> {
        UNIX_EPOCH.checked_add(Duration::from_millis(u64::try_from(self.server_time_ms?).ok()?))
    }
}

impl Operation {
    fn of(word: &str) -> Self {
        match word.to_ascii_lowercase().as_str() {
            "insert" | "create" => Self::Insert,
            "update" | "edit" => Self::Update,
            "delete" => Self::Delete,
            _ => Self::Other(word.to_owned()),
        }
    }
}

fn number(json: &Json) -> Option<i64> {
    json.text().as_deref().unwrap_or(json.raw()).parse().ok()
}

/// `[{"ID": ["FIELD", ...]}]` and `[{"record_id": "ID", "values": {...}}]`, of which either may be missing.
fn affected(fields: &Json, values: &Json) -> Vec<Affected> {
    let mut affected: Vec<Affected> = Vec::new();
    // One may stand alone, without a list.
    let fields = fields.elements().unwrap_or_else(|| vec![fields.clone()]);
    for (id, names) in fields.iter().filter_map(Json::members).flatten() {
        let names = names.elements().unwrap_or_default();
        let fields = names.iter().filter_map(|name| name.text().map(Into::into)).collect();
        affected.push(Affected { id: id.into(), fields, values: Members::new() });
    }
    for row in values.elements().unwrap_or_default() {
        let id = row.get("record_id").and_then(|id| id.read::<RecordId>().ok());
        let (Some(id), Some(values)) = (id, row.get("values").and_then(|values| values.members())) else { continue };
        match affected.iter_mut().find(|known| known.id == id) {
            Some(known) => known.values = values,
            None => affected.push(Affected { id, fields: values.keys().cloned().collect(), values }),
        }
    }
    affected
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(body: &str) -> Result<Notification> {
        Notification::parse(body, &Secret::new("fake"))
    }

    #[test]
    fn both_forms_of_ids_batches_values_and_unknown_members_are_read() {
        let body = r#"{"server_time":1750102639787,"query_params":{"k":"v"},"module":"Leads","ids":[7,"8"],
            "affected_fields":[{"7":["Company"]},{"8":["Phone"]}],"affected_values":[{"record_id":7,"values":{"Company":
            "R"}},{"record_id":"9","values":{"Phone":null}}],"operation":"update","channel_id":1105420521999070702,
            "token":"fake","news":[1.50]}"#;
        let read = parse(body).unwrap();
        assert_eq!(read.ids, [RecordId::from("7"), RecordId::from("8")]);
        assert_eq!(read.channel_id, Some("1105420521999070702".into()));
        assert_eq!(read.server_time_ms, Some(1_750_102_639_787));
        assert_eq!(read.query_params["k"], "v");
        assert_eq!(read.affected.len(), 3);
        assert_eq!(read.affected[0].values["Company"], "R");
        assert_eq!(read.other["news"].raw(), "[1.50]");

        let alone =
            r#"{"module":"Leads","ids":"7","operation":"update","affected_fields":{"7":["City"]},"token":"fake"}"#;
        assert_eq!(parse(alone).unwrap().affected[0].fields, ["City"]);

        let inserted = r#"{"module":"Leads","ids":"7","operation":"insert","affected_fields":[],"token":"fake"}"#;
        let inserted = parse(inserted).unwrap();
        assert_eq!((inserted.operation, inserted.ids.len(), inserted.affected.len()), (Operation::Insert, 1, 0));
    }

    #[test]
    fn a_wrong_token_and_an_unreadable_body_are_two_errors() {
        for token in ["", r#","token":"fak""#, r#","token":"fakes""#, r#","token":null"#, r#","token":["fake"]"#] {
            let error = parse(&format!(r#"{{"module":"Leads","ids":["7"],"operation":"insert"{token}}}"#)).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::WrongToken, "{token}");
        }
        assert_eq!(Notification::parse("{}", &Secret::new(" ")).unwrap_err().kind(), ErrorKind::WrongToken);
        let bodies = ["", "[]", r#"{"token":"fake"}"#, r#"{"token":"fake","module":"Leads","operation":"insert"}"#];
        for body in bodies {
            assert!(matches!(parse(body).unwrap_err().kind(), ErrorKind::InvalidResponse), "{body}");
        }
    }
}

//! Where the content of files lies.

use std::collections::HashMap;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::call::Part;
use crate::crm::visit::Visit;
use crate::spool::Spool;
use crate::verdict::refuse;

/// One file.
#[derive(Debug)]
struct Stored {
    name: String,
    content: Spool,
}

/// All files by the id of what they belong to.
#[derive(Debug, Default)]
pub(crate) struct Storage(HashMap<String, Stored>);

impl Storage {
    /// Takes over the content of an uploaded part.
    pub(crate) fn keep(&mut self, id: &str, part: Part) {
        let name = part.file_name.unwrap_or_else(|| "file".to_owned());
        let stored = Stored { name, content: part.content };
        self.0.insert(id.to_owned(), stored);
    }

    /// What a file field says of a file, if there is one of that id.
    pub(crate) fn describe(&self, id: &str) -> Option<Value> {
        let stored = self.0.get(id)?;
        Some(json!({ "File_Id__s": id, "File_Name__s": stored.name, "Size__s": stored.content.length() }))
    }

    pub(crate) fn remove(&mut self, id: &str) -> bool {
        self.0.remove(id).is_some()
    }

    /// The answer that downloads a file, 204 where there is none. Zoho sends the name in the form of RFC 5987.
    pub(crate) fn download(&self, id: &str) -> Answer {
        let Some(stored) = self.0.get(id) else {
            return Answer::empty(204);
        };
        let name = utf8_percent_encode(&stored.name, NON_ALPHANUMERIC);
        Answer::file(stored.content.clone())
            .header("Content-Disposition", format!("attachment;filename*=UTF-8''{name}"))
    }
}

/// Refuses a file that is larger than the behaviour allows.
pub(crate) fn refuse_too_large(visit: &Visit<'_>, part: &Part) -> Result<(), Box<Answer>> {
    match visit.behaviour.max_file_size {
        Some(most) if part.content.length() > most => {
            let details = json!({ "maximum_size": most });
            Err(refuse(413, "FILE_SIZE_MORE_THAN_ALLOWED_SIZE", "file size more than allowed size", details))
        }
        _ => Ok(()),
    }
}

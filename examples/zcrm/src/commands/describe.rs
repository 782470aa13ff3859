//! `zcrm describe`

use anyhow::Result;
use clap::Args;
use zcrm_cli::{Outcome, is_read_only, names, rust_struct, stdio, table};
use zcrm_core::entity::{Field, Module};

use crate::global::Global;

/// Shows the modules of the organization, or the fields of one
#[derive(Debug, Args)]
pub(crate) struct Describe {
    /// The module's API name, such as Leads; all modules when absent
    #[arg(value_parser = names::api_name)]
    module: Option<String>,
    /// Write a Rust struct that reads the module's records, and writes them
    #[arg(long, requires = "module")]
    rust: bool,
}

impl Describe {
    pub(crate) fn run(&self, global: &Global) -> Result<Outcome> {
        let client = global.client()?;
        let text = match &self.module {
            None => {
                let modules = client.modules().list().all()?;
                table(&["API name", "Label", "May"], modules.iter().map(module_row))
            }
            Some(module) => {
                let fields = names::fields_of(&client, module)?;
                if self.rust {
                    rust_struct(module, &fields)?
                } else {
                    let header = ["API name", "Label", "Type", "Length", "Is", "Values"];
                    table(&header, fields.iter().map(field_row))
                }
            }
        };
        stdio::print(text)?;
        Ok(Outcome::Done)
    }
}

fn module_row(module: &Module) -> Vec<String> {
    let may = [
        (module.viewable, "read"),
        (module.creatable, "create"),
        (module.editable, "change"),
        (module.deletable, "delete"),
        (module.api_supported.map(|supported| !supported), "not by API"),
    ];
    vec![text(module.api_name.as_ref()), text(module.plural_label.as_ref()), those(&may)]
}

fn field_row(field: &Field) -> Vec<String> {
    let is = [
        (field.system_mandatory, "mandatory"),
        (Some(is_read_only(field)), "read-only"),
        (field.custom_field, "custom"),
        (Some(field.is_unique_field()), "unique"),
    ];
    let leads_to = field.lookup.as_ref().and_then(|lookup| lookup.module.as_ref()?.api_name.clone());
    let choices = field.pick_list_values.iter().flatten().filter_map(|value| value.actual_value.clone());
    vec![
        text(field.api_name.as_ref()),
        text(field.field_label.as_ref()),
        text(field.data_type.as_ref()),
        field.length.map(|length| length.to_string()).unwrap_or_default(),
        those(&is),
        leads_to.into_iter().chain(choices).collect::<Vec<_>>().join("; "),
    ]
}

fn text(value: Option<&String>) -> String {
    value.cloned().unwrap_or_default()
}

fn those(properties: &[(Option<bool>, &str)]) -> String {
    let held = properties.iter().filter(|(holds, _)| *holds == Some(true));
    held.map(|(_, word)| *word).collect::<Vec<_>>().join(", ")
}

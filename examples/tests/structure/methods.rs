//! The public methods that send something: their names and their documentation.

use std::path::Path;

use quote::ToTokens;

use crate::sources::{name, rust_files, syntax};

/// A public method of `self` that gives what only a request can give.
pub(crate) struct Sending {
    /// `file: name`, for messages.
    pub(crate) place: String,
    pub(crate) name: String,
    pub(crate) docs: String,
    /// A listing or a download is sent later, by a verb of its own.
    pub(crate) is_lazy: bool,
}

/// Those of the files below a folder.
pub(crate) fn sending_methods(folder: &Path) -> Vec<Sending> {
    let mut found = Vec::new();
    for file in rust_files(folder) {
        for item in syntax(&file).items {
            let syn::Item::Impl(item) = item else { continue };
            let methods = item.items.iter().filter_map(|item| match item {
                syn::ImplItem::Fn(method) => Some(method),
                _ => None,
            });
            found.extend(methods.filter_map(|method| sending(&file, method)));
        }
    }
    found
}

fn sending(file: &Path, method: &syn::ImplItemFn) -> Option<Sending> {
    let is_public = matches!(method.vis, syn::Visibility::Public(_));
    let syn::ReturnType::Type(_, output) = &method.sig.output else { return None };
    let syn::Type::Path(output) = &**output else { return None };
    let output = output.path.segments.last()?.ident.to_string();
    if !is_public
        || method.sig.receiver().is_none()
        || !["Result", "List", "Rows", "Download"].contains(&output.as_str())
    {
        return None;
    }
    let name_of_method = method.sig.ident.to_string();
    Some(Sending {
        place: format!("{}: {name_of_method}", name(file)),
        name: name_of_method,
        docs: method.attrs.iter().filter(|attribute| attribute.path().is_ident("doc")).map(text).collect(),
        is_lazy: output != "Result",
    })
}

fn text(attribute: &syn::Attribute) -> String {
    attribute.meta.to_token_stream().to_string() + "\n"
}

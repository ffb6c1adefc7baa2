//! Documents that were read before: guarded, parsed and measured once, and validated once for variables of one form.
//!
//! Invariants: what is kept is what reading the same bytes again would give; a document that is refused is not kept; what is
//! kept is bounded by the bytes of the documents.
//! Deliberately absent: whatever depends on who asks; answers ([`crate::answers`]).

use super::{
    alike::{self, Alike},
    error::{Code, finish, server_error},
    escapes, expansion, limits, order, roots,
};
use async_graphql::{
    ServerError, ValidationResult, Value, Variables,
    parser::{
        parse_query,
        types::{BaseType, ExecutableDocument, OperationDefinition, OperationType},
    },
};
use lru::LruCache;
use std::{
    collections::BTreeSet,
    num::NonZeroUsize,
    sync::{Arc, Mutex, PoisonError},
};

/// Bytes of all documents that are kept; parsed, a document takes some twenty times as much.
const BYTES: usize = 768 * 1024;
/// What a document takes however short it is, as if it were so many bytes longer.
const EACH: usize = 256;
/// The longest document that is kept.
const LONGEST: usize = 16 * 1024;
/// Of one document, validations of variables of so many forms.
const FORMS: NonZeroUsize = match NonZeroUsize::new(8) {
    Some(forms) => forms,
    None => NonZeroUsize::MIN,
};
/// The longest form of variables that is kept.
const LONGEST_FORM: usize = 512;

/// A document that may be executed as far as can be told without its variables.
pub struct Document {
    pub(super) parsed: ExecutableDocument,
    operations: Vec<Operation>,
    validated: Mutex<LruCache<String, ValidationResult>>,
}

/// What of an operation is the same whoever asks.
#[derive(Clone)]
pub(super) struct Operation {
    /// Its place among all of the document.
    place: usize,
    pub(super) kind: OperationType,
    /// The fields at its root.
    pub(super) fields: Arc<BTreeSet<String>>,
    /// Whether it tells everybody the same of a change.
    pub(super) alike: Option<Alike>,
}

/// The documents of one gateway.
pub(super) struct Documents(Mutex<Shelf>);

struct Shelf {
    documents: LruCache<Box<str>, Arc<Document>>,
    bytes: usize,
}

impl Default for Documents {
    fn default() -> Self {
        Documents(Mutex::new(Shelf { documents: LruCache::unbounded(), bytes: 0 }))
    }
}

impl Documents {
    /// The document of this text.
    pub(super) fn read(&self, text: &str, trace: &str) -> Result<Arc<Document>, Vec<ServerError>> {
        if let Some(known) = self.shelf().documents.get(text) {
            return Ok(Arc::clone(known));
        }
        let document = Arc::new(Document::read(text, trace)?);
        if text.len() <= LONGEST {
            self.shelf().keep(text, &document);
        }
        Ok(document)
    }

    fn shelf(&self) -> std::sync::MutexGuard<'_, Shelf> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shelf {
    fn keep(&mut self, text: &str, document: &Arc<Document>) {
        if self.documents.put(text.into(), Arc::clone(document)).is_none() {
            self.bytes += text.len() + EACH;
        }
        while self.bytes > BYTES {
            let Some((oldest, _)) = self.documents.pop_lru() else { break };
            self.bytes -= oldest.len() + EACH;
        }
    }
}

impl Document {
    fn read(text: &str, trace: &str) -> Result<Self, Vec<ServerError>> {
        let refuse = |mut error: ServerError, usual| {
            finish(std::slice::from_mut(&mut error), usual, trace);
            vec![error]
        };
        let too_large = |why: String| refuse(server_error(Code::TooLarge, why), Code::ValidationFailed);
        limits::guard(text).map_err(|e| too_large(e.to_string()))?;
        let text = escapes::spelled_out(text)
            .map_err(|e| refuse(server_error(Code::ParseFailed, e.to_string()), Code::ValidationFailed))?;
        let parsed = parse_query(&text).map_err(|e| refuse(e.into(), Code::ParseFailed))?;
        expansion::measure(&parsed).map_err(|e| too_large(e.to_string()))?;
        let operations = parsed.operations.iter().enumerate().map(|(place, (_, operation))| Operation {
            place,
            kind: operation.node.ty,
            fields: Arc::new(roots::fields(&parsed, &operation.node)),
            alike: alike::told(&parsed, &operation.node),
        });
        let operations = operations.collect();
        Ok(Document { parsed, operations, validated: Mutex::new(LruCache::new(FORMS)) })
    }

    /// What is known of an operation, by its place among all.
    pub(super) fn operation(&self, place: usize) -> Option<&Operation> {
        self.operations.get(place)
    }

    /// Puts the members of an answer to an operation into the order in which they were asked for.
    pub(super) fn put_in_order(&self, operation: &Operation, answer: &mut Value) {
        if let Some((_, operation)) = self.parsed.operations.iter().nth(operation.place) {
            order::restore(&self.parsed, &operation.node, answer);
        }
    }

    fn validated(&self) -> std::sync::MutexGuard<'_, LruCache<String, ValidationResult>> {
        self.validated.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A document about to be validated for an operation and variables of this form.
#[derive(Clone)]
pub(super) struct ToValidate {
    document: Arc<Document>,
    form: Option<String>,
}

impl ToValidate {
    /// For the operation of this name and these variables, which fit it. Of an id validation sees that it is a text, so all are
    /// of one form.
    pub(super) fn of(
        document: &Arc<Document>,
        name: Option<&str>,
        operation: &OperationDefinition,
        variables: &Variables,
    ) -> Self {
        let mut form = variables.clone();
        for declared in &operation.variable_definitions {
            let (name, of) = (&declared.node.name.node, &declared.node.var_type.node.base);
            if matches!(of, BaseType::Named(of) if of == "ID")
                && let Some(value @ Value::String(_)) = form.get_mut(name)
            {
                *value = Value::String(String::new());
            }
        }
        let form = serde_json::to_string(&(name, &form)).ok().filter(|form| form.len() <= LONGEST_FORM);
        ToValidate { document: Arc::clone(document), form }
    }

    /// What validation came to before.
    pub(super) fn passed(&self) -> Option<ValidationResult> {
        self.document.validated().get(self.form.as_ref()?).copied()
    }

    /// Validation came to this.
    pub(super) fn keep(&self, passed: ValidationResult) {
        if let Some(form) = &self.form {
            self.document.validated().put(form.clone(), passed);
        }
    }
}

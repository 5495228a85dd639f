//! The JSON Schema of scenario files, for editors with a YAML language server.

use schemars::{Schema, json_schema};
use serde_json::{Map, Value, json};

use super::file::File;

/// The schema of scenario files, draft 2020-12, as pretty JSON that ends with a newline.
pub fn json_schema_text() -> String {
    let mut schema = schemars::SchemaGenerator::default().into_root_schema_for::<File>();
    schema.insert("title".into(), "kafkasim scenario".into());
    serde_json::to_string_pretty(&schema).expect("a schema is plain JSON") + "\n"
}

/// A map under construction.
pub(super) struct Object {
    about: &'static str,
    properties: Map<String, Value>,
    required: Vec<Value>,
}

impl Object {
    pub(super) fn new(about: &'static str) -> Object {
        Object { about, properties: Map::new(), required: Vec::new() }
    }
    /// Adds a key. A key may stand without a value, which is as good as leaving it out.
    pub(super) fn key(&mut self, key: &str, doc: &str, required: bool, value: Schema) {
        let mut value = value.to_value();
        // In draft 2020-12 a description may stand beside a reference.
        if let Value::Object(value) = &mut value {
            value.insert("description".into(), doc.trim().into());
        }
        self.properties.insert(key.into(), value);
        if required {
            self.required.push(key.into());
        }
    }
    /// Adds keys that have their schema already.
    pub(super) fn keys(&mut self, keys: Map<String, Value>) {
        self.properties.extend(keys);
    }
    pub(super) fn finish(self) -> Schema {
        let mut schema = json_schema!({"type": "object", "description": self.about.trim(), "properties": self.properties, "additionalProperties": false});
        if !self.required.is_empty() {
            schema.insert("required".into(), json!(self.required));
        }
        schema
    }
}

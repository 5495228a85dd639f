//! The JSON Schema of scenario files, for editors with a YAML language server.
//!
//! It is made from the types of the format by a test, which holds that the file in the repository is what they say. So
//! nobody else has to compile what makes it.

/// The schema of scenario files, draft 2020-12, as pretty JSON that ends with a newline.
pub fn json_schema_text() -> &'static str {
    include_str!("../../scenarios/scenario.schema.json")
}

/// What an editor should know about a type of the format.
#[cfg(test)]
pub(super) use schemars::JsonSchema as Described;

/// What an editor should know about a type of the format: only tests ask.
#[cfg(not(test))]
pub(super) trait Described {}
#[cfg(not(test))]
impl<T> Described for T {}

#[cfg(test)]
pub(super) use made::Object;

#[cfg(test)]
mod made {
    use schemars::{Schema, json_schema};
    use serde_json::{Map, Value, json};

    use crate::scenario::file::File;

    #[test]
    #[allow(clippy::disallowed_methods, reason = "whoever runs the test says whether the file is written anew")]
    fn the_file_is_what_the_types_say() {
        let mut schema = schemars::SchemaGenerator::default().into_root_schema_for::<File>();
        schema.insert("title".into(), "kafkasim scenario".into());
        let text = serde_json::to_string_pretty(&schema).expect("a schema is plain JSON") + "\n";
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/scenario.schema.json");
        let file = std::fs::read_to_string(path).expect("the schema is there");
        if text != file && std::env::var("KAFKASIM_SCHEMA").is_ok_and(|what| what == "rewrite") {
            std::fs::write(path, text).expect("it can be written");
        } else {
            assert!(text == file, "take it over: KAFKASIM_SCHEMA=rewrite cargo test --lib schema");
        }
    }

    /// A map under construction.
    pub(in crate::scenario) struct Object {
        about: &'static str,
        properties: Map<String, Value>,
        required: Vec<Value>,
    }

    impl Object {
        pub(in crate::scenario) fn new(about: &'static str) -> Object {
            Object { about, properties: Map::new(), required: Vec::new() }
        }
        /// Adds a key. A key may stand without a value, which is as good as leaving it out.
        pub(in crate::scenario) fn key(&mut self, key: &str, doc: &str, required: bool, value: Schema) {
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
        pub(in crate::scenario) fn keys(&mut self, keys: Map<String, Value>) {
            self.properties.extend(keys);
        }
        pub(in crate::scenario) fn finish(self) -> Schema {
            let mut schema = json_schema!({"type": "object", "description": self.about.trim(), "properties": self.properties, "additionalProperties": false});
            if !self.required.is_empty() {
                schema.insert("required".into(), json!(self.required));
            }
            schema
        }
    }
}

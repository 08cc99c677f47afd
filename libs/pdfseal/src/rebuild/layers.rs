//! Optional content (8.11): which layers exist and which are shown. Only the default configuration is kept;
//! the states are written out for each layer, so that files with different base states can be merged. What a layer's usage
//! says about the screen is settled here, because only some viewers ask for it; what it says about printing is left out.

use std::collections::HashSet;

use super::copy::Copier;
use crate::error::ReadError;
use crate::object::{Dictionary, Object};

/// Lists of the default configuration that are carried over and joined when merging.
const LISTS: [&str; 3] = ["Order", "RBGroups", "Locked"];

#[derive(Default)]
pub(super) struct Layers {
    groups: Vec<Object>,
    off: Vec<Object>,
    lists: [Vec<Object>; 3],
    intent: Option<Object>,
}

impl Layers {
    /// Adds the layers of a file.
    pub(super) fn read(&mut self, copier: &mut Copier<'_, '_>) -> Result<(), ReadError> {
        let document = copier.document;
        let properties = document.get(document.catalog(), "OCProperties")?;
        let Some(properties) = properties.as_dictionary() else {
            return Ok(());
        };
        let groups = document
            .get(properties, "OCGs")?
            .as_array()
            .unwrap_or_default()
            .to_vec();
        let configuration = document.get(properties, "D")?;
        let empty = Dictionary::new();
        let configuration = configuration.as_dictionary().unwrap_or(&empty);
        let listed = |key| {
            document
                .get(configuration, key)
                .map(|v| v.as_array().unwrap_or_default().to_vec())
        };
        let (on, mut off) = (listed("ON")?, listed("OFF")?);
        if configuration.is_name("BaseState", "OFF") {
            let on: HashSet<_> = on.iter().filter_map(Object::as_reference).collect();
            let is_on = |group: &&Object| group.as_reference().is_some_and(|group| on.contains(&group));
            off = groups.iter().filter(|group| !is_on(group)).cloned().collect();
        }
        for (group, shown) in states_on_screen(copier, &listed("AS")?)? {
            off.retain(|one| *one != group);
            if !shown {
                off.push(group);
            }
        }
        for group in &groups {
            let copied = copier.copy(group)?;
            self.groups.push(copied);
        }
        for group in &off {
            let copied = copier.copy(group)?;
            self.off.push(copied);
        }
        for (list, key) in self.lists.iter_mut().zip(LISTS) {
            for item in listed(key)? {
                // Order may hold arrays given by reference; copying queues them.
                list.push(copier.copy(&item)?);
            }
        }
        if self.intent.is_none()
            && let Some(intent) = configuration.get("Intent")
        {
            self.intent = Some(copier.copy(intent)?);
        }
        Ok(())
    }

    /// The value of `/OCProperties`, or nothing when there are no layers.
    pub(super) fn into_object(self) -> Option<Object> {
        if self.groups.is_empty() {
            return None;
        }
        let mut configuration = Dictionary::new();
        configuration.insert("BaseState", Object::name("ON"));
        configuration.insert("OFF", self.off);
        for (list, key) in self.lists.into_iter().zip(LISTS) {
            if !list.is_empty() {
                configuration.insert(key, list);
            }
        }
        if let Some(intent) = self.intent {
            configuration.insert("Intent", intent);
        }
        let mut properties = Dictionary::new();
        properties.insert("OCGs", self.groups);
        properties.insert("D", configuration);
        Some(properties.into())
    }
}

/// Layers whose state on the screen is set by what they are for (8.11.4.4), and whether they are shown.
fn states_on_screen(copier: &Copier<'_, '_>, events: &[Object]) -> Result<Vec<(Object, bool)>, ReadError> {
    let document = copier.document;
    let mut states = Vec::new();
    for event in events {
        let event = document.resolve(event)?;
        let Some(event) = event
            .as_dictionary()
            .filter(|event| event.is_name("Event", "View"))
        else {
            continue;
        };
        for group in document.get(event, "OCGs")?.as_array().unwrap_or_default() {
            let found = document.resolve(group)?;
            let Some(group_dictionary) = found.as_dictionary() else {
                continue;
            };
            let usage = document.get(group_dictionary, "Usage")?;
            let view = match usage.as_dictionary() {
                Some(usage) => document.get(usage, "View")?,
                None => continue,
            };
            if let Some(view) = view.as_dictionary()
                && view.contains("ViewState")
            {
                states.push((group.clone(), !view.is_name("ViewState", "OFF")));
            }
        }
    }
    Ok(states)
}

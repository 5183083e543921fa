//! Pages of containers, and of what is in one.

use crate::azure::walk::Visitor;

#[derive(Default)]
pub(super) struct Containers {
    pub(super) names: Vec<String>,
    pub(super) marker: String,
}

impl Visitor for Containers {
    fn visit(&mut self, place: &str, text: &str) -> Result<(), &'static str> {
        match place {
            "Containers/Container/Name" => self.names.push(text.to_owned()),
            "NextMarker" => text.clone_into(&mut self.marker),
            _ => {}
        }
        Ok(())
    }
}

#[derive(Default)]
pub(super) struct BlobPage {
    pub(super) prefixes: Vec<String>,
    pub(super) blobs: Vec<String>,
    pub(super) marker: String,
}

impl Visitor for BlobPage {
    fn visit(&mut self, place: &str, text: &str) -> Result<(), &'static str> {
        match place {
            "Blobs/BlobPrefix/Name" => self.prefixes.push(text.to_owned()),
            "Blobs/Blob/Name" => self.blobs.push(text.to_owned()),
            "NextMarker" => text.clone_into(&mut self.marker),
            _ => {}
        }
        Ok(())
    }
}

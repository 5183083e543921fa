//! Turns items into the bytes of a file, without holding more than one.

use std::{collections::HashSet, io};

use crate::manifest::{
    data_items::{self, JobOptions},
    file_form,
    item::Item,
    kind::Kind,
    media::Dialect,
    write::{Loss, OutputFormat, line},
};

/// Encodes one file. Items come sorted by kind.
#[derive(Debug)]
pub(crate) struct Encoder {
    form: OutputFormat,
    /// Whether a CSV has the column `Create video`: in all of it, or nowhere.
    is_wide: bool,
    /// The list that is open in a JSON; the header that stands last in a CSV.
    section: Option<&'static str>,
    /// Of the groups in a CSV.
    titles: HashSet<(bool, String)>,
}

impl Encoder {
    /// `has_groups`: whether there are image groups or sequences among the items.
    pub(crate) fn new(form: OutputFormat, has_groups: bool) -> Encoder {
        Encoder { form, is_wide: has_groups, section: None, titles: HashSet::new() }
    }

    /// Begins a file, also another one.
    pub(crate) fn begin(&mut self, out: &mut Vec<u8>) {
        self.section = None;
        self.titles.clear();
        if let OutputFormat::Json(_) = self.form {
            out.push(b'{');
        }
    }

    /// What is open, for [`Encoder::end`].
    pub(crate) fn section(&self) -> Option<&'static str> {
        self.section
    }

    /// Adds an item, and what has to stand before it. Returns the rows of a CSV that it makes; or why it cannot be written at all.
    ///
    /// # Errors
    /// None in practice: everything in an item can be written as JSON.
    pub(crate) fn item(&mut self, item: &Item, out: &mut Vec<u8>) -> io::Result<Result<u64, Loss>> {
        match self.form {
            OutputFormat::Json(dialect) => {
                let (list, element) = match dialect {
                    Dialect::File => (file_form::list_key(item.kind), file_form::element(item)),
                    Dialect::DataItems => (data_items::list_key(item.kind), data_items::element(item)),
                };
                if self.section == Some(list) {
                    out.extend_from_slice(file_form::BETWEEN);
                } else {
                    if self.section.is_some() {
                        out.extend_from_slice(file_form::LIST_END);
                    }
                    out.extend_from_slice(file_form::list_beginning(list).as_bytes());
                    self.section = Some(list);
                }
                serde_json::to_writer(out, &element)?;
                Ok(Ok(0))
            }
            OutputFormat::Lines => {
                serde_json::to_writer(&mut *out, &line(item))?;
                out.push(b'\n');
                Ok(Ok(0))
            }
            OutputFormat::Csv => Ok(self.rows(item, out)),
        }
    }

    fn rows(&mut self, item: &Item, out: &mut Vec<u8>) -> Result<u64, Loss> {
        let header = match item.kind {
            Kind::Video => "Video title",
            Kind::Image => "Image title",
            Kind::ImageGroup | Kind::ImageSequence => "Image group title",
            Kind::DicomSeries => "Series title",
            Kind::Audio | Kind::Text | Kind::Pdf | Kind::Nifti | Kind::Scene | Kind::TimeSeries => {
                return Err(Loss::Kind);
            }
        };
        if item.kind.is_group() {
            if item.title.is_empty() {
                return Err(Loss::NoTitle);
            }
            if !self.titles.insert((item.kind == Kind::DicomSeries, item.title.clone())) {
                return Err(Loss::SameTitle);
            }
        }
        let mut rows = item.urls.len() as u64;
        if self.section != Some(header) {
            self.section = Some(header);
            rows += 1;
            self.row(["ObjectURL", header, "Create video"], out);
        }
        let create_video = if item.kind == Kind::ImageSequence { "true" } else { "false" };
        for url in &item.urls {
            self.row([url, &item.title, create_video], out);
        }
        Ok(rows)
    }

    fn row(&self, fields: [&str; 3], out: &mut Vec<u8>) {
        let width = if self.is_wide { 3 } else { 2 };
        for (column, field) in fields.into_iter().take(width).enumerate() {
            if column > 0 {
                out.push(b',');
            }
            let is_plain = !field.contains(['"', ',', '\r', '\n']) && field.trim() == field;
            if is_plain {
                out.extend_from_slice(field.as_bytes());
            } else {
                out.push(b'"');
                out.extend_from_slice(field.replace('"', "\"\"").as_bytes());
                out.push(b'"');
            }
        }
        out.push(b'\n');
    }

    /// Ends a file in which this section is open.
    pub(crate) fn end(&self, section: Option<&'static str>, options: JobOptions, out: &mut Vec<u8>) {
        let OutputFormat::Json(dialect) = self.form else { return };
        if section.is_some() {
            out.extend_from_slice(b"\n],");
        }
        let (skip, upsert) = match dialect {
            Dialect::File => ("skip_duplicate_urls", "upsert_metadata"),
            Dialect::DataItems => ("skipDuplicateUrls", "upsertMetadata"),
        };
        let JobOptions { skip_duplicate_urls, upsert_metadata, .. } = options;
        out.extend_from_slice(
            format!("\n\"{skip}\": {skip_duplicate_urls},\n\"{upsert}\": {upsert_metadata}\n}}\n").as_bytes(),
        );
    }
}

/// What the form does not hold of an item that it can hold.
pub(super) fn losses(form: OutputFormat, item: &Item) -> Vec<Loss> {
    let frames = !item.frames.is_empty() && matches!(form, OutputFormat::Csv | OutputFormat::Json(Dialect::File));
    let of_csv = [
        (!item.client_metadata.is_empty(), Loss::ClientMetadata),
        (item.media.is_some() || item.scene.is_some() || item.settings.is_some(), Loss::Media),
    ];
    let of_csv = of_csv.into_iter().filter(|_| form == OutputFormat::Csv);
    of_csv.chain([(frames, Loss::Frames)]).filter(|(is_lost, _)| *is_lost).map(|(_, loss)| loss).collect()
}

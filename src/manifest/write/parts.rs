//! Cuts what is written into files that each stay below Encord's limits.

use std::io::{self, Write};

use crate::manifest::{
    data_items::JobOptions,
    item::Item,
    write::{
        Loss, Losses, OutputFormat,
        encode::{Encoder, losses},
    },
};

/// How much one file may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Items (docs.encord.com, "Register cloud data": 500,000).
    pub items: u64,
    /// URLs (docs.encord.com, "Register cloud data": 1,000,000).
    pub urls: u64,
    /// Bytes (docs.encord.com, "Best practices": 100 MB).
    pub bytes: u64,
    /// Rows of a CSV, headers included (docs.encord.com, "Best practices": 10,000 entries).
    pub rows: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { items: 500_000, urls: 1_000_000, bytes: 100_000_000, rows: 10_000 }
    }
}

/// What was written.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// The files: how many items are in each.
    pub parts: Vec<u64>,
    /// What could not be.
    pub losses: Losses,
}

#[derive(Debug, Clone, Copy, Default)]
struct Size {
    items: u64,
    urls: u64,
    bytes: u64,
    rows: u64,
}

/// Writes items, which come sorted by kind, into one file after another. The same items always give the same bytes.
#[derive(Debug)]
pub struct Parts<O, W> {
    form: OutputFormat,
    options: JobOptions,
    encoder: Encoder,
    limits: Limits,
    splits: bool,
    open: O,
    out: W,
    size: Size,
    /// An item that is not yet written.
    buffer: Vec<u8>,
    written: Written,
}

impl<W: Write, O: FnMut(u64) -> io::Result<W>> Parts<O, W> {
    /// Begins the first file. `open` makes each by its number, from 1; without `splits` there is one, whatever its size. `has_groups`
    /// tells whether there are image groups or sequences among the items.
    ///
    /// # Errors
    /// A file cannot be made or written.
    pub fn new(
        form: OutputFormat,
        options: JobOptions,
        has_groups: bool,
        limits: Limits,
        splits: bool,
        mut open: O,
    ) -> io::Result<Parts<O, W>> {
        let out = open(1)?;
        let encoder = Encoder::new(form, has_groups);
        let written = Written { parts: vec![0], ..Written::default() };
        let mut parts = Parts {
            form,
            options,
            encoder,
            limits,
            splits,
            open,
            out,
            size: Size::default(),
            buffer: Vec::new(),
            written,
        };
        parts.begin()?;
        Ok(parts)
    }

    fn begin(&mut self) -> io::Result<()> {
        self.buffer.clear();
        self.encoder.begin(&mut self.buffer);
        self.out.write_all(&self.buffer)?;
        self.size = Size { bytes: self.buffer.len() as u64, ..Size::default() };
        Ok(())
    }

    /// Adds an item.
    ///
    /// # Errors
    /// A file cannot be made or written.
    pub fn item(&mut self, item: &Item) -> io::Result<()> {
        self.buffer.clear();
        let before = self.encoder.section();
        let mut rows = self.encoder.item(item, &mut self.buffer)?;
        // A title that is taken in this file is free in the next.
        if self.splits && self.size.items > 0 && self.is_over(item, rows.unwrap_or_default()) {
            self.end_of(before)?;
            self.written.parts.push(0);
            self.out = (self.open)(self.written.parts.len() as u64)?;
            self.begin()?;
            self.buffer.clear();
            rows = self.encoder.item(item, &mut self.buffer)?;
        }
        match rows {
            Err(loss) => self.lose(loss, item),
            Ok(rows) => {
                for loss in losses(self.form, item) {
                    self.lose(loss, item);
                }
                self.out.write_all(&self.buffer)?;
                self.size = self.with(item, rows);
                self.written.parts.last_mut().into_iter().for_each(|items| *items += 1);
                let Limits { items, urls, rows, .. } = self.limits;
                let over = match self.form {
                    OutputFormat::Json(_) => {
                        [(self.size.items > items, Loss::Items), (self.size.urls > urls, Loss::Urls)]
                    }
                    OutputFormat::Csv => [(self.size.rows > rows, Loss::Rows), (false, Loss::Rows)],
                    OutputFormat::Lines => [(false, Loss::Items); 2],
                };
                for (_, loss) in over.into_iter().filter(|(is_over, _)| *is_over) {
                    self.lose(loss, item);
                }
            }
        }
        Ok(())
    }

    fn lose(&mut self, loss: Loss, item: &Item) {
        let first = || match item.title.is_empty() {
            true => item.urls.first().map_or("", |url| url.split('?').next().unwrap_or_default()).to_owned(),
            false => item.title.clone(),
        };
        self.written.losses.entry(loss).or_insert_with(|| (0, first())).0 += 1;
    }

    /// The size of the file if the item in the buffer is added.
    fn with(&self, item: &Item, rows: u64) -> Size {
        Size {
            items: self.size.items + 1,
            urls: self.size.urls + item.urls.len() as u64,
            bytes: self.size.bytes + self.buffer.len() as u64,
            rows: self.size.rows + rows,
        }
    }

    fn is_over(&self, item: &Item, rows: u64) -> bool {
        let mut end = Vec::new();
        self.encoder.end(self.encoder.section(), self.options, &mut end);
        let with = self.with(item, rows);
        with.items > self.limits.items
            || with.urls > self.limits.urls
            || with.bytes + end.len() as u64 > self.limits.bytes
            || with.rows > self.limits.rows
    }

    fn end_of(&mut self, section: Option<&'static str>) -> io::Result<()> {
        let mut end = Vec::new();
        self.encoder.end(section, self.options, &mut end);
        self.out.write_all(&end)?;
        self.out.flush()
    }

    /// Ends the last file.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn finish(mut self) -> io::Result<Written> {
        self.end_of(self.encoder.section())?;
        Ok(self.written)
    }
}

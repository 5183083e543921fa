//! Which blobs are taken by size, time of change and access tier.

use time::{
    Date, OffsetDateTime, PrimitiveDateTime,
    format_description::{BorrowedFormatItem, well_known::Rfc3339},
    macros::format_description,
};

use crate::manifest::{blob_facts::BlobFacts, rules::RuleError, skipped::SkipReason};

/// Limits as the user writes them. None of them leaves anything out where it is not set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FilterTexts {
    /// Fewest bytes.
    pub min_size: Option<u64>,
    /// Most bytes.
    pub max_size: Option<u64>,
    /// Changed at this time or later: a date, or a date and time, as ISO 8601; in UTC where it names no offset.
    pub modified_from: Option<String>,
    /// Changed before this time.
    pub modified_before: Option<String>,
    /// In one of these access tiers, in any spelling of upper and lower case; none means all.
    pub tiers: Vec<String>,
}

/// Limits made ready to apply.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    min_size: Option<u64>,
    max_size: Option<u64>,
    from: Option<OffsetDateTime>,
    before: Option<OffsetDateTime>,
    tiers: Vec<String>,
}

impl Filter {
    /// Makes limits ready.
    ///
    /// # Errors
    /// A time that cannot be read, an access tier that does not exist or that Encord cannot read, or limits between which
    /// nothing lies.
    pub fn new(texts: &FilterTexts) -> Result<Filter, RuleError> {
        if let (Some(min), Some(max)) = (texts.min_size, texts.max_size)
            && min > max
        {
            return Err(RuleError(format!(
                "min_size = {min} is larger than max_size = {max}, so every blob would be left out"
            )));
        }
        let (from, before) = (
            limit("modified_from", texts.modified_from.as_deref())?,
            limit("modified_before", texts.modified_before.as_deref())?,
        );
        if from.is_some() && before.is_some() && from >= before {
            return Err(RuleError(
                "modified_from is not earlier than modified_before, so every blob would be left out".into(),
            ));
        }
        texts.tiers.iter().try_for_each(|tier| check_tier(tier))?;
        Ok(Filter { min_size: texts.min_size, max_size: texts.max_size, from, before, tiers: texts.tiers.clone() })
    }

    /// Whether a limit asks for the time of the last change.
    pub fn needs_last_modified(&self) -> bool {
        self.from.is_some() || self.before.is_some()
    }

    /// Whether a limit asks for the access tier.
    pub fn needs_tier(&self) -> bool {
        !self.tiers.is_empty()
    }

    /// Why this blob is left out, if it is. One whose time of change cannot be read is taken: better looked at than lost.
    pub fn refuses(&self, blob: &BlobFacts<'_>) -> Option<SkipReason> {
        if self.min_size.is_some_and(|min| blob.size < min) {
            return Some(SkipReason::TooSmall);
        }
        if self.max_size.is_some_and(|max| blob.size > max) {
            return Some(SkipReason::TooLarge);
        }
        if self.needs_last_modified()
            && let Some(changed) = blob.last_modified.and_then(read_time)
        {
            if self.from.is_some_and(|from| changed < from) {
                return Some(SkipReason::ChangedBefore);
            }
            if self.before.is_some_and(|before| changed >= before) {
                return Some(SkipReason::ChangedAfter);
            }
        }
        let is_wanted = |tier: &str| self.tiers.iter().any(|wanted| wanted.eq_ignore_ascii_case(tier));
        if self.needs_tier() && !blob.tier.is_some_and(is_wanted) {
            return Some(SkipReason::OtherTier);
        }
        None
    }
}

type PatternForm = &'static [BorrowedFormatItem<'static>];

/// `Last-Modified` of a listing (RFC 1123, always in GMT).
const LISTED: PatternForm =
    format_description!("[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT");
const DATE: PatternForm = format_description!("[year]-[month]-[day]");
const WITHOUT_OFFSET: PatternForm = format_description!(
    version = 2,
    "[year]-[month]-[day][first [T] [ ]][hour]:[minute][optional [:[second][optional [.[subsecond]]]]]"
);

fn limit(key: &str, text: Option<&str>) -> Result<Option<OffsetDateTime>, RuleError> {
    let Some(text) = text else { return Ok(None) };
    read_iso(text.trim()).map(Some).ok_or_else(|| {
        RuleError(format!(
            "{key} = \"{}\" is not a date or time as ISO 8601 writes it; such are \"2026-04-01\" and \"2026-04-01T12:00:00Z\"",
            text.escape_debug()
        ))
    })
}

fn read_iso(text: &str) -> Option<OffsetDateTime> {
    OffsetDateTime::parse(text, &Rfc3339)
        .ok()
        .or_else(|| PrimitiveDateTime::parse(text, WITHOUT_OFFSET).ok().map(PrimitiveDateTime::assume_utc))
        .or_else(|| Date::parse(text, DATE).ok().map(|date| date.midnight().assume_utc()))
}

/// The time of a change as a listing tells it, or an inventory, which uses ISO 8601.
fn read_time(text: &str) -> Option<OffsetDateTime> {
    PrimitiveDateTime::parse(text, LISTED).ok().map(PrimitiveDateTime::assume_utc).or_else(|| read_iso(text))
}

/// The tiers of "Access tiers for blob data" and of premium page blobs in Microsoft's documentation.
fn check_tier(tier: &str) -> Result<(), RuleError> {
    const TIERS: [&str; 16] = [
        "Hot", "Cool", "Cold", "Smart", "Premium", "P4", "P6", "P10", "P15", "P20", "P30", "P40", "P50", "P60", "P70",
        "P80",
    ];
    if tier.eq_ignore_ascii_case("archive") {
        return Err(RuleError(
            "tiers names Archive, and Encord cannot read blobs in the archive tier; they are always left out".into(),
        ));
    }
    match TIERS.iter().any(|known| known.eq_ignore_ascii_case(tier)) {
        true => Ok(()),
        false => Err(RuleError(format!(
            "tiers names \"{}\", which is not an access tier; they are Hot, Cool and Cold, and Premium or P4 to P80 in premium \
             accounts",
            tier.escape_debug()
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use SkipReason::{ChangedAfter, ChangedBefore, OtherTier, TooLarge, TooSmall};

    const BLOB: BlobFacts<'static> = BlobFacts {
        name: "a.jpg",
        size: 100,
        content_type: None,
        tier: Some("Cool"),
        is_folder: false,
        rehydrating: false,
        last_modified: Some("Wed, 01 Apr 2026 12:00:00 GMT"),
        etag: None,
        headers: &[],
        tags: &[],
    };

    fn texts(from: &str, before: &str) -> FilterTexts {
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        FilterTexts { modified_from: text(from), modified_before: text(before), ..FilterTexts::default() }
    }

    #[test]
    fn each_limit_has_its_own_reason_and_both_ends() {
        let size = |min, max| FilterTexts { min_size: min, max_size: max, ..FilterTexts::default() };
        let tiers = |names: &[&str]| FilterTexts {
            tiers: names.iter().map(|name| (*name).to_owned()).collect(),
            ..FilterTexts::default()
        };
        for (texts, reason) in [
            (FilterTexts::default(), None),
            (size(Some(100), Some(100)), None),
            (size(Some(101), None), Some(TooSmall)),
            (size(None, Some(99)), Some(TooLarge)),
            (texts("2026-04-01T12:00:00Z", ""), None),
            (texts("2026-04-01T12:00:01Z", ""), Some(ChangedBefore)),
            (texts("2026-04-01", ""), None),
            (texts("2026-04-02", ""), Some(ChangedBefore)),
            (texts("2026-04-01T14:30:00+02:00", ""), Some(ChangedBefore)),
            (texts("", "2026-04-01T12:00"), Some(ChangedAfter)),
            (texts("", "2026-04-01 12:00:00.5"), None),
            (texts("2026-04-01", "2026-04-02"), None),
            (tiers(&["hot", "COOL"]), None),
            (tiers(&["Hot", "Cold"]), Some(OtherTier)),
        ] {
            assert_eq!(Filter::new(&texts).unwrap().refuses(&BLOB), reason, "{texts:?}");
        }
        let by_tier = Filter::new(&tiers(&["Hot"])).unwrap();
        assert_eq!(by_tier.refuses(&BlobFacts { tier: None, ..BLOB }), Some(OtherTier));
    }

    #[test]
    fn a_time_that_cannot_be_read_leaves_nothing_out_and_an_inventory_s_time_is_read() {
        let filter = Filter::new(&texts("2026-04-02", "")).unwrap();
        for (changed, reason) in [
            (None, None),
            (Some("yesterday"), None),
            (Some("2026-04-01T23:59:59.0000000Z"), Some(ChangedBefore)),
            (Some("2026-04-02T00:00:00Z"), None),
        ] {
            assert_eq!(filter.refuses(&BlobFacts { last_modified: changed, ..BLOB }), reason, "{changed:?}");
        }
    }

    #[test]
    fn limits_that_cannot_be_meant_are_refused_with_what_to_write() {
        for (texts, part) in [
            (texts("1 April", ""), "2026-04-01T12:00:00Z"),
            (texts("", "2026-02-30"), "modified_before = \"2026-02-30\""),
            (texts("2026-04-02", "2026-04-02"), "not earlier"),
            (FilterTexts { min_size: Some(2), max_size: Some(1), ..FilterTexts::default() }, "larger than"),
            (FilterTexts { tiers: vec!["Warm".into()], ..FilterTexts::default() }, "Hot, Cool and Cold"),
            (FilterTexts { tiers: vec!["archive".into()], ..FilterTexts::default() }, "cannot read"),
        ] {
            let message = Filter::new(&texts).unwrap_err().0;
            assert!(message.contains(part), "{message}");
        }
    }
}

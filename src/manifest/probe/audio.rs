//! What an audio file says of itself.

use std::io::{BufReader, Read, Seek};

use lofty::{
    config::{GlobalOptions, ParseOptions, apply_global_options},
    file::{AudioFile, FileType},
    probe::Probe,
};

use crate::manifest::probe::{ProbeError, guard::MOST_ALLOCATED, unreadable};

/// What decoders of lossy formats give for each sample, whose own files have no such number.
const LOSSY_BIT_DEPTH: u64 = 16;

pub(super) struct Facts {
    pub(super) duration: f64,
    pub(super) sample_rate: u64,
    pub(super) bit_depth: u64,
    pub(super) codec: String,
    pub(super) num_channels: u64,
}

pub(super) fn facts(file: impl Read + Seek) -> Result<Facts, ProbeError> {
    // Of this thread.
    apply_global_options(GlobalOptions::new().allocation_limit(MOST_ALLOCATED));
    let options = ParseOptions::new().read_tags(false).read_cover_art(false);
    let probe = Probe::new(BufReader::new(file)).options(options).guess_file_type()?;
    let file_type =
        probe.file_type().ok_or_else(|| unreadable("it is not an audio file in a format that can be read"))?;
    let codec = match file_type {
        FileType::Mpeg => "mp3",
        FileType::Flac => "flac",
        FileType::Wav => "pcm",
        FileType::Mp4 | FileType::Aac => "aac",
        FileType::Opus => "opus",
        FileType::Vorbis => "vorbis",
        _ => return Err(unreadable("it is an audio file of a format that Encord does not take")),
    };
    let tagged = probe.read().map_err(|error| unreadable(format!("it is damaged as {codec}: {error}")))?;
    let properties = tagged.properties();
    let lossless = matches!(file_type, FileType::Flac | FileType::Wav);
    let missing = |what: &str| unreadable(format!("it does not say its {what}"));
    let facts = Facts {
        duration: properties.duration().as_secs_f64(),
        sample_rate: properties.sample_rate().ok_or_else(|| missing("sample rate"))?.into(),
        bit_depth: match properties.bit_depth() {
            Some(depth) => depth.into(),
            None if lossless => return Err(missing("bits of a sample")),
            None => LOSSY_BIT_DEPTH,
        },
        codec: codec.to_owned(),
        num_channels: properties.channels().ok_or_else(|| missing("channels"))?.into(),
    };
    if facts.duration <= 0.0 || facts.sample_rate == 0 || facts.num_channels == 0 {
        return Err(unreadable("it says that it holds no sound"));
    }
    Ok(facts)
}

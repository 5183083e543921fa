//! Media metadata that cannot be right. Encord takes it as it is, so that a wrong frame rate shifts every label of a video.

use crate::manifest::{checks::Tell, finding::Code, item::Item, media::Media, sink::Sink};

/// Frames a second: more than any camera whose videos are labelled.
const MOST_FPS: f64 = 1000.0;
/// Seconds: a hundred days.
const LONGEST: f64 = 8_640_000.0;
/// Pixels on one side.
const WIDEST: u64 = 1_000_000;
/// Samples a second.
const MOST_SAMPLES: u64 = 10_000_000;

pub(super) fn check<S: Sink>(item: &Item, tell: &mut Tell<'_, '_, S>) -> Result<(), S::Error> {
    if let Some(fault) = item.media.as_ref().and_then(fault) {
        tell.url(0, Code::MediaImplausible, fault)?;
    }
    for (index, frame) in item.frames.iter().enumerate() {
        if let Some(fault) = frame.media.as_ref().and_then(fault) {
            tell.url(index, Code::MediaImplausible, format!("file {index}: {fault}"))?;
        }
    }
    Ok(())
}

/// What cannot be right, if something cannot.
fn fault(media: &Media) -> Option<String> {
    let mut faults = Vec::new();
    let mut check = |is_right: bool, name: &str, value: &dyn std::fmt::Display| {
        if !is_right {
            faults.push(format!("{name} is {value}"));
        }
    };
    let pixels = |pixels: &u64| (1..=WIDEST).contains(pixels);
    match media {
        Media::Video { fps, duration, width, height, file_size, mime_type } => {
            check(*fps > 0.0 && *fps <= MOST_FPS, "fps", fps);
            check(*duration > 0.0 && *duration <= LONGEST, "duration", duration);
            check(pixels(width), "width", width);
            check(pixels(height), "height", height);
            check(*file_size > 0, "file_size", file_size);
            let other = ["image/", "audio/", "text/"].iter().any(|other| mime_type.starts_with(other));
            check(mime_type.contains('/') && !other, "mime_type", &shown(mime_type));
        }
        Media::Image { mime_type, file_size, height, width } => {
            check(mime_type.starts_with("image/"), "mime_type", &shown(mime_type));
            check(*file_size > 0, "file_size", file_size);
            check(pixels(width), "width", width);
            check(pixels(height), "height", height);
        }
        Media::Audio { duration, file_size, mime_type, sample_rate, bit_depth, codec, num_channels } => {
            check(*duration > 0.0 && *duration <= LONGEST, "duration", duration);
            check(*file_size > 0, "file_size", file_size);
            let other = mime_type.starts_with("image/") || mime_type.starts_with("text/");
            check(mime_type.contains('/') && !other, "mime_type", &shown(mime_type));
            check((1..=MOST_SAMPLES).contains(sample_rate), "sample_rate", sample_rate);
            // Compressed audio has no depth; some tools write 0 then.
            check(*bit_depth <= 64, "bit_depth", bit_depth);
            check(!codec.is_empty(), "codec", &shown(codec));
            check((1..=1024).contains(num_channels), "num_channels", num_channels);
        }
        Media::Text { file_size, mime_type } => {
            check(*file_size > 0, "file_size", file_size);
            check(mime_type.contains('/'), "mime_type", &shown(mime_type));
        }
        Media::Pdf { file_size, num_pages } => {
            check(*file_size > 0, "file_size", file_size);
            check(*num_pages > 0, "num_pages", num_pages);
        }
        Media::Dicom { .. } => {}
    }
    (!faults.is_empty()).then(|| format!("{}: {}", media.block(), faults.join(", ")))
}

fn shown(text: &str) -> String {
    let short: String = text.chars().take(60).collect();
    format!("\"{}\"", short.escape_debug())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_cannot_be_is_told() {
        let video = |fps: f64, width: u64| Media::Video {
            fps,
            duration: 61.4,
            width,
            height: 720,
            file_size: 9,
            mime_type: "video/mp4".into(),
        };
        assert_eq!(fault(&video(29.97, 1280)), None);
        assert_eq!(fault(&video(25_000.0, 0)).unwrap(), "videoMetadata: fps is 25000, width is 0");
        assert!(fault(&video(f64::NAN, 1)).is_some());
        let image = |mime: &str| Media::Image { mime_type: mime.into(), file_size: 1, height: 1, width: 1 };
        assert_eq!(fault(&image("image/png")), None);
        assert!(fault(&image("png")).unwrap().contains("\"png\""));
    }
}

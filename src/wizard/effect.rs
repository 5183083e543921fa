//! Events that the wizard takes and effects that it answers with. Each step has its own requests and replies in its `messages.rs`.

use std::path::PathBuf;

use secrecy::SecretString;

use crate::{
    error::UserError,
    wizard::{
        action::{Action, Edit},
        folder::messages::{FolderReply, FolderRequest},
        home::messages::{HomeReply, HomeRequest},
        integration::messages::{IntegrationReply, IntegrationRequest},
        manifest::messages::{ManifestReply, ManifestRequest},
        progress::messages::{RunReply, RunRequest},
        schema::messages::{SchemaReply, SchemaRequest},
    },
};

/// Identifies a request. A reply whose id is no longer current is dropped.
pub type RequestId = u64;

/// Something to do outside the wizard.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "a handful exist at a time")]
pub enum Effect {
    /// Begin a request. Its replies carry this id.
    Start {
        /// Its id.
        id: RequestId,
        /// The request.
        request: Request,
    },
    /// Drop a request. A write that was sent is completed nevertheless.
    Cancel {
        /// The id of the request.
        id: RequestId,
    },
    /// Copy a text to the clipboard. It may be a secret.
    Copy(SecretString),
    /// Open a file in the user's editor (`$VISUAL`, `$EDITOR`); [`Event::EditorClosed`] follows. Handled by the front end.
    Editor(PathBuf),
    /// Ring the terminal's bell. Handled by the front end.
    Bell,
    /// Switch mouse capture on or off. Handled by the front end.
    Mouse,
    /// Leave the program.
    Exit,
}

/// A request to the services.
#[derive(Debug)]
#[expect(missing_docs, reason = "each variant holds the requests of the step of its name")]
pub enum Request {
    Integration(IntegrationRequest),
    Schema(SchemaRequest),
    Manifest(ManifestRequest),
    Folder(FolderRequest),
    Run(RunRequest),
    Home(HomeRequest),
}

/// A reply of the services.
#[derive(Debug)]
#[expect(missing_docs, reason = "each variant holds the replies of the step of its name")]
pub enum Reply {
    Integration(IntegrationReply),
    Schema(SchemaReply),
    Manifest(ManifestReply),
    Folder(FolderReply),
    Run(RunReply),
    Home(HomeReply),
}

macro_rules! from_steps {
    ($($message:ident::$step:ident($inner:ty);)*) => {
        $(impl From<$inner> for $message {
            fn from(message: $inner) -> $message {
                $message::$step(message)
            }
        })*
    };
}

from_steps! {
    Request::Integration(IntegrationRequest);
    Request::Schema(SchemaRequest);
    Request::Manifest(ManifestRequest);
    Request::Folder(FolderRequest);
    Request::Run(RunRequest);
    Request::Home(HomeRequest);
    Reply::Integration(IntegrationReply);
    Reply::Schema(SchemaReply);
    Reply::Manifest(ManifestReply);
    Reply::Folder(FolderReply);
    Reply::Run(RunReply);
    Reply::Home(HomeReply);
}

/// Something that happened outside the wizard.
#[derive(Debug)]
pub enum Event {
    /// The front end is ready.
    Open,
    /// The user pressed a key with this meaning.
    Action(Action),
    /// The user typed.
    Edit(Edit),
    /// The number of visible rows of the list under the cursor: page keys move by this many rows.
    Rows(u16),
    /// The visible part of the help, in lines from 0.
    Help {
        /// The first visible line.
        first: u16,
        /// The largest possible `first`.
        last: u16,
    },
    /// The plan was visible for the minimum time without a key press. Only a wizard that requires a review waits for it.
    Seen,
    /// The editor that [`Effect::Editor`] opened was closed, or could not be started.
    EditorClosed(Result<(), UserError>),
    /// A service replied.
    Reply {
        /// The id of the request.
        id: RequestId,
        /// The reply.
        reply: Reply,
    },
}

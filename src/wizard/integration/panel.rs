//! What lies over the form: lists to choose from, guides and questions.

use crate::{
    endpoints::cors,
    error::UserError,
    wizard::{
        effect::RequestId,
        integration::{folder_browser::FolderBrowser, guide::Guide, picker::Picker, sas_maker::SasMaker},
    },
};

/// A panel over the form.
#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "there is one at a time")]
pub enum Panel {
    /// A list to choose from.
    Picker(Picker),
    /// The container's folders.
    Folders(FolderBrowser),
    /// How to make an integration.
    Guide(Guide),
    /// Makes a SAS for Encord.
    Sas(SasMaker),
    /// A change of the account's CORS rules, for a yes.
    Cors(CorsReview),
    /// One check in full.
    Details(Details),
    /// Whether to go on although checks failed.
    Overrule(Vec<&'static str>),
}

/// A check in full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Details {
    /// Which.
    pub id: &'static str,
    /// How many lines are scrolled away.
    pub scroll: usize,
}

/// A change of the CORS rules.
#[derive(Debug, Clone)]
pub struct CorsReview {
    /// What would be changed.
    pub plan: Box<cors::Plan>,
    /// How far it is.
    pub state: CorsState,
}

/// How far a change of the CORS rules is.
#[derive(Debug, Clone, PartialEq)]
pub enum CorsState {
    /// Waiting for a yes.
    Review,
    /// Waiting for a yes again: somebody changed the rules meanwhile, nothing was written.
    ReviewAgain,
    /// Being written. It is not stopped any more.
    Writing(RequestId),
    /// Written, read back and tried.
    Done,
    /// It failed.
    Failed(UserError),
}

impl Panel {
    /// Whether what is typed is text for it.
    pub fn takes_text(&self) -> bool {
        matches!(self, Panel::Picker(_))
    }

    /// Whether it asks for a yes or a no.
    pub fn asks(&self) -> bool {
        match self {
            Panel::Overrule(_) => true,
            Panel::Cors(review) => matches!(review.state, CorsState::Review | CorsState::ReviewAgain),
            _ => false,
        }
    }
}

//! What is said to people: sentences in the committee's languages.
//!
//! The sentences stand in `words/*.ftl` (Project Fluent), one entry each, with what is missing in
//! braces. Code names an entry and fills its blanks; the language is chosen where it is read.

use std::{fmt, sync::OnceLock};

use fluent_bundle::{FluentArgs, FluentResource, concurrent::FluentBundle};
use fluent_syntax::ast::Pattern;
use unic_langid::langid;

/// A language that is spoken here.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Language {
    /// English, where nobody asks for another.
    #[default]
    English,
    /// Japanese.
    Japanese,
}

/// A sentence, in whichever language it is read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Words(Source);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Source {
    /// An entry of `words/*.ftl`, and what stands in its blanks.
    Entry(&'static str, Vec<(&'static str, Blank)>),
    /// A name that an ontology has in English and Japanese.
    Both(&'static str, &'static str),
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Blank {
    Text(String),
    Words(Words),
}

impl Language {
    /// Every language.
    pub const ALL: [Language; 2] = [Language::English, Language::Japanese];

    /// Its tag, as in `Accept-Language`.
    pub fn tag(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::Japanese => "ja",
        }
    }

    /// The first language of a list of tags that is spoken here, as in `ja,en;q=0.8` or
    /// `ja_JP.UTF-8`; weights are taken to fall, as browsers and shells write them.
    pub fn of_tags(tags: &str) -> Option<Language> {
        tags.split(',').find_map(|tag| {
            let word = tag.trim().split(['-', '_', '.', ';']).next()?;
            Language::ALL
                .into_iter()
                .find(|language| word.eq_ignore_ascii_case(language.tag()))
        })
    }
}

impl Words {
    /// The sentence of an entry of `words/*.ftl`.
    pub(crate) fn of(id: &'static str) -> Words {
        Words(Source::Entry(id, Vec::new()))
    }

    /// A name that is known in each language.
    pub(crate) fn both(english: &'static str, japanese: &'static str) -> Words {
        Words(Source::Both(english, japanese))
    }

    /// Fills a blank.
    pub(crate) fn with(self, blank: &'static str, text: impl fmt::Display) -> Words {
        self.filling(blank, Blank::Text(text.to_string()))
    }

    /// Fills a blank with a sentence.
    pub(crate) fn with_words(self, blank: &'static str, words: Words) -> Words {
        self.filling(blank, Blank::Words(words))
    }

    fn filling(mut self, blank: &'static str, filling: Blank) -> Words {
        if let Source::Entry(_, blanks) = &mut self.0 {
            blanks.push((blank, filling));
        }
        self
    }

    /// The sentence.
    pub fn say(&self, language: Language) -> String {
        match &self.0 {
            Source::Both(english, japanese) => match language {
                Language::English => (*english).to_owned(),
                Language::Japanese => (*japanese).to_owned(),
            },
            Source::Entry(id, blanks) => {
                let message = bundle(language).get_message(id);
                match message.and_then(|message| message.value()) {
                    Some(pattern) => filled(pattern, blanks, language),
                    // A test holds that there is none such; a name is better than nothing.
                    None => (*id).to_owned(),
                }
            }
        }
    }

    /// What to do next; empty where nothing need be done.
    pub fn help(&self, language: Language) -> String {
        self.part("help", language).unwrap_or_default()
    }

    /// What the entry says beside its sentence, as `why` or `write`.
    pub(crate) fn part(&self, part: &str, language: Language) -> Option<String> {
        let Source::Entry(id, blanks) = &self.0 else {
            return None;
        };
        let message = bundle(language).get_message(id)?;
        let attribute = message.get_attribute(part)?;
        Some(filled(attribute.value(), blanks, language))
    }
}

fn filled(pattern: &Pattern<&str>, blanks: &[(&'static str, Blank)], language: Language) -> String {
    let mut arguments = FluentArgs::new();
    for (blank, filling) in blanks {
        let text = match filling {
            Blank::Text(text) => text.clone(),
            Blank::Words(words) => words.say(language),
        };
        arguments.set(*blank, text);
    }
    let mut errors = Vec::new();
    let filled = bundle(language).format_pattern(pattern, Some(&arguments), &mut errors);
    filled.into_owned()
}

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.say(Language::English))
    }
}

type Bundle = FluentBundle<FluentResource>;

fn bundle(language: Language) -> &'static Bundle {
    static BUNDLES: OnceLock<[Bundle; 2]> = OnceLock::new();
    let [english, japanese] = BUNDLES.get_or_init(|| Language::ALL.map(read));
    match language {
        Language::English => english,
        Language::Japanese => japanese,
    }
}

fn read(language: Language) -> Bundle {
    let (name, source) = match language {
        Language::English => (langid!("en"), include_str!("words/en.ftl")),
        Language::Japanese => (langid!("ja"), include_str!("words/ja.ftl")),
    };
    let mut bundle = Bundle::new_concurrent(vec![name]);
    // The blanks hold names and numbers, which terminals show in the order in which they stand.
    bundle.set_use_isolating(false);
    // What does not parse is left out; a test holds that everything does.
    let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(rest, _)| rest);
    bundle.add_resource_overriding(resource);
    bundle
}

#[cfg(test)]
mod tests;

//! What differs in the model card, field by field.

use leptos::prelude::*;

use crate::state::{
    card::{CardChanges, Difference, Field},
    changes::Piece,
    words,
};

/// The fields that differ, and how many are the same.
#[component]
pub(crate) fn CardTable(
    /// The comparison.
    changes: CardChanges,
) -> impl IntoView {
    let CardChanges { changed, more, unchanged } = changes;
    let layout = changed.is_empty().then(|| {
        html! { <p class="small sub mt-2">"Every field is the same; the text is only laid out otherwise."</p> }
    });
    let more = (more > 0).then(|| {
        let words = words::count(more, "more field differs", "more fields differ");
        html! { <p class="small sub mt-2">{words}"; the whole card of each version is in its training output."</p> }
    });
    let unchanged = (unchanged > 0).then(|| {
        let words =
            words::count(unchanged, "field of the card is unchanged", "fields of the card are unchanged");
        html! { <p class="small sub mt-2">{words}"."</p> }
    });
    html! {
        <dl class="cardtable mt-2">{changed.into_iter().map(field).collect_view()}</dl>
        {layout}
        {more}
        {unchanged}
    }
}

fn field(field: Field) -> impl IntoView {
    let difference = match field.difference {
        Difference::Text(pieces) => pieces.into_iter().map(piece).collect_view().into_any(),
        Difference::Value(was, is) => html! {
            {was.map_or_else(|| none().into_any(), |was| html! { <del>{was}</del> }.into_any())}
            " → "
            {is.map_or_else(|| none().into_any(), |is| html! { <ins>{is}</ins> }.into_any())}
        }
        .into_any(),
    };
    html! { <dt>{field.path}</dt><dd class="difftext">{difference}</dd> }
}

fn none() -> impl IntoView {
    html! { <span class="faint">"none"</span> }
}

fn piece(piece: Piece) -> AnyView {
    match piece {
        Piece::Same(text) => html! { <span>{text}</span> }.into_any(),
        Piece::Gone(text) => html! { <del>{text}</del> }.into_any(),
        Piece::New(text) => html! { <ins>{text}</ins> }.into_any(),
    }
}

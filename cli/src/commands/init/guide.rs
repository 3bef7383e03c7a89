//! The questions of `placet init` on a terminal.

use super::small::Answers;
use crate::{
    error::Result,
    plan::Plan,
    terminal::{self, HEADING, paint},
};

/// Asks for a small organisation.
pub(super) fn ask() -> Result<Plan> {
    terminal::note(&format!(
        "{}\n\
         Every question has an answer to start with. Names are lower case: letters, digits and . _ @ : -\n\
         For more than this, stop here (Ctrl-C), edit what `placet init --example` prints, and use --from.\n",
        paint(HEADING, "An organisation in which nobody trains, approves and deploys alone")
    ));
    let organization = terminal::ask("The organisation's name", "Example")?;
    let environments = several("Environments", "staging production")?;
    let scopes = several("Scopes: for whom or where models run", "all")?;
    terminal::note("\nTwo roles approve, one person of each for every model.");
    let mut approvers = Vec::new();
    for (role, people) in [("ml-lead", "alice bo"), ("safety", "chandra dana")] {
        let role = terminal::ask("A role that approves", role)?;
        for name in several(&format!("Who holds {role}"), people)? {
            approvers.push((name, role.clone()));
        }
    }
    let proposers = several("Who else may propose", "emil")?;
    terminal::note(
        "\nThe services are called pipeline (trains), deployer (serves) and registry (signs lists).",
    );
    Ok(Answers { organization, environments, scopes, approvers, proposers }.plan())
}

/// Asks for several names, with spaces or commas between them.
fn several(question: &str, default: &str) -> Result<Vec<String>> {
    let line = terminal::ask(question, default)?;
    let names = line.split([' ', ',']).filter(|name| !name.is_empty());
    Ok(names.map(str::to_owned).collect())
}

//! `placet deploy`: decide, and run only what is permitted.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    process::{self, ExitCode},
};

use clap::Args;
use placet_core::{
    decide::{Decided, verify_deployment},
    decision::Outcome,
    deployment::Deployment,
    digest::Digest,
    statement::{IN_TOTO, Statement as _, Subject},
};

use super::{
    Context,
    verify::{Choice, DENY, decide},
};
use crate::{
    args::RequestArgs,
    clock,
    document::Document,
    error::{Error, Result},
    evidence::Evidence,
    signing::{KEY_VARIABLE, PASSPHRASE_VARIABLE, SigningArgs, sign},
    terminal, words,
};

/// Decide, and run a command only on permit
///
/// Hashes the weights that the command will load, decides, and signs a statement of what was decided. On permit the
/// command runs in place of this one, with these variables: PLACET_MODEL, PLACET_WEIGHTS (the path),
/// PLACET_WEIGHTS_DIGEST, PLACET_ENVIRONMENT, PLACET_SCOPE, PLACET_PROPOSAL, PLACET_DECISION (digests) and
/// PLACET_VALID_UNTIL (when to decide again). It never sees the key. Nobody but the deployer may be able to write to the
/// weights between the hash and the load.
///
/// Exit codes: that of the command; 1 where it is denied and nothing ran, 2 on an error before it ran.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  placet deploy --model digits-classifier --weights weights.npz --environment production --scope eu-west \\
      --key deployer.pem -- python3 predict.py weights.npz")]
pub(super) struct Deploy {
    #[command(flatten)]
    request: RequestArgs,
    #[command(flatten)]
    signing: SigningArgs,
    /// The command to run, behind --
    #[arg(last = true, required = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

impl Deploy {
    pub(super) fn run(self, context: &Context) -> Result<ExitCode> {
        context.check_delivery(self.signing.output.as_ref())?;
        let program = find_program(self.command.first().map_or(Path::new(""), |name| Path::new(name)))?;
        let evidence = context.source.evidence()?;
        let state = context.source.state()?;
        let (key, deployer) = self.signing.open(evidence.policy()?)?;
        let now = clock::now()?;
        let request = self.request.read(now)?;
        let Choice { decided, note } = decide(&evidence, None, &request, &state)?;
        context.source.keep_state(decided.state.clone())?;
        let words = words::decision::decision(&decided.decision, evidence.policy_for_words());
        let outcome = decided.decision.outcome;
        if outcome == Outcome::Deny {
            terminal::note(&format!("{words}{note}"));
        }
        let subject = Subject { model_id: request.model_id.clone(), weights: request.weights };
        if let Some(proposal) = decided.decision.evidence.proposal {
            let statement = Deployment {
                domain: evidence.chain()?.domain(),
                subject,
                proposal,
                environment: request.environment.clone(),
                scope: request.scope.clone(),
                outcome,
                deployed_by: deployer,
                deployed_at: now,
                decision: Digest::of(&decided.bytes),
            };
            self.record(context, &evidence, &decided, &statement, &key)?;
        }
        if outcome == Outcome::Deny {
            return Ok(ExitCode::from(DENY));
        }
        terminal::note(&words::decision::headline(&decided.decision));
        run(&program, self.command.get(1..).unwrap_or_default(), &self.variables(&decided))
    }

    /// Signs what was decided, checks that it stands, and keeps it with the decision's record: before anything runs.
    fn record(
        &self,
        context: &Context,
        evidence: &Evidence,
        decided: &Decided,
        statement: &Deployment,
        key: &crate::signing::Key,
    ) -> Result<()> {
        let payload = statement.to_payload();
        Deployment::parse(&payload)?;
        let envelope = sign(IN_TOTO, payload, key);
        evidence.verify::<Deployment>(&envelope, decided.decision.request.now)?;
        verify_deployment(&envelope, &decided.decision, evidence.chain()?, &evidence.revoked_keys())?;
        let document = Document::of(envelope)?;
        if self.signing.output.is_none() {
            context.source.store()?.put_decision(&decided.bytes)?;
        }
        context.deliver(document.envelope, self.signing.output.as_ref()).map(drop)
    }

    /// What the command is told.
    fn variables(&self, decided: &Decided) -> Vec<(&'static str, OsString)> {
        let decision = &decided.decision;
        let text = |text: String| OsString::from(text);
        let optional = |value: Option<String>| text(value.unwrap_or_default());
        vec![
            ("PLACET_MODEL", text(decision.request.model_id.to_string())),
            (
                "PLACET_WEIGHTS",
                self.request.weights.path().map(|path| path.clone().into()).unwrap_or_default(),
            ),
            ("PLACET_WEIGHTS_DIGEST", text(decision.request.weights.digest.to_string())),
            ("PLACET_ENVIRONMENT", text(decision.request.environment.to_string())),
            ("PLACET_SCOPE", text(decision.request.scope.to_string())),
            ("PLACET_PROPOSAL", optional(decision.evidence.proposal.map(|digest| digest.to_string()))),
            ("PLACET_DECISION", text(Digest::of(&decided.bytes).to_string())),
            ("PLACET_VALID_UNTIL", optional(decision.valid_until.map(|time| time.to_string()))),
        ]
    }
}

/// Finds the program as a shell would, so that a misspelt one is refused before anything is signed.
fn find_program(name: &Path) -> Result<PathBuf> {
    if name.components().count() > 1 || name.is_absolute() {
        return if name.is_file() { Ok(name.to_owned()) } else { Err(no_program(name)) };
    }
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let found =
        std::env::split_paths(&paths).map(|directory| directory.join(name)).find(|path| path.is_file());
    found.ok_or_else(|| no_program(name))
}

fn no_program(name: &Path) -> Error {
    Error::new("command_not_found", format!("there is no command `{}`", name.display()))
}

/// Runs the command without the key.
fn run(program: &Path, arguments: &[OsString], variables: &[(&'static str, OsString)]) -> Result<ExitCode> {
    let mut command = process::Command::new(program);
    command.args(arguments).env_remove(KEY_VARIABLE).env_remove(PASSPHRASE_VARIABLE);
    command.envs(variables.iter().map(|(name, value)| (*name, value)));
    start(command)
        .map_err(|error| Error::new("command_not_started", format!("{}: {error}", program.display())))
}

/// Becomes the command, so that signals and the exit code are its own.
#[cfg(unix)]
fn start(mut command: process::Command) -> std::io::Result<ExitCode> {
    use std::os::unix::process::CommandExt as _;
    Err(command.exec())
}

#[cfg(not(unix))]
fn start(mut command: process::Command) -> std::io::Result<ExitCode> {
    let status = command.status()?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(ExitCode::from(code.unwrap_or(crate::ERROR)))
}

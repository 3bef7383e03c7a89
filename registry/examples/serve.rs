//! Serves a data directory: `serve DATA_DIR LISTEN [--pin DIGEST] [--policy FILE]… [--console DIR] [--now TIME]
//! [--rebuilt] [--unlimited]`. Prints the address when it answers; ends when its standard input does.

use std::{io::Read as _, path::Path, sync::Arc};

use placet_core::{digest::Digest, time::Timestamp};
use placet_registry::{Clock, Config, Limits, Rate, StaticFiles, init, serve_and_tell};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut next = |what: &'static str| arguments.next().ok_or(what);
    let mut config = Config::new(next("no data directory")?);
    config.listen = next("no address")?.parse()?;
    let (mut pin, mut policies) = (None, Vec::new());
    while let Ok(option) = next("") {
        match option.as_str() {
            "--pin" => pin = Some(Digest::parse(&next("no digest")?).ok_or("no digest")?),
            "--policy" => policies.push(std::fs::read(next("no file")?)?),
            "--console" => {
                config.console =
                    Some(Arc::new(StaticFiles::from_directory(Path::new(&next("no directory")?))?));
            }
            "--now" => {
                config.clock = Clock::starting_at(Timestamp::parse(&next("no time")?).ok_or("no time")?);
            }
            "--rebuilt" => config.rebuilt = true,
            "--unlimited" => {
                let any = Rate { burst: u32::MAX, per_second: f64::from(u32::MAX) };
                config.limits = Limits { envelopes: any, enrolments: any, reads: any, ..Limits::default() };
            }
            _ => return Err(format!("unknown option {option}").into()),
        }
    }
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .init();
    if let Some(pin) = pin {
        init(&config, pin, &policies).await?;
    }
    let end_of_input = tokio::task::spawn_blocking(|| {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
    });
    let shutdown = async {
        let _ = end_of_input.await;
    };
    serve_and_tell(config, shutdown, |address| println!("{address}")).await?;
    Ok(())
}

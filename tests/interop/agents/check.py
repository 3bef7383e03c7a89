"""Facts for agents' registries and records for the Python reference, as the real command writes them.

Usage: python3 check.py PLACET DIRECTORY. PLACET is the command; the directory is made anew, and holds for
facts.test.mjs what a consumer would have.
"""

import hashlib
import json
import pathlib
import shutil
import subprocess
import sys
from datetime import datetime, timezone

from pydantic import ValidationError
from sm_bridge.models import SmAgentFacts, SmCertification, SmEvaluations
from sm_bridge.trust.base import ProofResult, ProofStatus

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests/interop/reference"))
import records  # noqa: E402

FIXTURE = ROOT / "tests/fixtures/digits-classifier/2"
MODEL = "digits-classifier"
# What an agent's registry knows without Placet.
AGENT = {
    "id": "did:web:example.com:digits",
    "agent_name": "Digits",
    "label": "classifier",
    "description": "Reads handwritten digits.",
    "version": "2",
    "provider": {"name": "Example", "url": "https://example.com"},
    "endpoints": {"static": ["https://example.com/digits"]},
    "capabilities": {"modalities": ["image"], "skills": ["digits"]},
    "skills": [{"id": "urn:nanda:cap:digits:v1", "description": "Reads a digit."}],
}


class Desk:
    """A working directory and the command."""

    def __init__(self, command, directory):
        self.command = pathlib.Path(command).resolve()
        self.directory = directory

    def run(self, line, status=0):
        words = [self.command, *line.split(), "--json"]
        done = subprocess.run(words, cwd=self.directory, capture_output=True, text=True, check=False)
        assert done.returncode == status, f"{line}: {done.returncode}\n{done.stderr}"
        return json.loads(done.stdout)

    def read(self, name):
        return (self.directory / name).read_text(encoding="utf-8")

    def approve(self):
        shutil.copy(ROOT / "cli/examples/organisation.toml", self.directory / "organisation.toml")
        self.run("init --from organisation.toml")
        self.run(
            f"train --model {MODEL} --version 2 --weights {FIXTURE}/weights.npz --metrics {FIXTURE}/metrics.json "
            f"--card {FIXTURE}/card.json --key placet-keys/pipeline.pem"
        )
        place = "--environment production --scope eu-west"
        self.run(f"propose {MODEL}@2 {place} --key placet-keys/emil.pem")
        for name in ("alice", "chandra"):
            self.run(f"approve {MODEL}@2 --key placet-keys/{name}.pem --yes")
        self.run("list --key placet-keys/registry.pem")


def check_facts(desk):
    """What `sm-bridge` makes of the facts; gives the record as it comes back from it."""
    desk.run(f"facts {MODEL}@2 --output facts.json")
    facts = json.loads(desk.read("facts.json"))
    governance = facts.pop("governance")
    assert sorted(facts) == ["certification", "evaluations", "metadata", "proof"], sorted(facts)
    # Each part for itself, strictly: a misspelt name would otherwise be kept as something unknown.
    for model, part in ((SmCertification, "certification"), (SmEvaluations, "evaluations"), (ProofResult, "proof")):
        parsed = model.model_validate(facts[part])
        assert set(facts[part]) <= set(model.model_fields), part
        assert parsed.model_dump(), part
    agent = SmAgentFacts.model_validate({**AGENT, **facts})
    assert agent.proof.status is ProofStatus.VERIFIED and agent.proof.profile == "placet"
    assert agent.certification.expirationDate > datetime.now(timezone.utc)
    back = json.loads(agent.model_dump_json())
    bundle = back["metadata"]["x_placet"]["bundle"]
    digest = "sha256:" + hashlib.sha256(bundle.encode()).hexdigest()
    assert digest == agent.proof.evidence_ref == agent.evaluations.auditTrail, "another bundle came back"
    # A claim without evidence is refused by sm-bridge itself.
    try:
        ProofResult.model_validate({**facts["proof"], "evidence_ref": None})
    except ValidationError:
        pass
    else:
        raise AssertionError("VERIFIED without evidence")
    return governance, back


def check_integrity(desk, governance):
    """The integrity facts, byte for byte as Python writes them."""
    desk.run(f"facts {MODEL}@2 --integrity --output governance.json")
    text = desk.read("governance.json").rstrip("\n")
    parsed = json.loads(text)
    assert json.dumps(parsed) == text, "not the bytes that json.dumps writes"
    assert parsed == {"governance": governance}
    assert list(governance) == list(records.facts(blank())["governance"]), "not the library's keys in its order"
    assert governance["status"] == "active" and governance["has_quorum"] is True


def blank():
    return {**dict.fromkeys(records.WRITTEN), "approver_signatures": {}, "required_approvers": 0}


def check_export(desk):
    """The exported approval, verified by the second implementation."""
    keys = {}
    for name in ("alice", "chandra"):
        keys[name] = desk.run(f"keygen --output {name}-reference.pem --no-passphrase")["public_key"]
    desk.run(
        f"reference export {MODEL}@2 --approver alice=alice-reference.pem --required 2 --output one.json"
    )
    desk.run(
        f"reference export {MODEL}@2 --onto one.json --approver chandra=chandra-reference.pem --output two.json"
    )
    text = desk.read("two.json").rstrip("\n")
    record = json.loads(text)
    assert json.dumps(record) == text, "not the bytes that json.dumps writes"
    assert list(record) == list(records.WRITTEN), "not the library's fields in its order"
    for name, key in keys.items():
        assert records.verifies(record, record["approver_signatures"][name], key), name
        assert not records.verifies({**record, "model_id": "other"}, record["approver_signatures"][name], key)
    assert records.verifies(record, record["signature"], keys["alice"])
    now = datetime.now(timezone.utc)
    assert records.deploys(record, "production", "eu-west", now), "the library's gates would refuse it"
    assert not records.deploys(record, "staging", "eu-west", now)
    one = json.loads(desk.read("one.json"))
    assert not records.deploys(one, "production", "eu-west", now), "one of two was enough"
    # And back: the command judges what the second implementation signs.
    signed = records.sign({**one, "signature": "", "approver_signatures": {}}, "alice", "chandra")
    (desk.directory / "python.json").write_text(json.dumps(signed), encoding="utf-8")
    people = " ".join(f"--key {name}={records.public(name)}" for name in ("alice", "chandra"))
    place = "--environment production --scope eu-west"
    verdict = desk.run(f"reference verify python.json {people} --threshold 2 {place}")
    assert verdict["outcome"] == "permit" and verdict["legacy"] is True


def check_revoked(desk):
    """Revoked: the facts say so, and `sm-bridge` reads them as a failure."""
    desk.run(f"revoke {MODEL}@2 --reason-code security --reason test --key placet-keys/dana.pem --yes")
    desk.run(f"facts {MODEL}@2 --output revoked.json", status=1)
    facts = json.loads(desk.read("revoked.json"))
    assert facts.pop("governance")["status"] == "revoked"
    agent = SmAgentFacts.model_validate({**AGENT, **facts})
    assert agent.proof.status is ProofStatus.FAILED and agent.certification is None


def main():
    command, directory = sys.argv[1], pathlib.Path(sys.argv[2])
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    desk = Desk(command, directory)
    desk.approve()
    governance, back = check_facts(desk)
    check_integrity(desk, governance)
    check_export(desk)
    (directory / "agent.json").write_text(json.dumps(back), encoding="utf-8")
    desk.run(f"bundle {MODEL}@2 --output bundle.json --trust-output trust.json")
    weights = desk.run(f"hash {FIXTURE}/weights.npz")
    (directory / "weights.json").write_text(json.dumps(weights), encoding="utf-8")
    check_revoked(desk)
    print("facts read by sm-bridge, records verified by another implementation")


if __name__ == "__main__":
    main()

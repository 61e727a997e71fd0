"""Ask a server of Weights & Biases what it has, in its own language and with few words."""

import base64
import json
import os
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from ..errors import ConfigError, RemoteError, first_line
from .config import KEY

VIEWER = "query Viewer { viewer { entity } }"
_RUN = """query Arrived($entity: String, $project: String!, $run: String!) {
  project(name: $project, entityName: $entity) { run(name: $run) {
    summaryMetrics historyLineCount
    outputArtifacts(first: 1000) { edges { node { digest state } } }
    inputArtifacts(first: 1000) { edges { node { digest state } } }
} } }"""


class Server:
    """A server, with the account that the environment gives.

    Parameters
    ----------
    timeout_s
        Seconds that an answer may take.

    Raises
    ------
    ConfigError
        When there is no key, or the server refuses it.
    RemoteError
        When the server does not answer.
    """

    def __init__(self, timeout_s: float) -> None:
        self.url = os.environ.get("WANDB_BASE_URL") or "https://api.wandb.ai"
        key = os.environ.get(KEY)
        if not key:
            raise ConfigError(f"make sync needs {KEY}: put it into .env as .env.example shows")
        self._key, self._timeout_s = key, timeout_s
        viewer = self.ask(VIEWER)["viewer"]
        if viewer is None:
            raise self._refused()
        self.entity: str = viewer["entity"]

    def ask(self, query: str, **variables: str) -> Any:
        """Send a query of GraphQL and return its data."""
        token = base64.b64encode(f"api:{self._key}".encode()).decode()
        request = Request(  # noqa: S310 -- WANDB_BASE_URL is the user's own
            f"{self.url.rstrip('/')}/graphql",
            json.dumps({"query": query, "variables": variables}).encode(),
            {"Content-Type": "application/json", "Authorization": f"Basic {token}"},
        )
        try:
            with urlopen(request, timeout=self._timeout_s) as answer:  # noqa: S310 -- WANDB_BASE_URL is the user's own
                return json.load(answer)["data"]
        except HTTPError as error:
            if error.code in (401, 403):
                raise self._refused() from None
            raise self._silent(error) from None
        except (OSError, ValueError, KeyError) as error:
            raise self._silent(error) from None

    def run(self, project: str, run: str, entity: str) -> dict[str, Any] | None:
        """Return a run's figures, steps and artifacts (digest to state); None where it is not."""
        found = self.ask(_RUN, entity=entity or self.entity, project=project, run=run)["project"]
        told = found and found["run"]
        if not told:
            return None
        nodes = [
            edge["node"]
            for kind in ("outputArtifacts", "inputArtifacts")
            for edge in told[kind]["edges"]
        ]
        return {
            "summary": json.loads(told["summaryMetrics"] or "{}"),
            "steps": told["historyLineCount"],
            "artifacts": {node["digest"]: node["state"] for node in nodes},
        }

    def _refused(self) -> ConfigError:
        return ConfigError(f"{self.url} refuses {KEY}: correct it in .env or in the environment")

    def _silent(self, error: Exception) -> RemoteError:
        return RemoteError(
            f"{self.url} does not answer ({first_line(error)}): nothing is lost, run `make sync` "
            "again when it does"
        )

"""The ``strazha`` command: a table of commands, each in a module that is imported only when it runs."""

from __future__ import annotations

import importlib
import os
import sys

import click

#: Command name -> (module, one line of help). The module has a click command (or group) named ``command``.
COMMANDS: dict[str, tuple[str, str]] = {
    "run": ("cli.run", "Crawl, screen, link and index one or several sources."),
    "status": ("cli.status", "Show runs, and what waits in the ledger and the index."),
    "rescreen": (
        "cli.rescreen",
        "Screen again what a changed catalogue or model has not seen, without crawling; show what moved.",
    ),
    "drift": ("cli.drift", "Show whether a source's newest adverts differ from those before: indicators, languages, types."),
    "schedule": ("cli.schedule", "Serve every source on its schedule, with Prefect's own pages to watch."),
    "sources": ("cli.sources", "Check, list, show and test source definitions."),
    "import": ("cli.import_", "Take in adverts from other tools: JSONL, CSV or WARC."),
    "screen": ("cli.screen", "Screen adverts of a JSONL file."),
    "link": ("cli.link", "Link adverts of a JSONL file into clusters."),
    "clusters": ("cli.clusters_", "Look at clusters, explain links, and confirm, cut, merge, split."),
    "eval": ("cli.eval_", "Score screening and linking against labelled files."),
    "calibrate": ("cli.calibrate", "Hold scores and bands against what people decided; propose thresholds."),
    "indicators": ("cli.indicators_", "List the catalogue's indicators, and try one on a text."),
    "heads": ("cli.heads", "Train the classifiers that see indicators by meaning, and see what they are worth."),
    "model": ("cli.model", "Build, fetch, verify and list the models by which meanings are compared."),
    "index": ("cli.index_", "Rebuild the index from landing area and ledger, and count it."),
    "watch": ("cli.watch", "Look for every watch of the investigators and send their alerts; list the watches."),
    "evidence": ("cli.evidence_", "Verify the landing area, and read a capture back."),
    "schema": ("cli.schema", "Print the JSON Schema of a record."),
    "user": ("cli.user", "Add and change accounts of the review pages."),
    "token": ("cli.token", "Make, list and revoke tokens by which programs call the API."),
    "serve": ("cli.serve", "Serve the review pages."),
}


class LazyGroup(click.Group):
    """A group that knows its commands by name and loads one only when it is asked for: ``--help`` stays instant."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's module, unless only its help line is wanted."""
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(COMMANDS[cmd_name][0]).command
        assert isinstance(command, click.Command)  # noqa: S101 - a table entry pointing at something else is a bug here
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands from the table, importing none."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="strazha")
def app() -> None:
    """Strazha: monitor public online platforms, screen adverts for indicators of human trafficking; people decide."""


def main() -> None:
    """Run the command; a StrazhaError becomes its message and exit code, never a traceback."""
    # Nothing leaves the system that a person did not ask for: Prefect's telemetry is off before Prefect is imported.
    os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
    os.environ.setdefault("DO_NOT_TRACK", "1")
    from strazha.errors import StrazhaError

    try:
        app(standalone_mode=True)
    except StrazhaError as error:
        click.echo(f"strazha: {error}", err=True)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()

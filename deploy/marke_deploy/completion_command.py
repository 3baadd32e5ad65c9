"""Completion of `marke` in bash, zsh and fish."""

import click
from click.shell_completion import get_completion_class


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the script that lets a shell complete `marke`.

    For bash: add `eval "$(marke completion bash)"` to your .bashrc.
    """
    found = get_completion_class(shell)
    if found is None:
        raise click.UsageError(f"no completion for {shell}")
    root = context.find_root()
    click.echo(found(root.command, {}, "marke", "_MARKE_COMPLETE").source())

"""The web ground of node and hub: pages without scripts, one door check, one error page, two languages."""

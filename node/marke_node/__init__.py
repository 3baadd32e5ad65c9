"""A collective's own server: members' records live here and never leave."""

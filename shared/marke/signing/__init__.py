"""Keys, envelopes, the trust root and directory, API tokens: nothing unverified has a type you can use."""

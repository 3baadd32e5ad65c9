"""The doors for programs: nodes bring signed envelopes and short-lived tokens; the public reads results."""

"""Questions as values: what may be asked, the cells of an answer, and what a question means."""

"""The pages of the hub: results for everybody, the console for its operators."""

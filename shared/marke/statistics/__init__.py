"""From summed cells to published figures with intervals and coverage."""

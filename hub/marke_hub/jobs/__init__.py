"""Work that happens by itself: rounds move on at their deadlines. A job may run twice and may be stopped anywhere."""

from marke_hub.jobs.due_rounds import TickReport, tick

__all__ = ["TickReport", "tick"]

"""The words everything else is written in: ids, units, periods, areas, two languages, documents."""

"""Pages and writes of rounds and inspections."""

"""Operators: sources, runs, quarantine, alarms, and how the machine fares."""

"""Evaluation: output rows compared with labelled rows. Plain data in, figures out; nothing is run here."""

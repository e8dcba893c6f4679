"""Answers about parameters: intervals, regions, measurements, posteriors."""
